import { erfc } from './erf.js';
import type { Floats } from './floats.js';

/**
 * An activation and its derivative, over a block of rows of `units` values each.
 *
 * All but the softmaxes and sparsemax act on every value alone; those act on a row, which is why a row's length is passed.
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

/**
 * max(0, a). The commonest, so without branches, which are taken by surprise for half of all numbers: (a + |a|) / 2, which is right but for
 * -Infinity.
 */
const relu: Activation = {
  name: 'relu',
  apply(a, y, start, end) {
    let sum = 0;
    for (let n = start; n < end; n++) sum += y[n] = 0.5 * (a[n] + Math.abs(a[n]));
    if (Number.isNaN(sum)) for (let n = start; n < end; n++) y[n] = Math.max(0, a[n]);
  },
  pullBack(_, y, adjoint, start, end) {
    for (let n = start; n < end; n++) adjoint[n] *= +(y[n] > 0);
  },
};

/** 0.2 a + 1/2, clipped to [0, 1]. On the bounds the gradient still passes, as through TensorFlow's clip_by_value. */
const hardSigmoid = elementwise('hardSigmoid', (a) => Math.min(1, Math.max(0, 0.2 * a + 0.5)), (a) => (0.2 * a + 0.5 >= 0 && 0.2 * a + 0.5 <= 1 ? 0.2 : 0));
/** (a + 3) / 6, clipped to [0, 1]. On the bounds the gradient is 0, as through TensorFlow's relu6. */
const hardSigmoidKeras3 = elementwise('hardSigmoidKeras3', (a) => Math.min(6, Math.max(0, a + 3)) / 6, (a) => (a > -3 && a < 3 ? 1 / 6 : 0));

const logistic = (a: number): number => 1 / (1 + Math.exp(-a));
/** log(1 + e^a) without overflow. */
const softplus = (a: number): number => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));

// Klambauer et al. 2017, Self-Normalizing Neural Networks (1706.02515).
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;
const GELU_TANH = Math.sqrt(2 / Math.PI);
// TensorFlow holds these two in float32, whatever the precision.
const GELU_CUBIC = Math.fround(0.044715);
const HALF_ROOT = Math.fround(Math.SQRT1_2);

/** How much of the normal distribution lies below a. */
const normalShare = (a: number): number => 0.5 * erfc(-a * HALF_ROOT);
const geluAngle = (a: number): number => GELU_TANH * (a + GELU_CUBIC * a ** 3);

function softmaxRows(y: Floats, a: Floats, start: number, end: number, units: number, log: boolean): void {
  for (let row = start; row < end; row += units) {
    let peak = -Infinity;
    for (let n = row; n < row + units; n++) peak = Math.max(peak, a[n]);
    let total = 0;
    for (let n = row; n < row + units; n++) total += Math.exp(a[n] - peak);
    const logTotal = Math.log(total);
    for (let n = row; n < row + units; n++) y[n] = log ? a[n] - peak - logTotal : Math.exp(a[n] - peak) / total;
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

/**
 * What Keras's sparsemax takes away from a row, and how many of its numbers, from the largest on, that is made from. (Martins & Astudillo
 * 2016, 1602.02068, have the last of the running sums where Keras 3 takes all of them together; ours is Keras's.)
 */
function sparsemaxThreshold(a: Floats, order: readonly number[]): { readonly threshold: number; readonly support: number } {
  let sum = 0;
  let support = 0;
  let sums = 0;
  order.forEach((n, k) => {
    sum += a[n];
    if (a[n] - (sum - 1) / (k + 1) <= 0) return;
    support++;
    sums += sum;
  });
  return { threshold: (sums - 1) / support, support };
}

/** The places of a row's numbers, the largest first; of those that are equal the first. */
const descending = (a: Floats, row: number, units: number): number[] => Array.from({ length: units }, (_, n) => row + n).sort((m, n) => a[n] - a[m]);

const sparsemax: Activation = {
  name: 'sparsemax',
  apply(a, y, start, end, units) {
    for (let row = start; row < end; row += units) {
      const { threshold } = sparsemaxThreshold(a, descending(a, row, units));
      for (let n = row; n < row + units; n++) y[n] = Math.max(0, a[n] - threshold);
    }
  },
  pullBack(a, _, adjoint, start, end, units) {
    for (let row = start; row < end; row += units) {
      const order = descending(a, row, units);
      const { threshold, support } = sparsemaxThreshold(a, order);
      let total = 0;
      for (let n = row; n < row + units; n++) total += adjoint[n] = a[n] >= threshold ? adjoint[n] : 0;
      // Of the sums that the threshold is the mean of, the largest number is in all, the next in all but one.
      order.slice(0, support).forEach((n, k) => { adjoint[n] -= (support - k) / support * total; });
    }
  },
};

/** A slope as TensorFlow's leaky_relu holds it: in float32, whatever the precision. */
const leaky = (name: string, slope: number): Activation => {
  const below = Math.fround(slope);
  return elementwise(name, (a) => (a > 0 ? a : below * a), (a) => (a > 0 ? 1 : below));
};

/** Keras's `leaky_relu` with another slope than its default, as a LeakyReLU layer given as an activation has. */
export const leakyReLU = (slope: number): Activation => leaky(`leakyReLU(${slope})`, slope);

/** What a rectifier is, beside its slope of 1: Keras's ReLU layer. */
export interface Rectifier {
  /** Nothing larger comes out; null for no bound. */
  readonly maxValue: number | null;
  /** The slope below the threshold, times what is missing to it. */
  readonly negativeSlope: number;
  readonly threshold: number;
  /** Whether bound and threshold are rounded to float32 whatever the precision, as Keras 3 does but for what is missing to the threshold. */
  readonly single?: boolean;
}

/** Keras's ReLU with any options: a above the threshold, at most `maxValue`; below it, less the slope times what is missing to it. */
export function rectifier({ maxValue, negativeSlope, threshold, single = false }: Rectifier): Activation {
  if (threshold === 0 && maxValue === null) return negativeSlope === 0 ? relu : leakyReLU(negativeSlope);
  if (threshold === 0 && maxValue === 6 && negativeSlope === 0) return relu6;
  const [most, least] = [maxValue ?? Infinity, threshold].map(single ? Math.fround : Number);
  // At the bound the gradient passes, but for 6, where Keras takes relu6.
  const passes = threshold === 0 && maxValue === 6 ? (a: number) => a > least && a < most : (a: number) => a > least && a <= most;
  return elementwise(
    `relu(${most}, ${negativeSlope}, ${threshold})`,
    (a) => (a > least ? Math.min(most, a) : 0) - negativeSlope * Math.max(0, threshold - a),
    (a) => (passes(a) ? 1 : 0) + (a < threshold ? negativeSlope : 0),
  );
}

/** Keras's `elu` with a factor of its own below 0. */
export const elu = (alpha: number): Activation =>
  elementwise(alpha === 1 ? 'elu' : `elu(${alpha})`, (a) => (a > 0 ? a : alpha * Math.expm1(a)), (a) => (a > 0 ? 1 : alpha * Math.exp(a)));

/** Keras 2's ThresholdedReLU: a above `theta`, else 0. */
export const thresholdedReLU = (theta: number): Activation =>
  elementwise(`thresholdedReLU(${theta})`, (a) => (a > theta ? a : 0), (a) => (a > theta ? 1 : 0));

const relu6 = elementwise('relu6', (a) => Math.min(6, Math.max(0, a)), (a) => (a > 0 && a < 6 ? 1 : 0));

/** 0 up to -3, a from 3 on, and a (a + 3) / 6 between. */
const hardSilu = elementwise(
  'hardSilu',
  (a) => (a <= -3 ? 0 : a >= 3 ? a : a * (a + 3) / 6),
  (a) => (a <= -3 ? 0 : a >= 3 ? 1 : (2 * a + 3) / 6),
);

/**
 * Every activation, by the name TF.js gives it, and those that only Keras has.
 *
 * At a kink the derivative is TensorFlow's, as Keras computes there: 0 for relu, 1 for elu, and 2 for celu, of which both halves begin at 0.
 */
const all: readonly Activation[] = [
  elementwise('linear', (a) => a, () => 1),
  elementwise('tanh', Math.tanh, (_, y) => 1 - y * y),
  elementwise('sigmoid', logistic, (_, y) => y * (1 - y)),
  hardSigmoid, // Keras 1 and 2, TF.js
  hardSigmoidKeras3,
  relu,
  relu6,
  elu(1),
  elementwise('selu', (a) => SELU_SCALE * (a > 0 ? a : SELU_ALPHA * Math.expm1(a)), (a) => SELU_SCALE * (a >= 0 ? 1 : SELU_ALPHA * Math.exp(a))),
  elementwise('softplus', softplus, logistic),
  elementwise('softsign', (a) => a / (1 + Math.abs(a)), (a) => 1 / (1 + Math.abs(a)) ** 2),
  elementwise('swish', (a) => a * logistic(a), (a) => { const s = logistic(a); return s * (1 + a * (1 - s)); }),
  elementwise('mish', (a) => a * Math.tanh(softplus(a)), (a) => {
    const t = Math.tanh(softplus(a));
    return t + a * (1 - t * t) * logistic(a);
  }),
  elementwise('gelu', (a) => a * normalShare(a), (a) => normalShare(a) + (a * HALF_ROOT * Math.exp(-((a * HALF_ROOT) ** 2))) / Math.sqrt(Math.PI)),
  // Hendrycks & Gimpel 2016 (1606.08415), the tanh approximation.
  elementwise('gelu_new', (a) => 0.5 * a * (1 + Math.tanh(geluAngle(a))), (a) => {
    const t = Math.tanh(geluAngle(a));
    return 0.5 * (1 + t) + 0.5 * a * (1 - t * t) * GELU_TANH * (1 + 3 * GELU_CUBIC * a * a);
  }),
  elementwise('exponential', Math.exp, (_, y) => y),
  leaky('leakyReLU', 0.2),
  hardSilu,
  elementwise('celu', (a) => (a > 0 ? a : Math.expm1(a)), (a) => (a > 0 ? 1 : a === 0 ? 2 : Math.exp(a))),
  elementwise('logSigmoid', (a) => -softplus(-a), (a) => logistic(-a)),
  elementwise('hardTanh', (a) => Math.min(1, Math.max(-1, a)), (a) => (a >= -1 && a <= 1 ? 1 : 0)),
  elementwise('hardShrink', (a) => (Math.abs(a) > 0.5 ? a : 0), (a) => (Math.abs(a) > 0.5 ? 1 : 0)),
  elementwise('softShrink', (a) => Math.sign(a) * Math.max(0, Math.abs(a) - 0.5), (a) => (Math.abs(a) > 0.5 ? 1 : 0)),
  elementwise('tanhShrink', (a) => a - Math.tanh(a), (a) => Math.tanh(a) ** 2),
  elementwise('squareplus', (a) => 0.5 * (a + Math.sqrt(a * a + 4)), (a) => 0.5 * (1 + a / Math.sqrt(a * a + 4))),
  elementwise('sparsePlus', (a) => (a <= -1 ? 0 : a >= 1 ? a : (a + 1) ** 2 / 4), (a) => (a <= -1 ? 0 : a >= 1 ? 1 : (a + 1) / 2)),
  elementwise('sparseSigmoid', (a) => Math.min(1, Math.max(0, 0.5 * (a + 1))), (a) => (a > -1 && a < 1 ? 0.5 : 0)),
  softmax,
  logSoftmax,
  sparsemax,
];

/** Activations by name, e.g. `activations.get('tanh')`. */
export const activations: ReadonlyMap<string, Activation> = new Map(all.map((activation) => [activation.name, activation]));

/** The slopes dy/da at some values, of an activation that acts on every value alone. */
export function slopes(activation: Activation, a: Floats, y: Floats, at: number, count: number): Float64Array {
  const ones = new Float64Array(count).fill(1);
  activation.pullBack(a.subarray(at, at + count), y.subarray(at, at + count), ones, 0, count, count);
  return ones;
}

const ROWWISE: readonly Activation[] = [softmax, logSoftmax, sparsemax];

/** Whether an activation acts on every value alone. */
export const isElementwise = (activation: Activation): boolean => !ROWWISE.includes(activation);
