import { erf } from './erf.js';
import type { Floats } from './floats.js';

/**
 * An activation and its derivative, over a block of rows of `units` values each.
 *
 * All but the softmaxes act on every value alone; those act on a row, which is why a row's length is passed.
 */
export interface Activation {
  readonly name: string;
  /** y[n] = f(a[n]) for n in [start, end). */
  apply(a: Floats, y: Floats, start: number, end: number, units: number): void;
  /** Turns dL/dy into dL/da, in place, for n in [start, end). */
  pullBack(a: Floats, y: Floats, adjoint: Floats, start: number, end: number, units: number): void;
}

/** An activation that acts on every value alone: y = f(a), and dy/da = slope(a, y). */
function elementwise(name: string, f: (a: number) => number, slope: (a: number, y: number) => number): Activation {
  return {
    name,
    apply(a, y, start, end) {
      for (let n = start; n < end; n++) y[n] = f(a[n]);
    },
    pullBack(a, y, adjoint, start, end) {
      for (let n = start; n < end; n++) adjoint[n] *= slope(a[n], y[n]);
    },
  };
}

/** A straight line through (0, 1/2), clipped to [0, 1]. */
const hardSigmoid = (name: string, steepness: number): Activation => elementwise(
  name,
  (a) => Math.min(1, Math.max(0, steepness * a + 0.5)),
  (_, y) => (y > 0 && y < 1 ? steepness : 0),
);

const logistic = (a: number): number => 1 / (1 + Math.exp(-a));
/** log(1 + e^a) without overflow. */
const softplus = (a: number): number => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));

// Klambauer et al. 2017, Self-Normalizing Neural Networks (1706.02515).
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;
const GELU_TANH = Math.sqrt(2 / Math.PI);

function softmaxRows(y: Floats, a: Floats, start: number, end: number, units: number, log: boolean): void {
  for (let row = start; row < end; row += units) {
    let peak = -Infinity;
    for (let n = row; n < row + units; n++) peak = Math.max(peak, a[n]);
    let total = 0;
    for (let n = row; n < row + units; n++) total += Math.exp(a[n] - peak);
    const logTotal = peak + Math.log(total);
    for (let n = row; n < row + units; n++) y[n] = log ? a[n] - logTotal : Math.exp(a[n] - peak) / total;
  }
}

const softmax: Activation = {
  name: 'softmax',
  apply: (a, y, start, end, units) => { softmaxRows(y, a, start, end, units, false); },
  // dL/da_i = y_i (dL/dy_i - sum_j y_j dL/dy_j)
  pullBack(_, y, adjoint, start, end, units) {
    for (let row = start; row < end; row += units) {
      let mean = 0;
      for (let n = row; n < row + units; n++) mean += y[n] * adjoint[n];
      for (let n = row; n < row + units; n++) adjoint[n] = y[n] * (adjoint[n] - mean);
    }
  },
};

const logSoftmax: Activation = {
  name: 'logSoftmax',
  apply: (a, y, start, end, units) => { softmaxRows(y, a, start, end, units, true); },
  // dL/da_i = dL/dy_i - e^(y_i) sum_j dL/dy_j
  pullBack(_, y, adjoint, start, end, units) {
    for (let row = start; row < end; row += units) {
      let total = 0;
      for (let n = row; n < row + units; n++) total += adjoint[n];
      for (let n = row; n < row + units; n++) adjoint[n] -= Math.exp(y[n]) * total;
    }
  },
};

const leaky = (name: string, slope: number): Activation => elementwise(name, (a) => (a > 0 ? a : slope * a), (a) => (a > 0 ? 1 : slope));

/** Keras's `leaky_relu` with another slope than its default, as a LeakyReLU layer given as an activation has. */
export const leakyReLU = (slope: number): Activation => leaky(`leakyReLU(${slope})`, slope);

/** 0 up to -3, a from 3 on, and a (a + 3) / 6 between. */
const hardSilu = elementwise(
  'hardSilu',
  (a) => (a <= -3 ? 0 : a >= 3 ? a : a * (a + 3) / 6),
  (a) => (a <= -3 ? 0 : a >= 3 ? 1 : (2 * a + 3) / 6),
);

/**
 * Every activation, by the name TF.js gives it, and those that only Keras has.
 *
 * At a kink the derivative is the one on the flat side, as in Keras: relu'(0) = 0.
 */
const all: readonly Activation[] = [
  elementwise('linear', (a) => a, () => 1),
  elementwise('tanh', Math.tanh, (_, y) => 1 - y * y),
  elementwise('sigmoid', logistic, (_, y) => y * (1 - y)),
  hardSigmoid('hardSigmoid', 0.2), // Keras 1 and 2, TF.js
  hardSigmoid('hardSigmoidKeras3', 1 / 6), // Keras 3
  elementwise('relu', (a) => Math.max(0, a), (a) => (a > 0 ? 1 : 0)),
  elementwise('relu6', (a) => Math.min(6, Math.max(0, a)), (a) => (a > 0 && a < 6 ? 1 : 0)),
  elementwise('elu', (a) => (a > 0 ? a : Math.expm1(a)), (a, y) => (a > 0 ? 1 : y + 1)),
  elementwise('selu', (a) => SELU_SCALE * (a > 0 ? a : SELU_ALPHA * Math.expm1(a)), (a, y) => (a > 0 ? SELU_SCALE : y + SELU_SCALE * SELU_ALPHA)),
  elementwise('softplus', softplus, logistic),
  elementwise('softsign', (a) => a / (1 + Math.abs(a)), (a) => 1 / (1 + Math.abs(a)) ** 2),
  elementwise('swish', (a) => a * logistic(a), (a, y) => y + logistic(a) * (1 - y)),
  elementwise('mish', (a) => a * Math.tanh(softplus(a)), (a) => {
    const t = Math.tanh(softplus(a));
    return t + a * (1 - t * t) * logistic(a);
  }),
  elementwise('gelu', (a) => 0.5 * a * (1 + erf(a / Math.SQRT2)), (a) => 0.5 * (1 + erf(a / Math.SQRT2)) + (a * Math.exp(-0.5 * a * a)) / Math.sqrt(2 * Math.PI)),
  // Hendrycks & Gimpel 2016 (1606.08415), the tanh approximation.
  elementwise('gelu_new', (a) => 0.5 * a * (1 + Math.tanh(GELU_TANH * (a + 0.044715 * a ** 3))), (a) => {
    const t = Math.tanh(GELU_TANH * (a + 0.044715 * a ** 3));
    return 0.5 * (1 + t) + 0.5 * a * (1 - t * t) * GELU_TANH * (1 + 3 * 0.044715 * a * a);
  }),
  elementwise('exponential', Math.exp, (_, y) => y),
  leaky('leakyReLU', 0.2),
  hardSilu,
  elementwise('celu', (a) => (a > 0 ? a : Math.expm1(a)), (a, y) => (a > 0 ? 1 : y + 1)),
  elementwise('logSigmoid', (a) => -softplus(-a), (a) => logistic(-a)),
  elementwise('hardTanh', (a) => Math.min(1, Math.max(-1, a)), (a) => (a > -1 && a < 1 ? 1 : 0)),
  elementwise('hardShrink', (a) => (Math.abs(a) > 0.5 ? a : 0), (a) => (Math.abs(a) > 0.5 ? 1 : 0)),
  elementwise('softShrink', (a) => Math.sign(a) * Math.max(0, Math.abs(a) - 0.5), (a) => (Math.abs(a) > 0.5 ? 1 : 0)),
  elementwise('tanhShrink', (a) => a - Math.tanh(a), (a) => Math.tanh(a) ** 2),
  elementwise('squareplus', (a) => 0.5 * (a + Math.sqrt(a * a + 4)), (a) => 0.5 * (1 + a / Math.sqrt(a * a + 4))),
  elementwise('sparsePlus', (a) => (a <= -1 ? 0 : a >= 1 ? a : (a + 1) ** 2 / 4), (a) => (a <= -1 ? 0 : a >= 1 ? 1 : (a + 1) / 2)),
  elementwise('sparseSigmoid', (a) => Math.min(1, Math.max(0, 0.5 * (a + 1))), (a) => (a > -1 && a < 1 ? 0.5 : 0)),
  softmax,
  logSoftmax,
];

/** Activations by name, e.g. `activations.get('tanh')`. */
export const activations: ReadonlyMap<string, Activation> = new Map(all.map((activation) => [activation.name, activation]));

/** The slopes dy/da at some values, of an activation that acts on every value alone. */
export function slopes(activation: Activation, a: Floats, y: Floats, at: number, count: number): Float64Array {
  const ones = new Float64Array(count).fill(1);
  activation.pullBack(a.subarray(at, at + count), y.subarray(at, at + count), ones, 0, count, count);
  return ones;
}

/** Whether an activation acts on every value alone. */
export const isElementwise = ({ name }: Activation): boolean => name !== softmax.name && name !== logSoftmax.name;
