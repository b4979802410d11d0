import { Option, type Command } from 'commander';
import { plainAxes, type NamedArray } from '../core/array.js';
import { SeeRnnError, UsageError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import { loadArrays } from '../files/arrays.js';
import { parseSlice, select, type Slice } from './selection.js';

/** One array, or several by the names of the model's inputs or outputs. */
export type Arrays = NamedArray | Record<string, NamedArray>;

/** The flags that say which samples run, and how many at once. */
export interface SampleFlags {
  readonly samples?: Slice;
  readonly batchSize?: number;
}

/** Adds `--samples` and `--batch-size`. */
export const addSampleFlags = (command: Command): Command => addBatchSize(command
  .addOption(new Option('--samples <slice>', 'only these of the samples in the files, e.g. 0:16, 8:, :-1 or 3').argParser((text) => parseSlice('--samples', text))));

/** The flag that says in what numbers everything is worked out. */
export interface PrecisionFlag { readonly float64?: true }

/** Adds `--float64`. */
export const addPrecision = (command: Command): Command => command.option('--float64', 'work everything out, and write it, in double precision');

/** The option of a trace that the flag means. */
export const precisionOf = (float64: true | undefined): { readonly precision?: 'float64' } => (float64 === true ? { precision: 'float64' } : {});

/** Adds `--batch-size`. */
export const addBatchSize = (command: Command): Command => command
  .addOption(new Option('--batch-size <count>', `how many samples run at once; more run in parts, with the same result (default: ${usualBatch})`).argParser(readCount));

/** How many samples run at once where nothing is said: enough for the kernels to be at their best, few enough for memory. */
export const usualBatch = 256;

function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new UsageError(`--batch-size must be a whole number of at least 1, found "${printable(text)}"`);
  return count;
}

/**
 * Reads data for a model: the array of a `.npy` file, or those of a `.npz` file by their keys. Of a `.npz` file with one array its
 * key doesn't matter.
 *
 * @param samples which of the samples, the first axis, are meant
 * @throws SeeRnnError where the file cannot be read, or has no such samples
 */
export async function readData(path: string, samples: Slice | undefined): Promise<Arrays> {
  const arrays = await loadArrays(path);
  if (arrays.size === 0) throw new SeeRnnError(`${printable(path)}: holds no arrays`);
  const taken = [...arrays].map(([key, array]): [string, NamedArray] => {
    if (samples === undefined) return [key, array];
    const file = arrays.size === 1 ? printable(path) : `${printable(path)}: ${printable(key)}`;
    return [key, select(array, { samples }, ['samples', ...plainAxes(array.shape.length).slice(1)].slice(0, array.shape.length), file)];
  });
  return taken.length === 1 ? taken[0][1] : Object.fromEntries(taken);
}
