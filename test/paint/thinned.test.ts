import { expect, it } from 'vitest';
import { thinned } from '../../src/paint/thinned.js';

const over = (count: number, width: number, y: (i: number) => number) => ({
  xs: Float64Array.from({ length: count }, (_, i) => (width * i) / (count - 1)), ys: Float64Array.from({ length: count }, (_, i) => y(i)),
});

it('leaves a line of few points as it is', () => {
  const line = over(400, 100, Math.sin);
  expect(thinned(line, 1)).toBe(line);
});

it('keeps the first, lowest, highest and last point of each column, in order', () => {
  const line = over(10_000, 10, (i) => Math.sin(i / 100) + (i === 5000 ? 9 : 0));
  const { xs, ys } = thinned(line, 1);
  expect(xs.length).toBeLessThanOrEqual(4 * 11);
  for (let column = 0; column <= 10; column++) {
    const of = (all: Float64Array, places: Float64Array): number[] => [...all].filter((_, i) => Math.floor(places[i]) === column);
    const [all, kept] = [of(line.ys, line.xs), of(ys, xs)];
    expect([kept[0], Math.min(...kept), Math.max(...kept), kept.at(-1)]).toEqual([all[0], Math.min(...all), Math.max(...all), all.at(-1)]);
  }
  expect([...xs]).toEqual([...xs].sort((a, b) => a - b));
});

it('leaves a line that runs back as it is', () => {
  const line = { xs: Float64Array.from({ length: 1000 }, (_, i) => Math.cos(i)), ys: new Float64Array(1000) };
  expect(thinned(line, 1)).toBe(line);
});

it('thins a line of one place to its extent', () => {
  const { ys } = thinned({ xs: new Float64Array(100), ys: Float64Array.from({ length: 100 }, (_, i) => i % 10) }, 1);
  expect([...ys]).toEqual([0, 9, 9]);
});
