import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { activations, elu, leakyReLU, rectifier, thresholdedReLU, type Activation } from '../../src/cells/activations.js';

/** Every activation at some points, none of them a kink of any: its value by its definition, its derivative by central differences. */

const POINTS = [-4.2, -2.7, -1.3, -0.7, -0.2, 0.15, 0.6, 1.4, 2.6, 3.7, 6.5];
const UNITS = POINTS.length;
const EPS = 1e-6;

const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));
const clipped = (a: number, least: number, most: number): number => Math.min(most, Math.max(least, a));

/** As Keras's documentation defines them, where it is a formula of one number. */
/** How much of the normal distribution lies below a, by Simpson's rule from 0 on. */
function normalShare(a: number): number {
  const n = 1000;
  const at = (k: number): number => (k === 0 || k === n ? 1 : k % 2 ? 4 : 2) * Math.exp(-((a * k / n) ** 2) / 2);
  return 0.5 + a / n / 3 / Math.sqrt(2 * Math.PI) * Array.from({ length: n + 1 }, (_, k) => at(k)).reduce((sum, term) => sum + term);
}

const definitions: Readonly<Record<string, (a: number) => number>> = {
  linear: (a) => a, tanh: (a) => Math.tanh(a), sigmoid,
  hardSigmoid: (a) => clipped(0.2 * a + 0.5, 0, 1), hardSigmoidKeras3: (a) => clipped(a / 6 + 0.5, 0, 1),
  relu: (a) => Math.max(a, 0), relu6: (a) => clipped(a, 0, 6), leakyReLU: (a) => Math.max(a, 0.2 * a),
  elu: (a) => (a > 0 ? a : Math.exp(a) - 1), celu: (a) => Math.max(0, a) + Math.min(0, Math.exp(a) - 1),
  selu: (a) => 1.05070098 * (a > 0 ? a : 1.67326324 * (Math.exp(a) - 1)),
  softplus: (a) => Math.log(Math.exp(a) + 1), softsign: (a) => a / (Math.abs(a) + 1), exponential: (a) => Math.exp(a),
  swish: (a) => a * sigmoid(a), mish: (a) => a * Math.tanh(Math.log(Math.exp(a) + 1)), hardSilu: (a) => a * clipped(a + 3, 0, 6) / 6,
  gelu: (a) => a * normalShare(a),
  gelu_new: (a) => 0.5 * a * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (a + 0.044715 * a ** 3))),
  logSigmoid: (a) => Math.log(sigmoid(a)), hardTanh: (a) => clipped(a, -1, 1), tanhShrink: (a) => a - Math.tanh(a),
  hardShrink: (a) => (Math.abs(a) > 0.5 ? a : 0), softShrink: (a) => (a > 0.5 ? a - 0.5 : a < -0.5 ? a + 0.5 : 0),
  squareplus: (a) => (a + Math.sqrt(a ** 2 + 4)) / 2,
  sparsePlus: (a) => (a <= -1 ? 0 : a < 1 ? (a + 1) ** 2 / 4 : a), sparseSigmoid: (a) => (a <= -1 ? 0 : a < 1 ? 0.5 * (a + 1) : 1),
};

/** Those that act on a whole row. */
const rowDefinitions: Record<string, (row: readonly number[]) => number[]> = {
  softmax: (row) => row.map((a) => Math.exp(a) / row.reduce((sum, b) => sum + Math.exp(b), 0)),
  logSoftmax: (row) => row.map((a) => Math.log(Math.exp(a) / row.reduce((sum, b) => sum + Math.exp(b), 0))),
  // Only the largest is above its threshold.
  sparsemax: (row) => row.map((a) => Math.max(0, a - (Math.max(...row) - 1))),
};

const valuesOf = (activation: Activation, at: readonly number[]): Float64Array => {
  const y = new Float64Array(at.length);
  activation.apply(Float64Array.from(at), y, 0, at.length, UNITS);
  return y;
};

describe.each([...activations.values(), leakyReLU(0.3)])('$name', (activation) => {
  const definition = activation.name === 'leakyReLU(0.3)' ? (a: number) => Math.max(a, 0.3 * a) : definitions[activation.name];

  test('is what it is defined as', () => {
    const expected = definition ? POINTS.map(definition) : rowDefinitions[activation.name]!(POINTS);
    valuesOf(activation, POINTS).forEach((y, n) => { expect(y, `at ${POINTS[n]}`).toBeCloseTo(expected[n]!, 6); });
  });

  test('its derivative is that of central differences', () => {
    // Of a weighted sum, for those that act on a whole row.
    const weights = POINTS.map((_, n) => Math.sin(3 * n + 1));
    const sum = (at: readonly number[]): number => valuesOf(activation, at).reduce((total, y, n) => total + weights[n]! * y, 0);
    const adjoint = Float64Array.from(weights);
    activation.pullBack(Float64Array.from(POINTS), valuesOf(activation, POINTS), adjoint, 0, UNITS, UNITS);
    POINTS.forEach((a, n) => {
      const difference = (sum(POINTS.with(n, a + EPS)) - sum(POINTS.with(n, a - EPS))) / (2 * EPS);
      expect(Math.abs(adjoint[n]! - difference), `at ${a}`).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(difference)));
    });
  });
});

/** What Keras gave in float64, at kinks and far out; `keras/make.py` asked it. */
interface Answer { readonly values: readonly number[]; readonly gradient: readonly number[] }
interface Answers { readonly places: number[]; readonly rows: number[]; readonly factors: number[]; readonly answers: Record<string, Answer>; readonly rowAnswers: Record<string, Answer> }
const keras = JSON.parse(readFileSync(new URL('keras/activations.json', import.meta.url), 'utf8')) as Answers;

const withOptions: Readonly<Record<string, Activation>> = {
  'leakyReLU(0.3)': leakyReLU(0.3), 'elu(0.7)': elu(0.7), 'thresholdedReLU(1)': thresholdedReLU(1),
  'relu max 3': rectifier({ maxValue: 3, negativeSlope: 0, threshold: 0 }),
  'relu max 6': rectifier({ maxValue: 6, negativeSlope: 0, threshold: 0 }),
  'relu max 6 slope 0.1': rectifier({ maxValue: 6, negativeSlope: 0.1, threshold: 0 }),
  'relu slope 0.1': rectifier({ maxValue: null, negativeSlope: 0.1, threshold: 0 }),
  'relu max 3 slope 0.1 threshold 1': rectifier({ maxValue: 3, negativeSlope: 0.1, threshold: 1 }),
  'relu threshold 1': rectifier({ maxValue: null, negativeSlope: 0, threshold: 1 }),
  'relu max 6 threshold 1': rectifier({ maxValue: 6, negativeSlope: 0, threshold: 1 }),
  'relu max 0': rectifier({ maxValue: 0, negativeSlope: 0, threshold: 0 }),
};

describe('Keras in float64', () => {
  // Where Keras's own derivative is the difference of two numbers near 1 it is good to 1e-15, not to more digits.
  const holds = (activation: Activation, at: readonly number[], units: number, factors: readonly number[], { values, gradient }: Answer): void => {
    const y = new Float64Array(at.length);
    activation.apply(Float64Array.from(at), y, 0, at.length, units);
    const adjoint = Float64Array.from(at, (_, n) => factors[n % factors.length]!);
    activation.pullBack(Float64Array.from(at), y, adjoint, 0, at.length, units);
    at.forEach((a, n) => {
      expect(Math.abs(y[n]! - values[n]!), `the value at ${a}: ${y[n]} for ${values[n]}`).toBeLessThanOrEqual(1e-14 + 1e-12 * Math.abs(values[n]!));
      expect(Math.abs(adjoint[n]! - gradient[n]!), `the derivative at ${a}: ${adjoint[n]} for ${gradient[n]}`).toBeLessThanOrEqual(1e-14 + 1e-12 * Math.abs(gradient[n]!));
    });
  };

  test('has answers for all of them', () => {
    expect([...Object.keys(keras.answers), ...Object.keys(keras.rowAnswers)].sort()).toEqual([...activations.keys(), ...Object.keys(withOptions)].sort());
  });

  test.each(Object.entries(keras.answers))('%s', (name, answer) => {
    holds(withOptions[name] ?? activations.get(name)!, keras.places, keras.places.length, [1], answer);
  });

  test.each(Object.entries(keras.rowAnswers))('%s', (name, answer) => { holds(activations.get(name)!, keras.rows, 4, keras.factors, answer); });
});
