import { describe, expect, it } from 'vitest';
import { parseJson, parseJsonBytes, parseJsonObject } from '../../src/files/json.js';
import { messageOf } from './build.js';

describe('JSON as Python writes it', () => {
  it.each<[string, unknown]>([
    ['{"a": [1, -2.5e3, true, null, "x"]}', { a: [1, -2500, true, null, 'x'] }],
    ['NaN', NaN], ['[Infinity,-Infinity]', [Infinity, -Infinity]],
    ['{"NaN": "NaN, [{Infinity", "q": "\\"NaN\\\\", "n": NaN}', { NaN: 'NaN, [{Infinity', q: '"NaN\\', n: NaN }],
    ['"\\u00e9é"', 'éé'],
  ])('%s', (text, value) => {
    expect(parseJson(text, 'c')).toEqual(value);
    expect(parseJsonBytes(new TextEncoder().encode(text), 'c')).toEqual(value);
  });

  it('a key that would reach into objects is a key', () => {
    const value = parseJsonObject('{"__proto__": {"a": 1}}', 'c');
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(value['a']).toBeUndefined();
  });
});

describe('not read', () => {
  it.each<[string, string]>([
    ['', 'c: is no valid JSON'], ['{"a": tru}', 'c: is no valid JSON'], ['[1, 2', 'c: is no valid JSON: it ends too early'], ['"ab', 'c: is no valid JSON: it ends too early'],
    ['"ab\\', 'c: is no valid JSON: it ends too early'], ['[1]]', 'c: is no valid JSON'], ['-NaN', 'c: is no valid JSON'], ['Nano', 'c: is no valid JSON'],
    ['['.repeat(201) + ']'.repeat(201), 'c: its JSON is nested more than 200 deep'],
    ['['.repeat(1e6), 'c: its JSON is nested more than 200 deep'],
    [`[${'1,'.repeat(2 ** 21)}1]`, 'c: its JSON holds more than 2097152 values'],
    [' '.repeat(2 ** 25 + 1), 'c: holds 33554433 characters of JSON, more than the 33554432 allowed'],
  ])('%.20s', (text, message) => {
    expect(messageOf(() => parseJson(text, 'c'))).toBe(message);
  });

  it('too many bytes; what is no object', () => {
    expect(messageOf(() => parseJsonBytes(new Uint8Array(2 ** 25 + 1), 'c'))).toBe('c: holds 33554433 bytes of JSON, more than the 33554432 allowed');
    for (const [text, found] of [['[1]', 'a list'], ['null', 'null'], ['3', 'a number'], ['"a"', 'a string']]) {
      expect(messageOf(() => parseJsonObject(text, 'c'))).toBe(`c: must be a JSON object, found ${found}`);
    }
  });
});
