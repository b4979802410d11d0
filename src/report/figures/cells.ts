import type { Numbers } from '../../core/array.js';

/** First and last index of a stretch, both included. */
export type Stretch = readonly [from: number, to: number];

/** Values row by row. */
export interface Grid { readonly values: Float64Array; readonly rows: number; readonly columns: number }

/** How many numbers a picture that is kept may have: see {@link Cells.reduced}. */
const KEPT = 2 ** 20;
/** A kept picture that is coarser in time serves where a new cell has at least so many of its columns: edges are off by a sixteenth then. */
const FINE = 8;

/**
 * Rows by columns of an array, without a copy of it: entry (row, column) lies at `start + offsets[row] + column x stride`. Of several
 * starts it is the mean. The array's numbers are asked for when they are needed.
 */
export class Cells {
  /** By how many rows; the two that were used last. */
  private readonly kept = new Map<number, Kept>();

  constructor(
    private readonly array: { readonly data: Numbers },
    private readonly starts: readonly number[],
    private readonly offsets: ArrayLike<number>,
    readonly columns: number, private readonly stride: number,
  ) {}

  get rows(): number { return this.offsets.length; }

  at(row: number, column: number): number {
    const { data } = this.array;
    let sum = 0;
    for (const start of this.starts) sum += data[start + this.offsets[row]! + column * this.stride]!;
    return sum / this.starts.length;
  }

  /** One row over all columns. */
  row(row: number): Float64Array {
    const { data } = this.array;
    const values = new Float64Array(this.columns);
    for (const start of this.starts) for (let column = 0, at = start + this.offsets[row]!; column < values.length; column++, at += this.stride) values[column]! += data[at]!;
    return this.starts.length === 1 ? values : values.map((sum) => sum / this.starts.length);
  }

  /** The smallest and the largest finite value; `[Infinity, -Infinity]` where there is none. */
  range(): [number, number] {
    let [low, high] = [Infinity, -Infinity];
    for (const value of this.means([0, this.columns - 1], this.rows, this.columns).means) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return [low, high];
  }

  /**
   * A stretch of columns in at most so many rows and columns: where they are fewer than there are, each new cell is the mean of those in it.
   * NaN and infinities are left out, and NaN is what has nothing else.
   *
   * The means over rows are kept, so that other stretches of the same columns, as a wheel asks for them, take little work. Of very
   * many columns they are means over a few columns too; where that would show, the array itself is read again.
   */
  reduced([from, to]: Stretch, mostRows: number, mostColumns: number): Grid {
    const [rows, columns] = [Math.max(1, Math.min(this.rows, mostRows)), Math.max(1, Math.min(to - from + 1, mostColumns))];
    const kept = this.keptOf(rows);
    if (kept.step > 1 && (to - from + 1) / columns < FINE * kept.step) return { values: this.means([from, to], rows, columns).means, rows, columns };
    const values = new Float64Array(rows * columns);
    const edges = Int32Array.from({ length: columns + 1 }, (_, i) => {
      const edge = from + Math.round((i * (to - from + 1)) / columns); // as `src/paint/raster.ts` rounds it
      return edge === this.columns ? kept.columns : Math.round(edge / kept.step);
    });
    for (let row = 0; row < rows; row++) {
      const base = row * kept.columns;
      for (let column = 0; column < columns; column++) {
        let [sum, count] = [0, 0];
        for (let at = base + edges[column]!, end = base + edges[column + 1]!; at < end; at++) {
          const weight = kept.counts === null ? 1 : kept.counts[at]!;
          if (weight === 0) continue;
          sum += weight * kept.means[at]!;
          count += weight;
        }
        values[row * columns + column] = count === 0 ? NaN : sum / count;
      }
    }
    return { values, rows, columns };
  }

  private keptOf(rows: number): Kept {
    const known = this.kept.get(rows);
    if (known) return known;
    const step = Math.ceil((rows * this.columns) / KEPT);
    const columns = Math.ceil(this.columns / step);
    const { means, counts } = this.means([0, this.columns - 1], rows, columns, step);
    const most = Math.max(...this.rowsIn(rows)) * step * this.starts.length;
    // What counts alike need not be counted.
    const alike = step === 1 && counts.every((count, at) => count === counts[at - (at % columns)]! && count > 0);
    const kept: Kept = { step, columns, means: Float32Array.from(means), counts: alike ? null : most < 2 ** 16 ? Uint16Array.from(counts) : counts };
    const [oldest] = this.kept.keys();
    if (this.kept.size > 1) this.kept.delete(oldest!);
    this.kept.set(rows, kept);
    return kept;
  }

  /** How many rows fall into each of so many. */
  private rowsIn(rows: number): number[] {
    return Array.from({ length: rows }, (_, i) => Math.round(((i + 1) * this.rows) / rows) - Math.round((i * this.rows) / rows));
  }

  /** Means of all values that fall into each new cell, and how many these are. With `step`, new columns of so many each. */
  private means([from, to]: Stretch, rows: number, columns: number, step?: number): { readonly means: Float64Array; readonly counts: Int32Array } {
    const means = new Float64Array(rows * columns); // sums at first
    const counts = new Int32Array(rows * columns);
    const length = to - from + 1;
    const intoRow = places(this.rows, rows);
    const intoColumn = step === undefined ? places(length, columns) : Int32Array.from({ length }, (_, column) => Math.floor(column / step));
    const { offsets, stride, starts } = this;
    const { data } = this.array;
    // In the order in which they lie in memory, and without a call for each value: there are millions.
    const byColumn = offsets.length > 1 && Math.abs(offsets[1]! - offsets[0]!) < stride;
    const [outer, inner] = byColumn ? [length, offsets.length] : [offsets.length, length];
    for (const start of starts) {
      for (let i = 0; i < outer; i++) {
        const base = byColumn ? start + (from + i) * stride : start + offsets[i]! + from * stride;
        const place = byColumn ? intoColumn[i]! : intoRow[i]! * columns;
        for (let k = 0; k < inner; k++) {
          const value = byColumn ? data[base + offsets[k]!]! : data[base + k * stride]!;
          if (value - value !== 0) continue;
          const at = byColumn ? intoRow[k]! * columns + place : place + intoColumn[k]!;
          means[at]! += value;
          counts[at]!++;
        }
      }
    }
    for (let place = 0; place < means.length; place++) means[place] = counts[place] === 0 ? NaN : means[place]! / counts[place]!;
    return { means, counts };
  }
}

/** Means over rows, and over `step` columns each, with how many values each is of; null where those of a row are of equally many. */
interface Kept {
  readonly step: number;
  readonly columns: number;
  readonly means: Float32Array;
  readonly counts: Uint16Array | Int32Array | null;
}

/** Which of `parts` each of `whole` entries falls into, by edges that are rounded: as `src/paint/raster.ts` does. */
function places(whole: number, parts: number): Int32Array {
  const into = new Int32Array(whole);
  for (let part = 0; part < parts; part++) into.fill(part, Math.round((part * whole) / parts), Math.round(((part + 1) * whole) / parts));
  return into;
}
