import { apply, type Operation } from '../../src/graph/operation.js';
import type { Tensor } from '../../src/graph/tensor.js';
import { Random } from '../random.js';

/** The sum of all numbers of some arrays, each times a factor of its own that is the same every time: a loss to differentiate. */
const WEIGHED_SUM: Operation = {
  name: 'weighed sum',
  forms: () => [{ shape: [], dtype: 'float' }],
  forward({ inputs, outputs: [out] }) {
    const factors = new Random(99);
    for (const { data } of inputs) for (const value of data) out!.data[0]! += value * factors.normal();
  },
  backward({ inputs, adjoints: [d] }) {
    const factors = new Random(99);
    return inputs.map(({ data }) => data.map(() => factors.normal() * d![0]!) as typeof data);
  },
};

/** Of the real ones among them: whole numbers have no gradient. */
export const weighedSum = (tensors: readonly Tensor[]): Tensor => apply(WEIGHED_SUM, tensors.filter(({ dtype }) => dtype === 'float'), undefined)[0]!;
