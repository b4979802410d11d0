import { serialization } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/files/limits.js';
import { activationOf } from '../../src/layers/activations.js';
import { ownLayers } from '../../src/layers/registry.js';
import { DEEPEST, MOST_LAYERS } from '../../src/model/keras/context.js';
import { lossByName, lossNames } from '../../src/model/losses.js';
import '../backends.js';

const text = readFileSync(new URL('../../docs/models.md', import.meta.url), 'utf8');
const named = (cell: string): string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!);

/** The cells of the rows of the table that has this heading. */
function rowsOf(heading: string): string[][] {
  const start = text.indexOf(`\n${heading}\n`);
  expect(start, heading).toBeGreaterThan(0);
  return text.slice(start + 1).split('\n\n')[0]!.trimEnd().split('\n').slice(2).map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim()));
}

/** Layer classes that TF.js registers, as the loader finds them. */
function tfjsLayers(): string[] {
  const classes = serialization.SerializationMap.getMap().classNameMap as unknown as Record<string, [{ prototype: object }]>;
  return Object.keys(classes).filter((name) => 'computeOutputShape' in classes[name]![0].prototype && !ownLayers.has(name));
}

describe('docs/models.md', () => {
  it('has every layer in its table, once, as whose it is', () => {
    const rows = rowsOf('| class | Keras | whose | refused, and why |');
    const of = (whose: string): string[] => rows.filter((row) => row[2] === whose).flatMap((row) => named(row[0]!)).sort();
    expect(of('ours')).toEqual([...ownLayers.keys()].sort());
    expect(of('TF.js')).toEqual(tfjsLayers().sort());
    expect(rows.every((row) => row[2] === 'ours' || row[2] === 'TF.js')).toBe(true);
  });

  it('has every loss in its table, and names for it that are understood', () => {
    const rows = rowsOf('| loss | also |');
    expect(rows.flatMap((row) => named(row[0]!)).sort()).toEqual([...lossNames].sort());
    for (const name of rows.flatMap((row) => named(row[1]!)).filter((name) => name !== 'from_logits' && name !== 'label_smoothing')) expect(lossByName(name), name).not.toBeNull();
  });

  it('lists activations that there are', () => {
    const [, list] = /Activations go by Keras's names: ([^.]+)\./.exec(text)!;
    const names = list!.split(/,\s+/);
    expect(names.length).toBeGreaterThan(25);
    for (const name of names) expect(() => activationOf(name, { kerasMajor: 3 }), name).not.toThrow();
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
});
