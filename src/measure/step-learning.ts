import type { Floats } from '../cells/floats.js';
import { gateAdjoints } from '../cells/inside.js';
import { reversedInTime } from '../cells/layout.js';
import { runRecurrence } from '../cells/run.js';
import { addTransposed, prepareProduct } from '../cells/product.js';
import type { RecurrentWeights, SequenceInput } from '../cells/sequence.js';
import { termNorms } from '../cells/step-norms.js';
import { stepFactors, type StepFactors } from '../cells/step-terms.js';
import type { NamedArray } from '../core/array.js';
import { kernelsAvailable } from '../kernels/product.js';
import type { Measured, StepLearning } from './analysis.js';
import { norm } from './linear-algebra.js';
import { firstSamples, stepCost, type Replay } from './replay.js';

/** Most multiplications and additions of one pass forwards, and most numbers that go in. */
const WORTH = 1e9;
const ROOM = 2e7;

/** Of how many samples, the first, it is measured. */
export function learningSamples(replay: Replay): number {
  const { input: { timesteps, features }, recurrence: { units } } = replay;
  return Math.max(1, Math.min(Math.floor(WORTH / (timesteps * stepCost(replay))), Math.floor(ROOM / (timesteps * (units + features)))));
}

/**
 * Which timesteps a recurrence learns from: what each adds to dL/dW, and how short backpropagation may be cut.
 *
 * dL/dW is the sum over timesteps of terms, one for each step's use of the weights. A term's share is what it adds along the sum,
 * <term, dL/dW> / |dL/dW|^2: the shares of all steps sum to 1, which norms don't.
 *
 * Truncation is measured by doing it: the sequence is cut, from its end, into pieces of K steps; states go on from piece to piece,
 * gradients don't. The error is |g_K - g| / |g| over all the recurrence's weights, g being the whole gradient: the relative bias that
 * Aicher, Foti and Fox 2019 (1905.07473) bound by a geometric tail and hold below a limit by their choice of K. Here it is
 * exact up to rounding, for the samples that it is measured on: the first, as many as some seconds go round for. The layers above are left whole, and so is the gradient that they hand down.
 *
 * @param injected what comes into the recurrence from outside at every step; see `injectedInto`
 * @param bias the error that a truncation may have
 * @returns why not, where the gradient by its weights is zero or not finite, or more comes in than is known of
 */
export function stepLearning(given: Replay, injected: NamedArray, bias: number): Measured<StepLearning> {
  const { input: { timesteps } } = given;
  const replay = firstSamples(given, learningSamples(given));
  if (!Number.isFinite(norm(replay.hiddenGradient.data))) return { why: 'the gradient by its hidden state is not finite' };
  const { samples } = replay.input;
  const { recurrence: { cell, units, backwards } } = replay;
  const inOrder = <A extends Floats>(values: A): A => (backwards ? reversedInTime(values, samples, timesteps) : values);
  const into = inOrder(Float32Array.from(injected.data.subarray(0, samples * timesteps * units)));
  const sequence = inProcessingOrder(replay);

  const whole = runRecurrence(sequence.recurrence, replay.weights, sequence.input, { sequence: false, keep: true });
  try {
    const states = { hidden: whole.hidden(), cell: cell.hasCellState ? whole.cell() : null };
    whole.backward({ sequence: into }, { hidden: true, cell: cell.hasCellState });
    if (!agrees(whole.totalHidden(), inOrder(Float32Array.from(replay.hiddenGradient.data)))) {
      return { why: 'sending back what comes in through its outputs gives another gradient than in the model: something more comes in' };
    }
    const factors = stepFactors(sequence.recurrence, whole, { ...sequence.input, hasBias: replay.weights.bias !== null }, gateAdjoints(whole, cell));
    const gradient = flat(whole.weightGradients());
    const size = norm(gradient);
    if (size === 0) return { why: 'the gradient by its weights is zero' };
    if (!Number.isFinite(size)) return { why: 'the gradient by its weights is not finite' };

    const truncations = lengths(timesteps);
    const biases = truncations.map((length) => (length === timesteps ? 0 : norm(flat(truncated(replay, sequence.input, states, into, length)).map((value, n) => value - gradient[n]!)) / size));
    const firstOf = biases.findLastIndex((error) => !(error <= bias)) + 1;
    const inInputOrder = (curves: Readonly<Record<string, Float64Array>>): Record<string, Float64Array> =>
      Object.fromEntries(Object.entries(curves).map(([name, curve]) => [name, backwards ? curve.toReversed() : curve]));
    return {
      norms: inInputOrder(termNorms(factors) as Record<string, Float64Array>), shares: inInputOrder(sharesOf(factors)),
      truncations: Int32Array.from(truncations), biases: Float64Array.from(biases), truncation: truncations[firstOf]!, gradientNorm: size, samples,
    };
  } finally {
    whole.free();
  }
}

/** From so many timesteps on, lengths of truncation are tried at every doubling alone: each takes as long as the whole. */
const COARSE = 200;

/** 1, 2, 3, 4, 6, 8, 12, ..., and the whole. */
function lengths(timesteps: number): number[] {
  const doubling = Array.from({ length: Math.ceil(Math.log2(timesteps)) }, (_, i) => 2 ** i);
  const between = timesteps < COARSE ? doubling.slice(1).map((one) => 1.5 * one) : [];
  return [...doubling, ...between].filter((one) => one < timesteps).sort((one, other) => one - other).concat(timesteps);
}

interface Sequence { readonly recurrence: Replay['recurrence']; readonly input: SequenceInput }

/** The same, read forwards from a sequence that is turned round if need be. */
function inProcessingOrder({ recurrence, input }: Replay): Sequence {
  if (!recurrence.backwards) return { recurrence, input };
  const { samples, timesteps, x, mask } = input;
  return {
    recurrence: { ...recurrence, backwards: false },
    input: { ...input, x: reversedInTime(x, samples, timesteps), mask: mask && reversedInTime(Uint8Array.from(mask), samples, timesteps) },
  };
}

/**
 * The gradient by the weights where none crosses the ends of pieces. All pieces run at once, each as a sample of its own; the first, where
 * it is shorter, begins with masked steps.
 */
function truncated(replay: Replay, input: SequenceInput, states: { readonly hidden: Floats; readonly cell: Floats | null }, into: Float32Array, length: number): RecurrentWeights {
  const { samples, timesteps, features, x, mask, initialHidden, initialCell } = input;
  const { recurrence, weights } = replay;
  const { units } = recurrence;
  const pieces = Math.ceil(timesteps / length);
  const missing = pieces * length - timesteps;
  const count = samples * pieces;
  const cut = { x: new Float32Array(count * length * features), into: new Float32Array(count * length * units), mask: new Uint8Array(count * length), hidden: new Float32Array(count * units), cell: new Float32Array(count * units) };
  for (let sample = 0; sample < samples; sample++) {
    for (let piece = 0; piece < pieces; piece++) {
      const at = sample * pieces + piece;
      const from = Math.max(0, piece * length - missing);
      const to = (piece + 1) * length - missing;
      const row = at * length + length - (to - from);
      const [first, last] = [sample * timesteps + from, sample * timesteps + to];
      cut.x.set(x.subarray(first * features, last * features), row * features);
      cut.into.set(into.subarray(first * units, last * units), row * units);
      for (let n = 0; n < to - from; n++) cut.mask[row + n] = mask ? mask[first + n]! : 1;
      const before = (state: Floats | null, initial: Floats | undefined): Floats | undefined => (from > 0 ? state?.subarray((first - 1) * units, first * units) : initial?.subarray(sample * units, (sample + 1) * units));
      cut.hidden.set(before(states.hidden, initialHidden) ?? [], at * units);
      cut.cell.set(before(states.cell, initialCell) ?? [], at * units);
    }
  }
  const pass = runRecurrence({ ...recurrence, backwards: false }, weights, {
    samples: count, timesteps: length, features, x: cut.x, initialHidden: cut.hidden, ...(states.cell ? { initialCell: cut.cell } : {}),
    ...(mask || missing > 0 ? { mask: cut.mask } : {}),
  }, { sequence: false, keep: true });
  try {
    pass.backward({ sequence: cut.into });
    return pass.weightGradients();
  } finally {
    pass.free();
  }
}

function flat({ kernel, recurrentKernel, bias }: RecurrentWeights): Float64Array {
  const out = new Float64Array(kernel.length + recurrentKernel.length + (bias?.length ?? 0));
  out.set(kernel);
  out.set(recurrentKernel, kernel.length);
  if (bias) out.set(bias, kernel.length + recurrentKernel.length);
  return out;
}

function agrees(found: Floats, expected: Floats): boolean {
  let [scale, worst] = [0, 0];
  for (let n = 0; n < expected.length; n++) {
    scale = Math.max(scale, Math.abs(expected[n]!));
    const off = Math.abs(found[n]! - expected[n]!);
    if (!(off <= worst)) worst = off;
  }
  return worst <= 1e-3 * scale;
}

/** Rows of a product at a time. */
const ROWS = 512;

/**
 * What each step's term adds along the sum of all, by weight; see `stepFactors` for what a term is made of. A term is a sum of outer
 * products a^T b over samples, and <a^T b, G> = (a G) . b, so that no term is made.
 */
function sharesOf({ samples, steps, units, blocks }: StepFactors): Record<string, Float64Array> {
  const along: Record<string, Float64Array> = {};
  const squares: Record<string, number> = {};
  const rows = samples * steps;
  for (const { weight, factor: { values, width }, adjoints } of blocks) {
    const dots = (along[weight] ??= new Float64Array(steps));
    squares[weight] ??= 0;
    for (const adjoint of adjoints) {
      const factors = values ?? adjoint.slice(0, rows).fill(1);
      // The kernels have float32 sums; plain loops are better off with float64.
      const Sums = adjoint instanceof Float32Array && kernelsAvailable() ? Float32Array : Float64Array;
      const sum: Floats = new Sums(width * units);
      addTransposed(sum, factors, adjoint, rows, width, units);
      squares[weight] += norm(sum) ** 2;
      const by = prepareProduct(sum, width, units, false);
      const projected: Floats = new Sums(Math.min(ROWS, rows) * units);
      for (let row = 0; row < rows; row += ROWS) {
        const count = Math.min(ROWS, rows - row);
        projected.fill(0);
        by.addTo(projected, 0, factors, row * width, count);
        for (let n = 0; n < count; n++) {
          let dot = 0;
          for (let unit = 0; unit < units; unit++) dot += projected[n * units + unit]! * adjoint[(row + n) * units + unit]!;
          dots[(row + n) % steps]! += dot;
        }
      }
      by.free();
    }
  }
  return Object.fromEntries(Object.entries(along).map(([weight, dots]) => [weight, dots.map((dot) => dot / squares[weight]!)]));
}
