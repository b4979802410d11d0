import { activations, leakyReLU } from '../../../src/cells/activations.js';
import { ACTIVATE } from '../../../src/graph/operations/activation.js';
import type { Example } from './example.js';

/** None of them is a kink of any activation. */
const PLACES = [-7.2, -2.7, -1.3, -0.7, -0.2, 0.15, 0.6, 1.4, 2.6, 3.7];

export const activating: readonly Example[] = [...activations.values(), leakyReLU(0.3)].flatMap((attributes): Example[] => [
  { operation: ACTIVATE, inputs: [{ data: PLACES, shape: [2, 1, 5] }], attributes },
  { operation: ACTIVATE, inputs: [{ data: [0.4], shape: [] }], attributes },
]);
