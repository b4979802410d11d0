import { describe, expect, it } from 'vitest';
import { Budget, overSamples } from '../../src/report/budget.js';
import type { Numbers } from '../../src/core/array.js';
import { Cells, type Stretch } from '../../src/report/figures/cells.js';
import { Random } from '../random.js';
import { colorDomain, picked, samplesOfUnit, unitsOf } from '../../src/report/page/sheets/common.js';
import { readPicks, writePicks } from '../../src/report/page/picks.js';
import { moved, within, zoomed } from '../../src/report/page/stretch.js';
import { sequence } from './content.js';

const sizes = { samples: 2, timesteps: 4, units: 3 };
/** sample 100, timestep 10, unit 1 */
const value = (at: number): number => 100 * Math.floor(at / 12) + 10 * (Math.floor(at / 3) % 4) + (at % 3);
const counted = sequence('hidden', 'gradient', sizes, value);

describe('cells', () => {
  it('are units by timesteps of a sample, or of a mean of samples', () => {
    const one = unitsOf(counted, [1]);
    expect([one.rows, one.columns, one.at(2, 3)]).toEqual([3, 4, 132]);
    expect([...one.row(1)]).toEqual([101, 111, 121, 131]);
    expect(unitsOf(counted, [0, 1]).at(2, 3)).toBe(82);
    expect([...unitsOf(counted, [0, 1]).row(0)]).toEqual([50, 60, 70, 80]);
  });

  it('are samples by timesteps of a unit, those that were picked', () => {
    const cells = samplesOfUnit(counted, 2, [1, 0]);
    expect([[...cells.row(0)], [...cells.row(1)]]).toEqual([[102, 112, 122, 132], [2, 12, 22, 32]]);
  });

  it.each([['units', unitsOf(counted, [0])], ['samples', samplesOfUnit(counted, 0, [0, 1])]])('are the same by %s, whichever way they lie in memory, where none are put together', (_, cells) => {
    const { values, rows, columns } = cells.reduced([1, 3], 100, 100);
    expect([rows, columns]).toEqual([cells.rows, 3]);
    expect([...values]).toEqual(Array.from({ length: rows * 3 }, (_, i) => cells.at(Math.floor(i / 3), 1 + (i % 3))));
  });

  it('become means where there are fewer pixels, without what is not finite', () => {
    const cells = new Cells({ data: Float64Array.of(1, 3, NaN, 5, 7, Infinity, NaN, NaN) }, [0], [0, 4], 4, 1);
    expect([...cells.reduced([0, 3], 2, 2).values]).toEqual([2, 5, 7, NaN]);
    expect([...cells.reduced([0, 3], 1, 1).values]).toEqual([4]);
    expect(cells.range()).toEqual([1, 7]);
  });
});

describe('a stretch of cells', () => {
  const random = new Random(7);
  const data = Float32Array.from(random.normals(9 * 40), (value, at) => (at % 17 === 3 ? NaN : at % 31 === 5 ? Infinity : value));
  /** What a mean over rows and columns is, one by one. */
  const direct = (cells: Cells, [from, to]: Stretch, rows: number, columns: number): number[] => Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    const edge = (i: number, parts: number, whole: number): number => Math.round((i * whole) / parts);
    const values: number[] = [];
    for (let r = edge(row, rows, cells.rows); r < edge(row + 1, rows, cells.rows); r++) {
      for (let c = from + edge(column, columns, to - from + 1); c < from + edge(column + 1, columns, to - from + 1); c++) if (Number.isFinite(cells.at(r, c))) values.push(cells.at(r, c));
    }
    return values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
  });
  const close = (found: ArrayLike<number>, wanted: readonly number[]): void => {
    expect(found.length).toBe(wanted.length);
    wanted.forEach((value, at) => { if (Number.isNaN(value)) expect(found[at]).toBeNaN(); else expect(found[at]).toBeCloseTo(value, 5); });
  };

  it.each<[string, Numbers]>([['with what is not finite', data], ['without', data.map((value) => (Number.isFinite(value) ? value : 0))]])('is the mean of its cells, whichever stretches were asked for before, %s', (_, values) => {
    const cells = new Cells({ data: values }, [0], Int32Array.from({ length: 9 }, (_, unit) => unit), 40, 9);
    for (const [rows, columns] of [[9, 40], [4, 7], [1, 1], [4, 40], [5, 3]] as const) {
      for (const stretch of [[0, 39], [3, 30], [20, 21]] satisfies Stretch[]) {
        const found = cells.reduced(stretch, rows, columns);
        close(found.values, direct(cells, stretch, found.rows, found.columns));
      }
    }
  });

  it('is near enough where there are too many columns to keep, and exact from near', () => {
    const long = new Cells({ data: Float32Array.from({ length: 3 * 2 ** 20 }, (_, at) => at) }, [0], [0], 3 * 2 ** 20, 1);
    const { values, columns } = long.reduced([0, long.columns - 1], 1, 1000);
    expect(columns).toBe(1000);
    const width = long.columns / 1000;
    // Off by a sixteenth of a cell at most, at either edge.
    values.forEach((value, at) => { expect(Math.abs(value - ((at + 0.5) * width - 0.5))).toBeLessThan(width / 16 + 1); });
    expect([...long.reduced([1001, 1004], 1, 2).values]).toEqual([1001.5, 1003.5]);
  });
});

describe('a sequence', () => {
  it('has colours that are symmetric about zero, as far as the largest value, or 99 in 100', () => {
    const long = sequence('hidden', 'gradient', { samples: 1, timesteps: 1000, units: 1 }, (at) => (at === 500 ? -50 : 1 + at / 1e6));
    expect(colorDomain(long, 'all')).toEqual([-50, 50]);
    const [low, high] = colorDomain(long, 'most') as [number, number];
    expect([low, Math.round(high)]).toEqual([-high, 1]);
    expect(colorDomain(long, 3)).toEqual([-3, 3]);
    expect(colorDomain(long, 'each')).toBe('each');
    expect(colorDomain({ ...long, isGate: true }, 'all')).toEqual([0, 1]);
  });

  it('gives the samples that were picked as an array', () => {
    expect(picked(counted, [0, 1])).toBe(counted.array);
    const one = picked(counted, [1]);
    expect([one.shape, one.data[0], one.data.length]).toEqual([[1, 4, 3], 100, 12]);
  });

  it('has its samples put together where there is no room for all', () => {
    const budget = new Budget(counted.array.data.byteLength);
    expect(budget.keep(counted)).toEqual({ ...counted, together: null });
    const next = budget.keep({ ...counted, of: 'value' });
    expect([next.together, next.array.shape, next.array.data[0], budget.together, budget.asked]).toEqual(['mean', [1, 4, 3], 50, 1, 192]);
    expect(overSamples({ data: Float32Array.of(3, 4), shape: [2, 1, 1], axes: [] }, 'root mean square').data[0]).toBeCloseTo(Math.sqrt(12.5));
  });
});

describe('samples', () => {
  it.each([[[0, 1, 2, 3], 'all'], [[0, 1, 2], '0-2'], [[0, 2, 3], '0, 2-3'], [[1], '1']])('%j of 4 are written %s, and read again', (samples, text) => {
    expect(writePicks(samples, 4)).toBe(text);
    expect(readPicks(text, 4)).toEqual(samples);
  });

  it.each([['4', 'there are 4: 0 to 3'], ['2-1', '2-1 runs backwards'], ['a', 'write samples as 0-3, 8'], ['1,', 'write samples as 0-3, 8']])('%s are refused', (text, why) => {
    expect(readPicks(text, 4)).toBe(why);
  });
});

describe('a stretch', () => {
  it('stays within what there is, with a few positions at least; all of it is none', () => {
    expect(within([10, 19], 100)).toEqual([10, 19]);
    expect(within([-5, 4], 100)).toEqual([0, 9]);
    expect(within([98, 98], 100)).toEqual([96, 99]);
    expect(within([0, 99], 100)).toBeNull();
    expect(within([0, 0], 3)).toBeNull();
  });

  it('zooms about a position, which stays where it is, and moves', () => {
    expect(zoomed([0, 99], 0, 0.5, 100)).toEqual([0, 49]);
    expect(zoomed([0, 99], 99, 0.5, 100)).toEqual([50, 99]);
    expect(zoomed([0, 49], 0, 2, 100)).toBeNull();
    expect(zoomed([0, 99], 50, 0.999, 100)).toEqual([1, 99]);
    expect(moved([10, 19], 1000, 100)).toEqual([90, 99]);
    expect(moved([10, 19], -3, 100)).toEqual([7, 16]);
  });
});
