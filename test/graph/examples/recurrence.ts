import { activations } from '../../../src/cells/activations.js';
import { cells } from '../../../src/cells/cells.js';
import type { Recurrence } from '../../../src/cells/sequence.js';
import { RECURRENCE, type RecurrenceAttributes } from '../../../src/graph/operations/recurrence.js';
import { constant } from '../../../src/graph/tensor.js';
import type { Example, ExampleInput } from './example.js';

/** Padding at the end, padding at the front, a hole and nothing but padding. */
export const MASK = constant([1, 1, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0], [4, 3], 'bool');
const [S, T, F, U] = [4, 3, 2, 2];

/** A recurrence by the name of its cell, with tanh and sigmoid. */
export const recurrenceOf = (kind: string, options: Partial<Recurrence> = {}): Recurrence => ({
  cell: cells.find((cell) => cell.kind === kind)!, units: U, activation: activations.get('tanh')!, recurrentActivation: activations.get('sigmoid')!,
  resetAfter: false, backwards: false, ...options,
});

function example(kind: string, options: Partial<Recurrence>, attributes: Partial<RecurrenceAttributes>, { bias = true, initial = true, x = [S, T, F] }: { bias?: boolean; initial?: boolean; x?: ExampleInput } = {}): Example {
  const recurrence = recurrenceOf(kind, options);
  const width = recurrence.cell.gates.length * U;
  const states = recurrence.cell.hasCellState ? 2 : 1;
  return {
    operation: RECURRENCE,
    attributes: { recurrence, weights: bias ? 3 : 2, returnSequences: false, mask: null, maskReversed: false, maskedOutput: 'previous', recurrentDropout: null, watch: null, ...attributes },
    inputs: [x, [F, width], [U, width], ...(bias ? [recurrence.resetAfter ? [2, width] : [width]] : []), ...(initial ? Array.from({ length: states }, () => [S, U]) : [])],
  };
}

export const recurrences: readonly Example[] = [
  example('LSTM', {}, { returnSequences: true }),
  example('LSTM', { backwards: true }, { returnSequences: true, mask: MASK }),
  example('LSTM', {}, { mask: MASK, maskedOutput: 'zero' }, { bias: false }),
  example('LSTM', {}, {}, { x: [S, F] }),
  example('GRU', { resetAfter: true }, { mask: MASK, returnSequences: true, maskedOutput: 'zero', maskReversed: true }),
  example('GRU', { resetAfter: true }, { returnSequences: true }, { bias: false, initial: false }),
  example('GRU', {}, { mask: MASK, maskedOutput: 'state', recurrentDropout: constant([0, 2, 2, 2, 2, 0, 2, 2], [S, U]) }),
  example('GRU', { carriesWhole: true, backwards: true }, { mask: MASK, returnSequences: true, recurrentDropout: constant([0, 2, 2, 2, 2, 0, 2, 2], [S, U]) }),
  example('SimpleRNN', { backwards: true }, { mask: MASK }),
  example('SimpleRNN', { activation: activations.get('gelu')! }, { returnSequences: true }, { initial: false }),
];
