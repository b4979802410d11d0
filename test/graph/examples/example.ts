import type { AnyOperation } from '../../../src/graph/operation.js';
import type { Dtype } from '../../../src/graph/tensor.js';

/** What an operation is tried on. */
export interface Example {
  readonly operation: AnyOperation;
  readonly inputs: readonly ExampleInput[];
  readonly attributes?: unknown;
}

/** A shape of random numbers; or the numbers themselves, for kinks, ties and indices. */
export type ExampleInput = readonly number[] | { readonly data: readonly number[]; readonly shape: readonly number[]; readonly dtype?: Dtype };
