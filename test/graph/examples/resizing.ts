import { RESIZE } from '../../../src/graph/operations/resizing.js';
import { RESIZING_METHODS } from '../../../src/graph/operations/resizing-weights.js';
import type { Example } from './example.js';

export const resizings: readonly Example[] = RESIZING_METHODS.flatMap((method): Example[] => [
  { operation: RESIZE, inputs: [[2, 3, 4]], attributes: { axis: 1, size: 6, method, centred: true, antialias: false } },
  { operation: RESIZE, inputs: [[5, 2]], attributes: { axis: 0, size: 3, method, centred: true, antialias: true } },
  { operation: RESIZE, inputs: [[4]], attributes: { axis: -1, size: 7, method, centred: false, antialias: false } },
]);
