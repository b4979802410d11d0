import { COUNT_UP, FILL } from '../../../src/graph/operations/filling.js';
import { MAP_TO_WHOLE } from '../../../src/graph/operations/mapping.js';
import { NORMAL_NOISE } from '../../../src/graph/operations/noise.js';
import { Random } from '../../random.js';
import type { Example } from './example.js';

/** Arrays that depend on no numbers, and noise: the same one for every look. */
const noise = (): (() => number) => {
  let random = new Random(5);
  let left = 12;
  return () => {
    if (left-- === 0) [random, left] = [new Random(5), 11];
    return random.uniform();
  };
};

export const fillings: readonly Example[] = [
  { operation: FILL, inputs: [[2, 3]], attributes: { shape: [2, 2], value: 1.5, dtype: 'float' } },
  { operation: FILL, inputs: [[2]], attributes: { shape: [3], value: 1, dtype: 'bool' } },
  { operation: COUNT_UP, inputs: [[2, 3]], attributes: 3 },
  { operation: MAP_TO_WHOLE, inputs: [{ data: [-1.5, 0, 2.5], shape: [3] }], attributes: Math.ceil },
  { operation: NORMAL_NOISE, inputs: [[2, 3]], attributes: { shape: [2, 3], random: noise() } },
];
