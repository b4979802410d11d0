import { expect, it } from 'vitest';
import { colorTable, levelOf } from '../../src/paint/colormaps.js';
import type { ColorMapName } from '../../src/figures/figure.js';

const entry = (name: ColorMapName, level: number): number[] => [...colorTable(name).subarray(3 * level, 3 * level + 3)];

it.each(['bwr', 'RdBu', 'viridis', 'greys'] as const)('%s has 256 colours', (name) => { expect(colorTable(name)).toHaveLength(768); });

it('bwr is matplotlib\'s table', () => {
  // matplotlib: (cm.bwr(i, bytes=True)) for these i
  expect(entry('bwr', 0)).toEqual([0, 0, 255]);
  expect(entry('bwr', 1)).toEqual([2, 2, 255]);
  expect(entry('bwr', 64)).toEqual([128, 128, 255]);
  expect(entry('bwr', 127)).toEqual([254, 254, 255]);
  expect(entry('bwr', 128)).toEqual([255, 254, 254]);
  expect(entry('bwr', 192)).toEqual([255, 126, 126]);
  expect(entry('bwr', 255)).toEqual([255, 0, 0]);
});

it('in RdBu positive is red, as in bwr', () => {
  expect(entry('RdBu', 0)).toEqual([5, 48, 97]);
  expect(entry('RdBu', 255)).toEqual([103, 0, 31]);
  const [r, g, b] = entry('RdBu', 128);
  expect(Math.min(r, g, b), 'zero is nearly white').toBeGreaterThan(235);
});

it('viridis runs from violet to yellow, greys from white to black', () => {
  expect([entry('viridis', 0), entry('viridis', 255)]).toEqual([[68, 1, 84], [253, 231, 37]]);
  expect([entry('greys', 0), entry('greys', 255)]).toEqual([[255, 255, 255], [0, 0, 0]]);
});

it('places values: the same number of each side of zero, ends clamped, what is not finite nowhere', () => {
  expect([-1, -2, 1, 2].map((v) => levelOf(v, -1, 1))).toEqual([0, 0, 255, 255]);
  expect([-1e-9, 0, 1e-9].map((v) => levelOf(v, -1, 1))).toEqual([127, 128, 128]);
  expect([NaN, Infinity, -Infinity].map((v) => levelOf(v, -1, 1))).toEqual([-1, -1, -1]);
  expect([1, 2, 3].map((v) => levelOf(v, 2, 2))).toEqual([0, 128, 255]);
});
