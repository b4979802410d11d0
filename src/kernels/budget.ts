import { SeeRnnError } from '../core/errors.js';
import type { PassShape } from './pass-types.js';

/** Enough for 80,000 steps of 64 units at a batch of 8; a quarter of what WebAssembly can address. */
const DEFAULT = 2 ** 30;

let wanted: number | null = null;

/** Bytes of the kernels' memory that recurrent layers may hold together, where they can help it. */
export function memoryBudget(): number { return wanted ?? DEFAULT; }

/**
 * Sets how many bytes of memory recurrent layers may hold together, between their forward and backward passes; null is
 * the default, 1 GiB. A layer that would need more keeps its states at some steps only, about sqrt(steps) apart, and runs
 * forwards again between them when it goes backwards, once for the inputs' gradient and once for the weights'. Results are
 * the same, weight gradients but for the order of their sums. `Infinity` keeps everything as long as WebAssembly's 4 GiB
 * hold it.
 *
 * The inputs, and what a layer returns, are JavaScript's memory and don't count.
 *
 * @throws SeeRnnError for anything but a number above 0
 * @example
 * setMemoryBudget(256 * 2 ** 20);
 */
export function setMemoryBudget(bytes: number | null): void {
  if (bytes !== null && !(typeof bytes === 'number' && bytes > 0)) throw new SeeRnnError(`memory budget: expected a number of bytes above 0, found ${String(bytes)}`);
  wanted = bytes;
}

/** What of a pass is wanted that takes memory at every step. */
export interface Taken {
  readonly keep: boolean;
  readonly sequence: boolean;
  readonly masked: boolean;
}

/** Bytes that a pass takes for every step, at most at a time; total adjoints apart. */
export function stepBytes({ kind, samples, features, units }: PassShape, { keep, sequence, masked }: Taken): number {
  const lanes = Math.ceil(samples / 8) * 8;
  const [rows, states] = kind === 'LSTM' ? [4, 2] : kind === 'GRU' ? [4, 1] : [1, 1];
  const kept = keep ? lanes * (rows + states) * units : 0;
  // Copies of what comes in or goes out, one at a time: the outputs and their adjoints, a reading, the input gradient.
  const copied = samples * Math.max(sequence || keep ? units : 0, keep ? features : 0);
  return 4 * (samples * features + kept + copied + (masked ? lanes + samples : 0));
}

/**
 * How many steps to go at a time, where what is taken for all of them doesn't fit: about sqrt(steps), fewer if those
 * don't fit either.
 *
 * Shorter stretches have more states kept between them. The two are least together where both take the same: there it ends.
 *
 * @param room bytes that are left for a stretch
 */
export function stretchSteps(shape: PassShape, taken: Taken, room: number): number {
  const { kind, samples, steps, units } = shape;
  const each = stepBytes(shape, taken);
  const states = 4 * samples * units * (kind === 'LSTM' ? 2 : 1);
  const root = Math.ceil(Math.sqrt(steps));
  const least = Math.ceil(Math.sqrt(steps * Math.min(1, states / each)));
  return Math.max(least, Math.min(root, Math.floor(room / each)));
}

export const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
