import { COMPARISONS } from '../../../src/graph/operations/comparison.js';
import { WHERE } from '../../../src/graph/operations/select.js';
import { CAST } from '../../../src/graph/operations/cast.js';
import type { Example, ExampleInput } from './example.js';

const some: ExampleInput = { data: [0, 1.5, -2, NaN, Infinity, -0], shape: [2, 3] };
const condition = (data: readonly number[], shape: readonly number[]): ExampleInput => ({ data, shape, dtype: 'bool' });

export const comparisons: readonly Example[] = [
  ...COMPARISONS.flatMap((operation): Example[] => [
    { operation, inputs: [some, some] },
    { operation, inputs: [some, { data: [1.5], shape: [] }] },
    { operation, inputs: [some, { data: [0, 1, 0], shape: [3], dtype: 'bool' }] },
    { operation, inputs: [{ data: [2, 3], shape: [2, 1], dtype: 'int' }, { data: [2, 5, 2], shape: [3], dtype: 'int' }] },
  ]),
  { operation: WHERE, inputs: [condition([1, 0, 1, 1, 0, 0], [2, 3]), [2, 3], [2, 3]] },
  { operation: WHERE, inputs: [condition([1, 0], [2, 1]), [2, 3], []] },
  { operation: WHERE, inputs: [condition([1, 0, 1], [3]), [2, 1], [3]] },
  { operation: WHERE, inputs: [condition([1], []), [2, 1, 3], [4, 1]] },
  { operation: WHERE, inputs: [{ data: [0.5, 0, -1], shape: [3] }, { data: [1, 2, 3], shape: [3], dtype: 'int' }, [3]] },
  { operation: WHERE, inputs: [condition([0, 1], [2]), condition([0, 1], [2]), condition([1, 1], [2])] },
  { operation: CAST, inputs: [{ data: [1.7, -1.7, 0, -0.2], shape: [4] }], attributes: 'int' },
  { operation: CAST, inputs: [{ data: [1.7, NaN, 0, -0], shape: [4] }], attributes: 'bool' },
  { operation: CAST, inputs: [{ data: [3, -4], shape: [2], dtype: 'int' }], attributes: 'float' },
];
