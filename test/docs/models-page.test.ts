import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/files/limits.js';
import { activationOf } from '../../src/from/keras/activations.js';
import { KERAS_3 } from '../../src/from/keras/dialect.js';
import { REFUSED } from '../../src/from/keras/layers/refused.js';
import { LAYERS } from '../../src/from/keras/layers/registry.js';
import { DEEPEST, MOST_LAYERS } from '../../src/from/keras/loading.js';
import { KERAS_OPERATIONS } from '../../src/from/keras/operations/keras3/table.js';
import { TENSORFLOW_FUNCTIONS } from '../../src/from/keras/operations/tensorflow/table.js';
import { lossByName, lossNames } from '../../src/graph/losses/named.js';
import { refusals } from '../keras-sweep/refusals.js';

const text = readFileSync(new URL('../../docs/models.md', import.meta.url), 'utf8');
const named = (cell: string): string[] => [...cell.matchAll(/`([\w.]+)`/g)].map(([, name]) => name!);

/** The cells of the rows of the table that has this heading. */
function rowsOf(heading: string): string[][] {
  const start = text.indexOf(`\n${heading}\n`);
  expect(start, heading).toBeGreaterThan(0);
  return text.slice(start + 1).split('\n\n')[0]!.trimEnd().split('\n').slice(2).map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim()));
}

describe('docs/models.md', () => {
  it('has every layer in its table, once', () => {
    // Models are no entries of the registry: they are read by what they hold.
    const models = ['Sequential', 'Model', 'Functional'];
    expect(rowsOf('| | class | Keras | of it |').flatMap((row) => named(row[1]!)).sort()).toEqual([...[...LAYERS.keys()].filter((name) => !Object.hasOwn(REFUSED, name)), ...models].sort());
  });

  it('has every operation in its table, once', () => {
    const rows = rowsOf('| | Keras 3 | TensorFlow |');
    expect(rows.flatMap((row) => named(row[1]!)).sort()).toEqual(Object.keys(KERAS_OPERATIONS).sort());
    expect(rows.flatMap((row) => named(row[2]!)).sort()).toEqual(Object.keys(TENSORFLOW_FUNCTIONS).sort());
  });

  it('has every loss in its table, and names for it that are understood', () => {
    const rows = rowsOf('| loss | also |');
    expect(rows.flatMap((row) => named(row[0]!)).sort()).toEqual([...lossNames].sort());
    for (const name of rows.flatMap((row) => named(row[1]!))) expect(lossByName(name), name).not.toBeNull();
  });

  it('lists activations that there are', () => {
    const [, list] = /Activations go by Keras's names: ([^.]+)\./.exec(text)!;
    const names = list!.split(/,\s+/);
    expect(names.length).toBeGreaterThan(25);
    for (const name of names) expect(() => activationOf(name, KERAS_3), name).not.toThrow();
  });

  it('has the limits as they are', () => {
    const { jsonBytes, jsonDepth, jsonValues, weightNumbers, weightAxes, manifestEntries, listedNames, hdf5Depth, hdf5Steps, attributeBytes } = limits;
    expect(rowsOf('| | at most |').map((row) => row[1])).toEqual([
      `${jsonBytes / 2 ** 20} MiB, ${jsonDepth} levels of brackets, ${jsonValues} values`,
      `${weightNumbers} numbers, ${weightAxes} axes`,
      `${manifestEntries} weights and files`,
      `${listedNames} names in one list, ${hdf5Depth} groups in each other, ${hdf5Steps} steps to find what is in it, ${attributeBytes / 2 ** 20} MiB of one attribute`,
      `${MOST_LAYERS} layers, ${DEEPEST} levels of models and wrappers in each other`,
    ]);
  });

  it('refuses in words that are in the code', () => {
    const sources = new URL('../../src/', import.meta.url);
    const code = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => readFileSync(new URL(name.replaceAll('\\', '/'), sources), 'utf8')).join('\n').replaceAll("\\'", "'");
    const table = refusals(text);
    expect(table.length).toBeGreaterThan(60);
    // An array's name is put in front of what is said of it: `y: `.
    for (const { what, pieces } of table) for (const piece of pieces) expect(code.includes(piece.replace(/^\w: /, '')), `${what}: ${piece}`).toBe(true);
    // Each is of one row alone, or the table would not tell which.
    const messages = table.map(({ pieces }) => pieces.join('…'));
    expect(new Set(messages).size).toBe(messages.length);
  });

  it('says of every row what is refused, why, and what to do', () => {
    for (const row of rowsOf('| what | why | what to do | message |')) expect(row.map((cell) => cell !== ''), row[0]).toEqual([true, true, true, true]);
  });

  it('names every class that is known and refused', () => {
    const [, refused] = text.split('\n## Refused\n');
    for (const name of Object.keys(REFUSED)) expect(refused, name).toContain(`\`${name}\``);
  });
});
