import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { activations } from '../../src/cells/activations.js';
import { SeeRnnError } from '../../src/core/errors.js';
import type { LossDialect } from '../../src/graph/losses/loss.js';
import { lossByName, lossNames, ownLoss } from '../../src/graph/losses/named.js';
import { activate } from '../../src/graph/operations/activation.js';
import { add, multiply } from '../../src/graph/operations/arithmetic.js';
import { sum } from '../../src/graph/operations/reductions.js';
import { softmax } from '../../src/graph/operations/softmax.js';
import { reshape } from '../../src/graph/operations/shaping.js';
import { Tape } from '../../src/graph/tape.js';
import { constant, Tensor } from '../../src/graph/tensor.js';

/** Losses are held to real Keras, 2 and 3, in float64: their values, masks and gradients. `make/losses.py` has made the numbers. */

interface Answer {
  readonly name: string;
  readonly options: Record<string, unknown>;
  readonly head: 'softmax' | 'sigmoid' | null;
  readonly axis: number;
  readonly shape: readonly number[];
  readonly target: readonly number[];
  readonly predicted: readonly number[];
  readonly prediction: readonly number[];
  /** NaN is null, infinity a text. */
  readonly values: readonly (number | string | null)[];
  readonly mask: readonly number[] | null;
  readonly gradient: readonly (number | string | null)[];
}

const answers = (generation: 2 | 3): Answer[] => JSON.parse(readFileSync(new URL(`fixtures/losses-keras-${generation}.json`, import.meta.url), 'utf8')) as Answer[];

const headed = (z: Tensor, head: Answer['head'], axis: number): Tensor => (head === null ? z : head === 'softmax' ? softmax(z, [axis]) : activate(z, activations.get('sigmoid')!));

/** The sum of (1 + 0.1 n) x value n. */
const weighed = (values: Tensor): Tensor => sum(multiply(reshape(values, [values.size]), constant(Array.from({ length: values.size }, (_, n) => 1 + 0.1 * n), [values.size])), null);

function compare(found: ArrayLike<number>, wanted: Answer['values'], tolerance: number, what: string): void {
  expect(found.length, what).toBe(wanted.length);
  const numbers = wanted.map((value) => (value === null ? NaN : Number(value === 'inf' ? Infinity : value === '-inf' ? -Infinity : value)));
  const largest = Math.max(1, ...numbers.filter(Number.isFinite).map(Math.abs));
  numbers.forEach((value, n) => {
    if (Number.isFinite(value)) expect(Math.abs(found[n] - value), `${what} ${n}: ${found[n]} for ${value}`).toBeLessThanOrEqual(tolerance * largest);
    else expect(found[n], `${what} ${n}`).toBe(value);
  });
}

describe.each([2, 3] as const)('Keras %s', (kerasMajor) => {
  const dialect: LossDialect = { kerasMajor, tfjs: false };
  it.each(answers(kerasMajor).map((answer, n) => ({ ...answer, what: `${n}: ${answer.name} ${JSON.stringify(answer.options)} of ${answer.head ?? 'numbers'} ${JSON.stringify(answer.predicted)}` })))('$what', (answer) => {
    const { name, options, head, axis, shape, target, predicted, prediction } = answer;
    const loss = lossByName(name, options, dialect)!;
    const tape = new Tape();
    const z = tape.follow(new Tensor(Float64Array.from(prediction), predicted));
    const whole = new Tensor(Float64Array.from(target), shape);
    const { values, mask } = loss.apply(loss.prepare?.(whole) ?? whole, headed(z, head, axis));
    tape.backward(weighed(values));
    // TensorFlow's CTC is in float32 whatever it is given.
    const tolerance = name === 'CTC' ? 2e-6 : 1e-12;
    compare(values.data, answer.values, tolerance, 'value');
    compare(tape.adjoint(z) ?? new Float64Array(z.size), answer.gradient, tolerance, 'gradient');
    expect(mask && Array.from(mask.data)).toEqual(answer.mask);
  });
});

describe('TF.js', () => {
  const given = JSON.parse(readFileSync(new URL('fixtures/losses-tfjs.json', import.meta.url), 'utf8')) as Omit<Answer, 'options' | 'head' | 'axis' | 'mask'>[];
  it.each(given.map((answer, n) => ({ ...answer, what: `${n}: ${answer.name} of ${JSON.stringify(answer.predicted)}` })))('$what, to rounding in float32', ({ name, shape, target, predicted, prediction, values, gradient }) => {
    const loss = lossByName(name, {}, { kerasMajor: 2, tfjs: true })!;
    const tape = new Tape();
    const p = tape.follow(new Tensor(Float32Array.from(prediction), predicted));
    const found = loss.apply(new Tensor(Float32Array.from(target), shape), p);
    expect([loss.prepare, found.mask]).toEqual([undefined, null]);
    tape.backward(weighed(found.values));
    compare(found.values.data, values, 2e-6, 'value');
    compare(tape.adjoint(p) ?? new Float32Array(p.size), gradient, 2e-6, 'gradient');
  });

  it('knows of no heads', () => {
    const p = headed(new Tensor(Float64Array.of(40, -60, 1), [1, 3]), 'softmax', -1);
    const { values } = lossByName('categoricalCrossentropy', {}, { kerasMajor: 2, tfjs: true })!.apply(constant([0, 1, 0], [1, 3]), p);
    expect(values.data[0]).toBeCloseTo(-Math.log(1e-7), 12);
  });
});

describe('the gradient by a head', () => {
  const scores = [2.5, -1, 0.25, -0.5, 3, -4];
  const cases = [
    ['CategoricalCrossentropy', 'softmax', [0, 0, 1, 0.2, 0.5, 0.3]], ['SparseCategoricalCrossentropy', 'softmax', [2, 1]], ['CategoricalCrossentropy', 'sigmoid', [0, 0, 1, 0.2, 0.5, 0.3]],
    ['BinaryCrossentropy', 'sigmoid', [1, 0, 1, 0, 1, 0.3]], ['BinaryFocalCrossentropy', 'sigmoid', [1, 0, 1, 0, 1, 0.3]],
  ] as const;

  /** What taps on a head hear, the innermost first, and the gradient by the logits. */
  function heard(name: string, head: 'softmax' | 'sigmoid', target: readonly number[], more?: (p: Tensor) => Tensor, kerasMajor: 2 | 3 = 3): { readonly told: (number[] | null)[]; readonly z: number[] } {
    const tape = new Tape();
    const z = tape.follow(new Tensor(Float64Array.from(scores), [2, 3]));
    const told: (number[] | null)[] = [null, null];
    // As in a nested model: what the layer gives is what the model gives.
    const p = [0, 1].reduce((below, i) => tape.tap(below, (adjoint) => { told[i] = Array.from(adjoint); }), headed(z, head, -1));
    const loss = weighed(lossByName(name, {}, { kerasMajor, tfjs: false })!.apply(constant(target, target.length === 2 ? [2] : [2, 3]), p).values);
    tape.backward(more ? add(loss, more(p)) : loss);
    return { told, z: Array.from(tape.adjoint(z)!) };
  }

  it.each(cases)('%s of a %s is that of the loss by its probabilities, told and not handed on', (name, head, target) => {
    const { told, z } = heard(name, head, target);
    expect(told[0]).toEqual(told[1]);
    // Differences of the same loss as a function of probabilities, whose logits are known again: log p, which of a softmax is as good as any.
    const p = headed(constant(scores, [2, 3]), head, -1).data;
    const lossAt = (odds: ArrayLike<number>): number => {
      const logits = Array.from(odds, (value) => (head === 'softmax' ? Math.log(value) : Math.log(value / (1 - value))));
      return weighed(lossByName(name)!.apply(constant(target, target.length === 2 ? [2] : [2, 3]), headed(constant(logits, [2, 3]), head, -1)).values).data[0];
    };
    const differences = Array.from(p, (value, n) => {
      const at = (moved: number): number => lossAt(p.map((own, m) => (m === n ? moved : own)) as Float64Array);
      return (at(value + 1e-7) - at(value - 1e-7)) / 2e-7;
    });
    told[0]!.forEach((value, n) => { expect(Math.abs(value - differences[n])).toBeLessThan(1e-6 * Math.max(1, Math.abs(differences[n]))); });
    // Pulled back through the head it is the logits' own.
    const tape = new Tape();
    const again = tape.follow(new Tensor(Float64Array.from(scores), [2, 3]));
    tape.backward(sum(multiply(headed(again, head, -1), constant(told[0]!, [2, 3])), null));
    tape.adjoint(again)!.forEach((value, n) => { expect(value).toBeCloseTo(z[n], 12); });
  });

  it('is 1 - t / p of a softmax', () => {
    const p = headed(constant(scores, [2, 3]), 'softmax', -1).data;
    heard('CategoricalCrossentropy', 'softmax', [0, 0, 1, 0.2, 0.5, 0.3]).told[0]!.forEach((value, n) => { expect(value).toBeCloseTo((1 - [0, 0, 1, 0.2, 0.5, 0.3][n] / p[n]) * (n < 3 ? 1 : 1.1), 12); });
  });

  it('comes together with what else reads the head; that alone goes on', () => {
    const plainly = heard('CategoricalCrossentropy', 'softmax', [0, 0, 1, 0, 1, 0]);
    const { told, z } = heard('CategoricalCrossentropy', 'softmax', [0, 0, 1, 0, 1, 0], (p) => sum(multiply(p, constant([1, 2, 3, 4, 5, 6], [2, 3])), null));
    told[0]!.forEach((value, n) => { expect(value).toBeCloseTo(plainly.told[0]![n] + n + 1, 12); });
    const p = headed(constant(scores, [2, 3]), 'softmax', -1).data;
    z.forEach((value, n) => {
      const row = n - n % 3;
      const mean = [0, 1, 2].reduce((total, i) => total + p[row + i] * (row + i + 1), 0);
      expect(value).toBeCloseTo(plainly.z[n] + p[n] * (n + 1 - mean), 12);
    });
  });

  it('is not there where the loss is no function of the probabilities', () => {
    expect(heard('BinaryCrossentropy', 'softmax', [1, 0, 1, 0, 1, 0]).told).toEqual([null, null]);
    expect(heard('BinaryCrossentropy', 'softmax', [1, 0, 1, 0, 1, 0]).z.every((value) => value !== 0)).toBe(true);
  });

  it("of Keras 2's focal one is the whole gradient, since it goes through the softmax", () => {
    const { told, z } = heard('CategoricalFocalCrossentropy', 'softmax', [0, 0, 1, 0, 1, 0], undefined, 2);
    const three = heard('CategoricalFocalCrossentropy', 'softmax', [0, 0, 1, 0, 1, 0]);
    expect(told).toEqual(three.told);
    expect(z).toEqual(three.z);
  });

  it("of TensorFlow's operation in Keras 2 is taken by its own kind alone", () => {
    const values = (name: string, own: boolean): number => {
      const p = headed(constant([40, -60, 1], [1, 3]), 'softmax', -1);
      p.head = { ...p.head!, ownKindOnly: own };
      return lossByName(name, {}, { kerasMajor: 2, tfjs: false })!.apply(constant([0, 1, 0], [1, 3]), p).values.data[0];
    };
    expect(values('CategoricalCrossentropy', true)).toBe(100);
    expect(values('BinaryCrossentropy', false)).toBeCloseTo((40 + 60 + Math.log1p(Math.E)) / 3, 12);
    expect(values('BinaryCrossentropy', true)).toBeLessThan(11);
  });
});

test("Keras 3's crossentropy is the one that the shapes are of", () => {
  const of = (name: string, target: Tensor, prediction: Tensor): number[] => Array.from(lossByName(name)!.apply(target, prediction).values.data);
  const [odds, classes] = [constant([0.2, 0.9], [2, 1]), constant([0.2, 0.8, 0.5, 0.5], [2, 2])];
  expect(of('crossentropy', constant([0, 1], [2, 1]), odds)).toEqual(of('binary_crossentropy', constant([0, 1], [2, 1]), odds));
  for (const shape of [[2], [2, 1]]) expect(of('ce', constant([0, 1], shape), classes)).toEqual(of('sparse_categorical_crossentropy', constant([0, 1], shape), classes));
  expect(of('CrossEntropy', constant([0, 1, 1, 0], [2, 2]), classes)).toEqual(of('categorical_crossentropy', constant([0, 1, 1, 0], [2, 2]), classes));
});

describe('names', () => {
  test.each([
    ['meanSquaredError', ['mean_squared_error', 'mse', 'MSE', 'MeanSquaredError']], ['meanAbsoluteError', ['mae', 'mean_absolute_error']],
    ['meanAbsolutePercentageError', ['mape', 'MeanAbsolutePercentageError']], ['meanSquaredLogarithmicError', ['msle']], ['logcosh', ['log_cosh', 'LogCosh', 'logcosh']],
    ['huber', ['Huber', 'huber', 'huber_loss']], ['binaryCrossentropy', ['bce', 'BCE', 'binary_crossentropy']],
    ['kullbackLeiblerDivergence', ['kld', 'kl_divergence', 'KLDivergence', 'kullback_leibler_divergence']], ['cosineProximity', ['cosine', 'cosine_proximity', 'cosine_similarity', 'CosineSimilarity']],
    ['squaredHinge', ['squared_hinge', 'SquaredHinge']], ['poisson', ['Poisson']], ['sparseCategoricalCrossentropy', ['SparseCategoricalCrossentropy']],
    ['categoricalGeneralizedCrossEntropy', ['CategoricalGeneralizedCrossEntropy', 'categorical_generalized_cross_entropy']], ['ctc', ['CTC']], ['dice', ['Dice']], ['tversky', ['Tversky']], ['circle', ['Circle']],
  ])('%s', (name, aliases) => { for (const alias of [name, ...aliases]) expect(lossByName(alias)?.name, alias).toBe(name); });

  test('those that are none', () => {
    for (const name of ['', 'toString', '__proto__', 'mean', 'mse2', 'mse'.repeat(100_000)]) expect(lossByName(name)).toBeNull();
    expect(lossNames).toContain('huber');
    expect(lossNames).toHaveLength(23);
  });

  test('what targets they take', () => {
    const kinds = (kind: string): string[] => lossNames.filter((name) => lossByName(name)!.targets === kind);
    expect(kinds('indices')).toEqual(['sparseCategoricalCrossentropy', 'categoricalGeneralizedCrossEntropy']);
    expect(kinds('any')).toEqual(['crossentropy', 'circle', 'ctc']);
    expect(ownLoss((_, prediction) => prediction)).toMatchObject({ targets: 'any', reduction: 'mean' });
  });

  test('a function of one\'s own that gives no tensor', () => {
    for (const [given, text] of [[5, '5'], [null, 'null'], [[1, 2], '[1,2]']] as const) {
      expect(() => ownLoss(() => given as never).apply(constant([1], [1]), constant([1], [1]))).toThrow(`loss: the function must give a tensor, made by operations of the two that it gets, found ${text}`);
    }
    expect(lossByName(null as never)).toBeNull();
  });
});

describe('options', () => {
  test('reductions', () => {
    for (const [reduction, wanted] of [[undefined, 'mean'], [null, 'none'], ['none', 'none'], ['auto', 'mean'], ['sum_over_batch_size', 'mean'], ['mean', 'mean'], ['sum', 'sum'], ['mean_with_sample_weight', 'mean-with-sample-weight']]) {
      expect(lossByName('mse', reduction === undefined ? {} : { reduction })?.reduction).toBe(wanted);
    }
  });

  test('of the wrong form', () => {
    const refused = (name: string, options: Record<string, unknown>, message: string): void => { expect(() => lossByName(name, options)).toThrow(new SeeRnnError(message)); };
    refused('Huber', { delta: '1' }, `loss 'Huber': delta must be a number, found "1"`);
    refused('mse', { reduction: 'toString' }, "loss 'mse': reduction must be one of 'auto', 'sum_over_batch_size', 'mean', 'sum', 'none', 'mean_with_sample_weight', found \"toString\"");
    refused('bce', { label_smoothing: 2 }, "loss 'bce': label_smoothing must be a number from 0 to 1, found 2");
    refused('bce', { from_logits: 1 }, "loss 'bce': from_logits must be true or false, found 1");
    refused('CosineSimilarity', { axis: 0.5 }, "loss 'CosineSimilarity': axis must be a whole number, found 0.5");
    refused('CategoricalFocalCrossentropy', { alpha: ['x'] }, `loss 'CategoricalFocalCrossentropy': alpha must be a number or a list of numbers, found ["x"]`);
    refused('CategoricalGeneralizedCrossEntropy', { q: 1 }, "loss 'CategoricalGeneralizedCrossEntropy': q must be between 0 and 1, found 1");
    // What a loss doesn't know is passed over.
    expect(lossByName('mse', { name: 'mse', dtype: 'float32', fn: 'mean_squared_error' })?.name).toBe('meanSquaredError');
  });

  test("what Keras's own code refuses, or makes nonsense of", () => {
    const refused = (name: string, options: Record<string, unknown>, target: Tensor, prediction: Tensor, message: string): void => {
      expect(() => lossByName(name, options)!.apply(target, prediction)).toThrow(new SeeRnnError(message));
    };
    const p = constant([0.2, 0.8, 0.5, 0.5], [2, 2]);
    refused('sparse_categorical_crossentropy', {}, constant([0, 2], [2]), p, 'expected class indices from 0 to 1, found 2');
    refused('sparse_categorical_crossentropy', {}, constant([0, 0.5], [2]), p, 'expected class indices from 0 to 1, found 0.5');
    refused('sparse_categorical_crossentropy', { ignore_class: -1 }, constant([-1, -2], [2]), p, 'expected class indices from 0 to 1, found -2');
    refused('SparseCategoricalCrossentropy', { axis: 1 }, constant([0, 1], [1, 2]), constant([0.2, 0.8, 0.5, 0.5], [1, 2, 2]), "loss 'SparseCategoricalCrossentropy': axis is 1: Keras 3 takes the last one alone, here 2");
    refused('categorical_generalized_cross_entropy', {}, constant([0, NaN], [2]), p, 'expected class indices from 0 to 1, found NaN');
    refused('circle', {}, constant([0, 1, 1], [3]), p, 'expected a class for each of the embeddings (samples, features), found (3,) and (2, 2)');
    const steps = constant(new Float64Array(12), [1, 4, 3]);
    refused('ctc', {}, constant([1, 1, 1], [1, 3]), steps, 'a label needs 5 timesteps, found 4');
    refused('ctc', {}, constant([1, 3, 0], [1, 3]), steps, "expected class indices from 1 to 2, and 0 after a label's end, found 3");
    refused('ctc', {}, constant([1, 0, 2], [1, 3]), steps, 'expected labels with zeros at their end alone: 0 is the blank');
    refused('ctc', {}, constant([1, 0], [2]), steps, 'expected labels (samples, length) and logits (samples, timesteps, classes), found (2,) and (1, 4, 3)');
  });
});
