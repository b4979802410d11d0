import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import type { NamedArray, Numbers } from '../../src/core/array.js';
import { Random } from '../random.js';

/** What Keras said of the cases of one file; `make/pack.py` wrote it. */

/** An array as it is held: shape, largest magnitude, how many numbers are not finite, how far Keras's float32 is from its float64, and two sums of weighed numbers. */
export type Answer = readonly [shape: readonly number[], largest: number, odd: number, noise: number, first: number, second: number];

/** Where in the file some bytes are. */
type Blob = readonly [at: number, length: number];
type Input = readonly [dtype: 'float32' | 'float64' | 'int32', shape: readonly number[], blob: Blob];

/** Answers by their numbers in the file's list; null where Keras has none. */
type Answers = readonly (number | null)[];

export interface SweepCase {
  readonly name: string;
  /** By format: `keras`, `h5`, and with an architecture beside, `weights` and `lweights`. */
  readonly files: Readonly<Record<string, readonly Blob[]>>;
  readonly x: readonly Input[];
  readonly y: readonly Input[] | null;
  readonly sampleWeight: readonly (Input | null)[] | null;
  readonly classWeight: Readonly<Record<string, number>> | null;
  readonly training: boolean;
  /** Whether the answers are those of Keras in float64; else of float32. */
  readonly double: boolean;
  readonly hasLoss: boolean;
  /** Null where it is no number. */
  readonly loss: number | null;
  readonly lossNoise: number;
  readonly predictions: Answers;
  readonly calls: readonly { readonly label: string; readonly kind: string; readonly outs: Answers; readonly gouts: Answers; readonly ins: Answers; readonly gins: Answers }[];
  readonly weights: readonly { readonly layer: string; readonly vals: Answers; readonly grads?: Answers; readonly frozen?: Answers }[];
}

export class PackedSweep {
  readonly cases: readonly SweepCase[];
  private readonly answers: readonly Answer[];
  private readonly bytes: Buffer;

  constructor(path: URL) {
    const data = brotliDecompressSync(readFileSync(path));
    const length = data.readUInt32LE(0);
    const { cases, answers } = JSON.parse(data.toString('utf8', 4, 4 + length)) as { cases: SweepCase[]; answers: Answer[] };
    this.cases = cases;
    this.answers = answers;
    this.bytes = data.subarray(4 + length);
  }

  answer(index: number | null | undefined): Answer | null { return index == null ? null : this.answers[index]!; }

  file([at, length]: Blob): Uint8Array { return Uint8Array.from(this.bytes.subarray(at, at + length)); }

  array([dtype, shape, blob]: Input): NamedArray {
    const { buffer } = this.file(blob);
    const data: Numbers = dtype === 'float32' ? new Float32Array(buffer) : dtype === 'float64' ? new Float64Array(buffer) : new Int32Array(buffer);
    return { data, shape, axes: shape.map((_, i) => `axis${i}`) };
  }
}

const FACTORS = [1, 2].map((seed) => ({ random: new Random(seed), made: [] as number[] }));

/** The numbers from -1 to 1 that answers are weighed with. */
function factors(which: 0 | 1, count: number): readonly number[] {
  const { random, made } = FACTORS[which]!;
  while (made.length < count) made.push(2 * random.uniform() - 1);
  return made;
}

/** How far an array is from an answer, as a share of the answer's largest magnitude or of `floor`; Infinity where shapes or what is not finite differ. */
export function distance({ data, shape }: Pick<NamedArray, 'data' | 'shape'>, [wanted, largest, odd, , first, second]: Answer, floor: number): number {
  const bare = (sizes: readonly number[]): string => sizes.filter((n) => n !== 1).join();
  if (bare(shape) !== bare(wanted)) return Infinity;
  let notFinite = 0;
  const sums = [0, 0];
  const [f, g] = [factors(0, data.length), factors(1, data.length)];
  for (let n = 0; n < data.length; n++) {
    const value = data[n]!;
    if (!Number.isFinite(value)) { notFinite++; continue; }
    sums[0]! += value * f[n]!;
    sums[1]! += value * g[n]!;
  }
  if (notFinite !== odd) return Infinity;
  // Weighed by factors of magnitude 1/2 on average, an error of one number is about so large in a sum.
  const scale = Math.max(largest, floor);
  return scale === 0 ? Math.max(Math.abs(sums[0]!), Math.abs(sums[1]!)) : Math.max(Math.abs(sums[0]! - first), Math.abs(sums[1]! - second)) / scale;
}
