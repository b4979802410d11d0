import type { Activation } from './activations.js';
import type { Adjoints, Cell, Pass, StepAdjoints } from './cell.js';
import { zerosLike, type Floats } from './floats.js';
import { fromSteps, gateColumns, setGateColumns, toSteps } from './layout.js';
import { addBias, addTransposed, prepareProduct, type Product } from './product.js';

/**
 * A recurrence over whole sequences: a cell run forwards over the steps, and backpropagation through time.
 *
 * The precision of the inputs is the precision of everything: float64 in, float64 out.
 */

/** What a recurrent layer is, but for its weights. */
export interface Recurrence {
  readonly cell: Cell;
  readonly units: number;
  readonly activation: Activation;
  readonly recurrentActivation: Activation;
  /** GRU only. */
  readonly resetAfter: boolean;
  /** Whether the sequence is read from its end. */
  readonly backwards: boolean;
  /** GRU with recurrent dropout: whether the state that its update gate carries over is the whole one, rather than what dropout leaves of it. Default: what is left. */
  readonly carriesWhole?: boolean;
}

/** Weights as Keras lays them out: gates side by side, in the order of `cell.gates`. */
export interface RecurrentWeights {
  /** (features, gates x units) */
  readonly kernel: Floats;
  /** (units, gates x units) */
  readonly recurrentKernel: Floats;
  /** (gates x units); with a recurrent bias (GRU with reset_after) (2, gates x units); null where there is none. */
  readonly bias: Floats | null;
}

/** What goes through the layer. Time in input order. */
export interface SequenceInput {
  readonly samples: number;
  readonly timesteps: number;
  readonly features: number;
  /** (samples, timesteps, features) */
  readonly x: Floats;
  /** (samples, units); zeros where left out. */
  readonly initialHidden?: Floats | undefined;
  /** (samples, units); LSTM only; zeros where left out. */
  readonly initialCell?: Floats | undefined;
  /** (samples, timesteps): 0 where a step is skipped, the states carried over. */
  readonly mask?: ArrayLike<number> | undefined;
  /** (samples, units): factors on the hidden state as every step sees it. */
  readonly recurrentDropout?: Floats | undefined;
}

/** A pass together with what it was made from. */
export interface SequencePass extends Pass {
  readonly recurrence: Recurrence;
  readonly weights: RecurrentWeights;
}

const blocks = (like: Floats, names: readonly string[], length: number): Record<string, Floats> =>
  Object.fromEntries(names.map((name) => [name, zerosLike(like, length)]));

function gateProducts(weight: Floats, rows: number, recurrence: Recurrence, transposed: boolean): Record<string, Product> {
  const { cell: { gates }, units } = recurrence;
  return Object.fromEntries(gates.map((gate, g) => {
    const block = gateColumns(weight, rows, units, gates.length, g);
    return [gate, transposed ? prepareProduct(block, units, rows, true) : prepareProduct(block, rows, units, false)];
  }));
}

const free = (products: Readonly<Record<string, Product>>): void => { for (const product of Object.values(products)) product.free(); };

/** Runs a layer forwards over every step. */
export function forwardThroughTime(recurrence: Recurrence, weights: RecurrentWeights, input: SequenceInput): SequencePass {
  const { cell, units, backwards } = recurrence;
  const { samples, timesteps: steps, features, x } = input;
  const size = samples * units;
  const inputs = toSteps(x, samples, steps, features, backwards);
  const hidden = zerosLike(x, (steps + 1) * size);
  if (input.initialHidden) hidden.set(input.initialHidden);
  const cellState = zerosLike(x, cell.hasCellState ? (steps + 1) * size : 0);
  if (cell.hasCellState && input.initialCell) cellState.set(input.initialCell);
  const gateBias = (half: number): Record<string, Floats> | null => weights.bias && Object.fromEntries(cell.gates.map((gate, g) =>
    [gate, weights.bias!.subarray((half * cell.gates.length + g) * units, (half * cell.gates.length + g + 1) * units)]));
  const bias = gateBias(0);

  const pass: SequencePass = {
    recurrence, weights, samples, steps, units, features, size,
    activation: recurrence.activation,
    recurrentActivation: recurrence.recurrentActivation,
    resetAfter: recurrence.resetAfter,
    inputs, hidden, cell: cellState,
    hiddenBefore: input.recurrentDropout ? zerosLike(x, steps * size) : hidden,
    carriesWhole: recurrence.carriesWhole === true,
    preactivations: blocks(x, cell.gates, steps * size),
    gates: blocks(x, cell.gates, steps * size),
    kept: blocks(x, cell.kept, (steps + 1) * size),
    recurrent: gateProducts(weights.recurrentKernel, units, recurrence, false),
    recurrentBias: recurrence.resetAfter ? gateBias(1) : null,
    skipped: input.mask ? skippedSteps(input.mask, samples, steps, backwards) : null,
    recurrentDropout: input.recurrentDropout ?? null,
  };

  // x W + b for all steps at once.
  const kernel = gateProducts(weights.kernel, features, recurrence, false);
  for (const gate of cell.gates) {
    kernel[gate].addTo(pass.preactivations[gate], 0, inputs, 0, steps * samples);
    if (bias) addBias(pass.preactivations[gate], 0, bias[gate], steps * samples);
  }
  free(kernel);

  for (let step = 0; step < steps; step++) {
    const at = step * size;
    if (pass.recurrentDropout) {
      for (let n = 0; n < size; n++) pass.hiddenBefore[at + n] = hidden[at + n] * pass.recurrentDropout[n];
    }
    cell.forward(pass, at);
    forEachSkipped(pass, step, (row) => {
      hidden.copyWithin(at + size + row, at + row, at + row + units);
      if (cell.hasCellState) cellState.copyWithin(at + size + row, at + row, at + row + units);
    });
  }
  free(pass.recurrent);
  return pass;
}

/** Where the loss enters the layer. */
export interface OutputAdjoints {
  /**
   * dL/d(hidden state of each step) through the outputs alone: (samples, timesteps, units), steps in the order in which
   * they were processed, which is the order in which Keras's layers return them.
   */
  readonly sequence?: Floats | undefined;
  /** dL/d(last hidden state): (samples, units). "Last" is the last processed. */
  readonly lastHidden?: Floats | undefined;
  /** dL/d(last cell state): (samples, units). */
  readonly lastCell?: Floats | undefined;
}

/** Backpropagation through time: the adjoint of every state and gate at every step. */
export function backwardThroughTime(pass: SequencePass, from: OutputAdjoints): Adjoints {
  const { recurrence: { cell }, samples, steps, units, size, hidden: like } = pass;
  const adjoints: Adjoints = {
    hidden: zerosLike(like, (steps + 1) * size),
    cell: zerosLike(like, cell.hasCellState ? (steps + 1) * size : 0),
    gates: blocks(like, cell.gates, steps * size),
    kept: blocks(like, cell.keptAdjoints, (steps + 1) * size),
    recurrentTransposed: gateProducts(pass.weights.recurrentKernel, units, pass.recurrence, true),
  };
  const { hidden, cell: cellState } = adjoints;
  if (from.sequence) hidden.set(toSteps(from.sequence, samples, steps, units, false), size);
  const last = steps * size;
  if (from.lastHidden) for (let n = 0; n < size; n++) hidden[last + n] += from.lastHidden[n];
  if (from.lastCell && cell.hasCellState) for (let n = 0; n < size; n++) cellState[last + n] += from.lastCell[n];

  const here: StepAdjoints = {
    hidden: zerosLike(like, size), cell: zerosLike(like, size), hiddenBefore: zerosLike(like, size), cellBefore: zerosLike(like, size),
  };
  for (let step = steps - 1; step >= 0; step--) {
    const at = step * size;
    const after = at + size;
    here.hidden.set(hidden.subarray(after, after + size));
    if (cell.hasCellState) here.cell.set(cellState.subarray(after, after + size));
    here.hiddenBefore.fill(0);
    here.cellBefore.fill(0);
    // A skipped step carries the states over: its cell sees no gradient, and the states' goes straight through.
    forEachSkipped(pass, step, (row) => {
      here.hidden.fill(0, row, row + units);
      here.cell.fill(0, row, row + units);
      for (let n = row; n < row + units; n++) {
        hidden[at + n] += hidden[after + n];
        if (cell.hasCellState) cellState[at + n] += cellState[after + n];
      }
    });
    cell.backward(pass, adjoints, here, at);
    for (let n = 0; n < size; n++) {
      hidden[at + n] += pass.recurrentDropout ? here.hiddenBefore[n] * pass.recurrentDropout[n] : here.hiddenBefore[n];
    }
    if (cell.hasCellState) for (let n = 0; n < size; n++) cellState[at + n] += here.cellBefore[n];
  }
  free(adjoints.recurrentTransposed);
  return adjoints;
}

/** dL/dx: (samples, timesteps, features), time in input order. */
export function inputGradient(pass: SequencePass, adjoints: Adjoints): Floats {
  const { recurrence, samples, steps, features, inputs } = pass;
  const dx = zerosLike(inputs, inputs.length);
  const kernel = gateProducts(pass.weights.kernel, features, recurrence, true);
  for (const gate of recurrence.cell.gates) kernel[gate].addTo(dx, 0, adjoints.gates[gate], 0, steps * samples);
  free(kernel);
  return fromSteps(dx, samples, steps, features, recurrence.backwards);
}

/** dL/dW, in Keras's layout. */
export function weightGradients(pass: SequencePass, adjoints: Adjoints): RecurrentWeights {
  const { recurrence: { cell }, weights, steps, samples, units, features } = pass;
  const rows = steps * samples;
  const gates = cell.gates.length;
  const kernel = zerosLike(weights.kernel, weights.kernel.length);
  const recurrentKernel = zerosLike(weights.kernel, weights.recurrentKernel.length);
  const bias = weights.bias && zerosLike(weights.kernel, weights.bias.length);
  cell.gates.forEach((gate, g) => {
    const dKernel = zerosLike(kernel, features * units);
    addTransposed(dKernel, pass.inputs, adjoints.gates[gate], rows, features, units);
    setGateColumns(kernel, dKernel, features, units, gates, g);

    const { factor, adjoint } = cell.recurrentTerm(pass, adjoints, gate);
    const dRecurrent = zerosLike(kernel, units * units);
    addTransposed(dRecurrent, factor, adjoint, rows, units, units);
    setGateColumns(recurrentKernel, dRecurrent, units, units, gates, g);

    if (bias) addColumnSums(bias, g * units, adjoints.gates[gate], rows, units);
    if (bias && pass.recurrentBias) addColumnSums(bias, (gates + g) * units, adjoint, rows, units);
  });
  return { kernel, recurrentKernel, bias };
}

function addColumnSums(out: Floats, outAt: number, a: Floats, rows: number, width: number): void {
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < width; j++) out[outAt + j] += a[row * width + j];
  }
}

function skippedSteps(mask: ArrayLike<number>, samples: number, steps: number, backwards: boolean): Uint8Array {
  const skipped = new Uint8Array(steps * samples);
  for (let step = 0; step < steps; step++) {
    const t = backwards ? steps - 1 - step : step;
    for (let sample = 0; sample < samples; sample++) skipped[step * samples + sample] = mask[sample * steps + t] ? 0 : 1;
  }
  return skipped;
}

/** Calls back with the offset, in a step's block, of every sample that skips the step. */
function forEachSkipped(pass: Pass, step: number, visit: (row: number) => void): void {
  if (!pass.skipped) return;
  for (let sample = 0; sample < pass.samples; sample++) {
    if (pass.skipped[step * pass.samples + sample]) visit(sample * pass.units);
  }
}
