import type { Floats } from '../../cells/floats.js';
import { enteredAt, gateAdjoints, gradientsInside, totalsFor, valuesInside } from '../../cells/inside.js';
import { reversedInTime } from '../../cells/layout.js';
import { runRecurrence, type RecurrentPass } from '../../cells/run.js';
import type { Recurrence, RecurrentWeights } from '../../cells/sequence.js';
import { stepFactors, type Called } from '../../cells/step-terms.js';
import type { SeenBack, Watch } from '../../cells/watch.js';
import { SeeRnnError } from '../../core/errors.js';
import type { Flushed } from '../../kernels/pass-types.js';
import { apply, type Backward, type Forward, type Operation } from '../operation.js';
import { formText } from '../shapes.js';
import type { Tape } from '../tape.js';
import type { Form, Tensor } from '../tensor.js';
import { maskedSteps, withoutSteps, type MaskedOutput } from './masked-steps.js';

/** How a recurrence is run, beside its tensors. */
export interface RecurrenceAttributes {
  readonly recurrence: Recurrence;
  /** How many of the inputs after x are weights: 3 with a bias, 2 without. The others are initial states. */
  readonly weights: number;
  /** Whether every step's hidden state is returned, or the last one's. */
  readonly returnSequences: boolean;
  /** (samples, timesteps), 0 where a step is skipped; null where none is. Not an input, since nothing is differentiated by it. */
  readonly mask: Tensor | null;
  /** Whether the mask is in reverse order of time: what a cell reads above one that goes backwards. */
  readonly maskReversed: boolean;
  readonly maskedOutput: MaskedOutput;
  /** (samples, units): factors on the hidden state as every step sees it; null for none. */
  readonly recurrentDropout: Tensor | null;
  /** Looks into it; null where nobody does. */
  readonly watch: Watch | null;
}

/** What a recurrence keeps for its way back. */
interface Kept {
  readonly pass: RecurrentPass;
  /** What it was run with, where the steps' terms of the weights' gradients are asked for. */
  readonly called: Called | null;
  /** Steps whose output is zero whatever the state, by samples, in processing order; null where there are none. */
  readonly zeros: Uint8Array | null;
}

/**
 * A recurrence over a sequence, on our cells.
 *
 * It reads x, (samples, timesteps, features), or (samples, features) for a single step; kernel, recurrent kernel and, where there is one, bias, in
 * Keras's layout; and initial states, (samples, units) each, zeros where left out. It gives its output, (samples, timesteps, units) in processing
 * order or (samples, units), and its last states.
 */
export const RECURRENCE: Operation<RecurrenceAttributes, Kept> = {
  name: 'recurrence',
  forms(inputs, attributes) {
    check(inputs, attributes);
    const { recurrence: { units, cell }, returnSequences } = attributes;
    const { shape } = inputs[0]!;
    const state: Form = { shape: [shape[0]!, units], dtype: 'float' };
    const output: Form = returnSequences ? { shape: [...shape.slice(0, -1), units], dtype: 'float' } : state;
    return cell.hasCellState ? [output, state, state] : [output, state];
  },
  forward: (step) => forward(step),
  backward: (step) => backward(step),
  release: ({ pass }) => { pass.free(); },
};

/** What a recurrence is called with; what is left out is none. */
export interface RecurrenceCall {
  readonly recurrence: Recurrence;
  readonly weights: readonly Tensor[];
  readonly initial?: readonly Tensor[];
  readonly returnSequences: boolean;
  readonly mask?: Tensor | null;
  readonly maskReversed?: boolean;
  readonly maskedOutput?: MaskedOutput;
  readonly recurrentDropout?: Tensor | null;
  readonly watch?: Watch | null;
  /** Follows it where somebody looks at its gradients, so that the way back comes by also where nothing below is followed. */
  readonly tape?: Tape | null;
}

/** Runs a recurrence: see {@link RECURRENCE}. */
export function recur(x: Tensor, call: RecurrenceCall): { readonly output: Tensor; readonly states: Tensor[] } {
  const { recurrence, weights, initial = [], returnSequences, mask = null, maskReversed = false, maskedOutput = 'state', recurrentDropout = null, watch = null, tape = null } = call;
  const looked = watch !== null && watch.gradients.size > 0;
  const [output, ...states] = apply(RECURRENCE, [x, ...weights, ...initial], {
    recurrence, weights: weights.length, returnSequences, mask, maskReversed, maskedOutput, recurrentDropout, watch,
  }, looked ? tape : null) as [Tensor, ...Tensor[]];
  return { output, states };
}

/** Our cells read plain memory, so that what doesn't fit would be read as something else. */
function check([x, kernel, ...others]: readonly Form[], { recurrence: { cell, units }, weights, mask }: RecurrenceAttributes): void {
  const expect = (what: string, expected: string, found: string): SeeRnnError => new SeeRnnError(`expected ${what} ${expected}, found ${found}`);
  const shape = x!.shape;
  if (shape.length !== 3 && shape.length !== 2) throw expect('inputs', 'of shape (samples, timesteps, features)', formText(shape));
  const [samples, timesteps, features] = sizes(shape);
  if (timesteps === 0) throw expect('at least', 'one timestep', 'none');
  if (features !== kernel!.shape[0]) throw expect('inputs of', `${kernel!.shape[0]!} features`, `${features}`);
  const initial = others.slice(weights - 1);
  const wanted = cell.hasCellState ? 2 : 1;
  if (initial.length !== 0 && initial.length !== wanted) throw expect(`${wanted} initial`, wanted === 1 ? 'state' : 'states', `${initial.length}`);
  for (const state of initial) {
    const [rows, width, ...rest] = state.shape;
    if (rows !== samples || width !== units || rest.length > 0) throw expect('initial states of shape', formText([samples, units]), formText(state.shape));
  }
  if (!mask) return;
  const [rows, steps, ...rest] = mask.shape;
  if (rows !== samples || steps !== timesteps || rest.some((n) => n !== 1)) throw expect('a mask of shape', formText([samples, timesteps]), formText(mask.shape));
}

/** Samples, timesteps and features: a single step may come without an axis of its own. */
const sizes = (shape: readonly number[]): [samples: number, timesteps: number, features: number] =>
  (shape.length === 3 ? [shape[0]!, shape[1]!, shape[2]!] : [shape[0]!, 1, shape[1]!]);

function forward({ inputs: [x, kernel, recurrentKernel, ...others], outputs, attributes, followed }: Forward<RecurrenceAttributes>): Kept {
  const { recurrence, returnSequences, maskReversed, maskedOutput, recurrentDropout, watch } = attributes;
  const [samples, timesteps, features] = sizes(x!.shape);
  const hasBias = attributes.weights === 3;
  const weights: RecurrentWeights = { kernel: kernel!.data, recurrentKernel: recurrentKernel!.data, bias: hasBias ? others[0]!.data : null };
  const [hidden, cell] = hasBias ? others.slice(1) : others;
  const steps = attributes.mask?.data;
  const mask = steps && maskReversed ? reversedInTime(steps, samples, timesteps) : steps;
  const called = { samples, timesteps, features, x: x!.data, mask, recurrentDropout: recurrentDropout?.data, initialHidden: hidden?.data, initialCell: cell?.data };
  const looksInside = watch !== null && watch.values.size > 0;
  const pass = runRecurrence(recurrence, weights, called, { sequence: returnSequences, keep: followed || looksInside });
  try {
    watch?.wentForward({ recurrence, samples, timesteps, hasBias, mask, values: naming(watch, () => valuesInside(pass, recurrence.cell, watch.values)) });
    const zeros = mask ? maskedSteps(mask, { samples, timesteps, backwards: recurrence.backwards, maskedOutput, hasInitial: hidden !== undefined, returnSequences }) : null;
    outputs[0]!.data = withoutSteps(returnSequences ? pass.sequence! : pass.lastHidden, zeros);
    outputs[1]!.data = pass.lastHidden;
    if (pass.lastCell) outputs[2]!.data = pass.lastCell;
    return { pass, called: followed && watch?.gradients.has('weight-steps') ? { ...called, hasBias } : null, zeros };
  } catch (error) {
    pass.free();
    throw error;
  }
}

function backward({ inputs, attributes, kept: { pass, called, zeros }, adjoints: [dOutput, dHidden, dCell], wanted }: Backward<RecurrenceAttributes, Kept>): (Floats | null)[] {
  const { recurrence, returnSequences, watch } = attributes;
  const from = dOutput ? withoutSteps(dOutput, zeros) : undefined;
  const sequence = returnSequences ? from : undefined;
  const lastHidden = returnSequences ? dHidden ?? undefined : together(from, dHidden ?? undefined);
  const lastCell = dCell ?? undefined;
  const before = pass.backward({ sequence, lastHidden, lastCell }, totalsFor(watch?.gradients));

  const states = 1 + attributes.weights;
  const weights = wanted.slice(1, states).includes(true) ? pass.weightGradients() : null;
  const gradients = inputs.map((_, i): Floats | null => {
    if (!wanted[i]) return null;
    switch (i) {
      case 0: return pass.inputGradient();
      case 1: return weights!.kernel;
      case 2: return weights!.recurrentKernel;
      case states: return before.hidden;
      case states + 1: return before.cell;
      default: return weights!.bias;
    }
  });
  if (!watch) return gradients;

  const [samples, timesteps] = sizes(inputs[0]!.shape);
  const seen = naming(watch, (): Omit<SeenBack, 'flushed'> => {
    const { cell, backwards } = recurrence;
    const gates = watch.gradients.has('gates') || called ? gateAdjoints(pass, cell) : undefined;
    return {
      gradients: gradientsInside(pass, cell, watch.gradients, gates),
      terms: called && stepFactors(recurrence, pass, called, gates!),
      entered: watch.gradients.size > 0 ? enteredAt(samples, timesteps, backwards, sequence, [lastHidden, lastCell]) : null,
    };
  });
  // Last: a pass with checkpoints goes back for each thing that is asked of it, and counts on the way.
  watch.wentBack({ ...seen, flushed: before.flushed && inInputOrder(before.flushed, recurrence) });
  return gradients;
}

/** The sum of two gradients by the same values: where only the last step is returned, its output is its state too. */
function together(a: Floats | undefined, b: Floats | undefined): Floats | undefined {
  if (!a || !b) return a ?? b;
  const sum = a.slice();
  for (let n = 0; n < sum.length; n++) sum[n]! += b[n]!;
  return sum;
}

/** Reads what is looked for; where that is too large, says of which layer. */
function naming<T>({ label }: Watch, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof SeeRnnError && !error.message.startsWith('layer ') ? new SeeRnnError(`layer '${label}': ${error.message}`, { cause: error }) : error;
  }
}

/** States' and gates' together. */
function inInputOrder({ hidden, cell, gates }: Flushed, { backwards }: Recurrence): Float64Array {
  const counts = Float64Array.from(hidden, (count, step) => count + cell[step]! + gates[step]!);
  return backwards ? counts.reverse() : counts;
}
