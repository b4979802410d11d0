import type { Numbers } from '../../core/array.js';

/** First and last index of a stretch, both included. */
export type Stretch = readonly [from: number, to: number];

/**
 * Rows by columns of an array, without a copy of it: entry (row, column) lies at `start + offsets[row] + column x stride`. Of several
 * starts it is the mean.
 */
export class Cells {
  constructor(
    private readonly data: Numbers,
    private readonly starts: readonly number[],
    private readonly offsets: ArrayLike<number>,
    readonly columns: number, private readonly stride: number,
  ) {}

  get rows(): number { return this.offsets.length; }

  at(row: number, column: number): number {
    let sum = 0;
    for (const start of this.starts) sum += this.data[start + this.offsets[row]! + column * this.stride]!;
    return sum / this.starts.length;
  }

  /** One row over all columns. */
  row(row: number): Float64Array {
    const values = new Float64Array(this.columns);
    for (const start of this.starts) for (let column = 0, at = start + this.offsets[row]!; column < values.length; column++, at += this.stride) values[column]! += this.data[at]!;
    return this.starts.length === 1 ? values : values.map((sum) => sum / this.starts.length);
  }

  /** The smallest and the largest finite value; `[Infinity, -Infinity]` where there is none. */
  range(): [number, number] {
    let [low, high] = [Infinity, -Infinity];
    const { values } = this.reduced([0, this.columns - 1], this.rows, this.columns);
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return [low, high];
  }

  /**
   * A stretch of columns in at most so many rows and columns: where they are fewer than there are, each new cell is the mean of those in it.
   * NaN and infinities are left out, and NaN is what has nothing else.
   */
  reduced([from, to]: Stretch, mostRows: number, mostColumns: number): { readonly values: Float64Array; readonly rows: number; readonly columns: number } {
    const [rows, columns] = [Math.max(1, Math.min(this.rows, mostRows)), Math.max(1, Math.min(to - from + 1, mostColumns))];
    const sums = new Float64Array(rows * columns);
    const counts = new Int32Array(rows * columns);
    const [intoRow, intoColumn] = [places(this.rows, rows), places(to - from + 1, columns)];
    const { data, offsets, stride, starts } = this;
    // In the order in which they lie in memory, and without a call for each value: 16 heatmaps of 512 x 1000 are to follow the wheel.
    const byColumn = offsets.length > 1 && Math.abs(offsets[1]! - offsets[0]!) < stride;
    const [outer, inner] = byColumn ? [intoColumn.length, offsets.length] : [offsets.length, intoColumn.length];
    for (const start of starts) {
      for (let i = 0; i < outer; i++) {
        const base = byColumn ? start + (from + i) * stride : start + offsets[i]! + from * stride;
        const place = byColumn ? intoColumn[i]! : intoRow[i]! * columns;
        for (let k = 0; k < inner; k++) {
          const value = byColumn ? data[base + offsets[k]!]! : data[base + k * stride]!;
          if (value - value !== 0) continue;
          const at = byColumn ? intoRow[k]! * columns + place : place + intoColumn[k]!;
          sums[at]! += value;
          counts[at]!++;
        }
      }
    }
    for (let place = 0; place < sums.length; place++) sums[place] = counts[place] === 0 ? NaN : sums[place]! / counts[place]!;
    return { values: sums, rows, columns };
  }
}

/** Which of `parts` each of `whole` entries falls into, by edges that are rounded: as `src/paint/raster.ts` does. */
function places(whole: number, parts: number): Int32Array {
  const into = new Int32Array(whole);
  for (let part = 0; part < parts; part++) into.fill(part, Math.round((part * whole) / parts), Math.round(((part + 1) * whole) / parts));
  return into;
}
