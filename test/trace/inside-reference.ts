import type { Floats } from '../../src/cells/floats.js';
import { fromSteps } from '../../src/cells/layout.js';
import { backwardThroughTime, forwardThroughTime, inputGradient, type Recurrence, type SequencePass } from '../../src/cells/sequence.js';
import type { Adjoints } from '../../src/cells/cell.js';
import type { Weight } from '../../src/graph/weight.js';

/** What a recurrence gets, in plain numbers: (samples, timesteps, features), (samples, timesteps), (samples, units). */
export interface Given {
  readonly samples: number;
  readonly timesteps: number;
  readonly x: ArrayLike<number>;
  readonly mask?: readonly number[] | undefined;
  readonly initial?: readonly ArrayLike<number>[];
  /** dL/d(what every step returns), in processing order, and dL/d(last hidden and cell state). */
  readonly sequence?: ArrayLike<number> | undefined;
  readonly last?: ArrayLike<number> | undefined;
  readonly lastCell?: ArrayLike<number> | undefined;
}

/** What the reference cells compute in float64: every quantity by its name, gates as `gates/forget`, time in input order. */
export interface Truth {
  readonly values: Readonly<Record<string, ArrayLike<number>>>;
  readonly gradients: Readonly<Record<string, ArrayLike<number>>>;
  readonly weightSteps: Readonly<Record<string, ArrayLike<number>>>;
  /** Every step's hidden state, in processing order, and dL/dx in input order. */
  readonly sequence: ArrayLike<number>;
  readonly dx: ArrayLike<number>;
}

const wide = (values: ArrayLike<number>): Float64Array => Float64Array.from(values);

/** Runs a recurrence forwards and backwards on the reference cells. */
export function referenceOf(recurrence: Recurrence, weights: readonly Weight[], given: Given): Truth {
  const { samples, timesteps, x, mask, initial = [], sequence, last, lastCell } = given;
  const { cell, units, backwards } = recurrence;
  const [kernel, recurrentKernel, bias] = weights.map((weight) => wide(weight.read() as Floats));
  const pass = forwardThroughTime(recurrence, { kernel: kernel!, recurrentKernel: recurrentKernel!, bias: bias ?? null }, {
    samples, timesteps, features: x.length / samples / timesteps, x: wide(x), mask,
    initialHidden: initial[0] && wide(initial[0]), initialCell: initial[1] && wide(initial[1]),
  });
  const adjoints = backwardThroughTime(pass, { sequence: sequence && wide(sequence), lastHidden: last && wide(last), lastCell: lastCell && wide(lastCell) });
  const rows = (values: Floats): Floats => fromSteps(values, samples, timesteps, units, backwards);
  const states = ({ hidden, cell: c }: { readonly hidden: Floats; readonly cell: Floats }): Record<string, Floats> =>
    ({ hidden: rows(hidden.subarray(pass.size)), ...(cell.hasCellState ? { cell: rows(c.subarray(pass.size)) } : {}) });
  return {
    values: { ...states(pass), ...Object.fromEntries(cell.gates.map((gate) => [`gates/${gate}`, rows(pass.gates[gate]!)])) },
    gradients: { ...states(adjoints), ...Object.fromEntries(cell.gates.map((gate) => [`gates/${gate}`, rows(adjoints.gates[gate]!)])) },
    weightSteps: stepNorms(pass, adjoints, bias !== undefined),
    sequence: fromSteps(pass.hidden.subarray(pass.size), samples, timesteps, units, false),
    dx: inputGradient(pass, adjoints),
  };
}

/** The norms of the steps' terms, each term made: a matrix for every step and gate. */
function stepNorms(pass: SequencePass, adjoints: Adjoints, hasBias: boolean): Record<string, number[]> {
  const { recurrence: { cell, backwards, resetAfter }, samples, steps, units, features } = pass;
  const squares: Record<string, number[]> = {};
  const add = (name: string, step: number, factor: (sample: number) => ArrayLike<number>, adjoint: Floats): void => {
    const width = factor(0).length;
    const term = new Float64Array(width * units);
    for (let sample = 0; sample < samples; sample++) {
      const a = factor(sample);
      for (let i = 0; i < width; i++) for (let j = 0; j < units; j++) term[i * units + j]! += a[i]! * adjoint[(step * samples + sample) * units + j]!;
    }
    const t = backwards ? steps - 1 - step : step;
    (squares[name] ??= Array.from({ length: steps }, () => 0))[t]! += term.reduce((sum, value) => sum + value * value, 0);
  };
  for (let step = 0; step < steps; step++) {
    const row = (values: Floats, width: number) => (sample: number): Floats => values.subarray((step * samples + sample) * width, (step * samples + sample + 1) * width);
    for (const gate of cell.gates) {
      const { factor, adjoint } = cell.recurrentTerm(pass, adjoints, gate);
      add('kernel', step, row(pass.inputs, features), adjoints.gates[gate]!);
      add('recurrent_kernel', step, row(factor, units), adjoint);
      if (hasBias) add('bias', step, () => [1], adjoints.gates[gate]!);
      if (hasBias && resetAfter) add('bias', step, () => [1], adjoint);
    }
  }
  return Object.fromEntries(Object.entries(squares).map(([name, all]) => [name, all.map(Math.sqrt)]));
}
