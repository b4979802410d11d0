import type { Tensor } from '../../../graph/tensor.js';
import type { Arguments } from './arguments.js';

/** An operation as a framework names it: what its arguments are called by position, and what it computes. */
export interface KerasOperation {
  readonly names: readonly string[];
  readonly compute: (given: Arguments) => Tensor | readonly Tensor[];
}

/** Operations by the names that a framework has for them. */
export type OperationTable = Readonly<Record<string, KerasOperation>>;

/** @param names of the arguments by position, with blanks between */
export const operation = (names: string, compute: KerasOperation['compute']): KerasOperation => ({ names: names.split(' '), compute });

/** Of one tensor, by whatever name. */
export const unary = (f: (x: Tensor) => Tensor | readonly Tensor[], name = 'x'): KerasOperation => operation(name, (given) => f(given.tensor(name)));

/** Of two tensors. */
export const binary = (f: (a: Tensor, b: Tensor) => Tensor, first = 'x1', second = 'x2'): KerasOperation =>
  operation(`${first} ${second}`, (given) => f(given.tensor(first), given.tensor(second)));
