import { describe, expect, it } from 'vitest';
import { suggestion } from '../../src/core/nearest.js';
import { nameText, namesText, printable } from '../../src/core/printable.js';

describe('printable', () => {
  it.each([
    ['a line break', 'a\nb', 'a\\u000ab'],
    ['what turns the writing direction', 'a\u202eb', 'a\\u202eb'],
    ['a space without width', 'ls\u200btm', 'ls\\u200btm'],
    ['a soft hyphen and a word joiner', 'a\u00adb\u2060c', 'a\\u00adb\\u2060c'],
    ['a tag beyond 16 bits', 'a\u{e0041}', 'a\\u{e0041}'],
  ])('shows %s', (_, text, shown) => { expect(printable(text)).toBe(shown); });

  it('leaves joiners, accents and pictures as they are', () => {
    for (const text of ['نمی\u200cدانم', 'é', '👩\u200d🔬', 'dense_1']) expect(printable(text)).toBe(text);
  });
});

describe('names in messages', () => {
  it('are cut where nobody would read on', () => {
    expect(nameText('lstm')).toBe('lstm');
    expect(nameText('a'.repeat(10_000_000))).toBe(`${'a'.repeat(200)}... (10000000 characters)`);
  });

  it('are listed up to forty', () => {
    const names = Array.from({ length: 50 }, (_, i) => `n${i}`);
    expect(namesText(names.slice(0, 3))).toBe('n0, n1, n2');
    expect(namesText(names)).toBe(`${names.slice(0, 40).join(', ')}, ... (50 in all)`);
    expect(suggestion('zebra', names)).toBe(`; there are: ${namesText(names)}`);
  });
});
