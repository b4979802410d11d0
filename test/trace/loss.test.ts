import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ArrayInputs } from '../../src/model/inputs.js';
import type { Run } from '../../src/trace/run.js';
import { trace, type TraceOptions } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { expectClose } from './close.js';
import { apply, dense, integers, lstm, recurrentWeights, shares, tensor, weights, type Symbolic } from './seeded.js';

/**
 * The loss, held to the losses' formulas in float64; and its gradient by the model's outputs, held to central differences
 * of those formulas. Neither knows of TF.js.
 */

const S = 3;
const T = 5;
const F = 4;
const EPSILON = 1e-7;

type Row = readonly number[];
type Formula = (target: Row, predicted: Row) => number;

const mean = (values: Row): number => values.reduce((a, b) => a + b, 0) / values.length;
const sum = (values: Row): number => values.reduce((a, b) => a + b, 0);
const over = (f: (t: number, p: number) => number): Formula => (target, predicted) => mean(predicted.map((p, i) => f(target[i]!, p)));
const clip = (p: number, to = 1 - EPSILON): number => Math.min(to, Math.max(EPSILON, p));
const unit = (values: Row): Row => values.map((v) => v / Math.hypot(...values));

/** One sample's, or one timestep's, loss. */
const formulas: Record<string, Formula> = {
  meanSquaredError: over((t, p) => (t - p) ** 2),
  meanAbsoluteError: over((t, p) => Math.abs(t - p)),
  meanAbsolutePercentageError: over((t, p) => 100 * Math.abs((t - p) / Math.max(Math.abs(t), EPSILON))),
  meanSquaredLogarithmicError: over((t, p) => (Math.log(1 + clip(t, Infinity)) - Math.log(1 + clip(p, Infinity))) ** 2),
  squaredHinge: over((t, p) => Math.max(0, 1 - t * p) ** 2),
  hinge: over((t, p) => Math.max(0, 1 - t * p)),
  categoricalHinge: (target, predicted) =>
    Math.max(0, 1 + Math.max(...predicted.map((p, i) => (1 - target[i]!) * p)) - sum(predicted.map((p, i) => target[i]! * p))),
  logcosh: over((t, p) => Math.log(Math.cosh(p - t))),
  categoricalCrossentropy: (target, predicted) => -sum(predicted.map((p, i) => target[i]! * Math.log(clip(p / sum(predicted))))),
  sparseCategoricalCrossentropy: (target, predicted) => -Math.log(clip(predicted[target[0]!]!) / sum(predicted.map((p) => clip(p)))),
  binaryCrossentropy: over((t, p) => -(t * Math.log(clip(p)) + (1 - t) * Math.log(1 - clip(p)))),
  kullbackLeiblerDivergence: (target, predicted) => sum(predicted.map((p, i) => target[i]! * Math.log(clip(target[i]!, 1) / clip(p, 1)))),
  poisson: over((t, p) => p - t * Math.log(p + EPSILON)),
  cosineProximity: (target, predicted) => -sum(unit(predicted).map((p, i) => p * unit(target)[i]!)),
};

const rows = (data: ArrayLike<number>, width: number): Row[] =>
  Array.from({ length: data.length / width }, (_, row) => Array.from({ length: width }, (__, i) => data[row * width + i]!));

/** The mean over the rows of an output, each with its weight. */
const meanLoss = (formula: Formula, target: ArrayLike<number>, predicted: ArrayLike<number>, width: number, weights: Row = [1]): number => {
  const targets = rows(target, formula === formulas['sparseCategoricalCrossentropy'] ? 1 : width);
  const losses = rows(predicted, width).map((row, i) => formula(targets[i]!, row));
  const repeat = losses.length / weights.length;
  return mean(losses.map((loss, i) => loss * weights[Math.floor(i / repeat)]!));
};

/** Traces, and expects the loss to be what the formula makes of the predictions, and its gradient the formula's differences. */
async function expectLoss(
  model: tfl.LayersModel, x: tf.Tensor, y: ArrayInputs, options: TraceOptions, formula: (predictions: readonly Float64Array[]) => number,
): Promise<Run> {
  const run = await trace(model, x, y, options);
  const predictions = run.predictions.map(({ data }) => Float64Array.from(data));
  expectClose([run.loss!], [formula(predictions)], 'loss', 2e-5);
  predictions.forEach((prediction, output) => {
    const differences = Array.from(prediction, (value, n) => {
      const step = 1e-6;
      const at = (moved: number): number => { prediction[n] = moved; return formula(predictions); };
      const difference = (at(value + step) - at(value - step)) / (2 * step);
      prediction[n] = value;
      return difference;
    });
    expectClose(run.layer(model.outputs[output]!.name.split('/')[0]!).gradient().data, differences, `gradient by output ${output}`, 2e-4);
  });
  return run;
}

/** x -> LSTM -> one output, per sample or per timestep. */
function oneOutput(units: number, activation: 'linear' | 'softmax' | 'sigmoid' | 'softplus', returnSequences: boolean): tfl.LayersModel {
  return tfl.sequential({ layers: [
    lstm(5, 1, { inputShape: [T, F], returnSequences, name: 'lstm' }),
    ...(returnSequences ? [tfl.layers.timeDistributed({ layer: dense(units, 7, { activation }), name: 'head' })] : [dense(units, 7, { activation, name: 'head' })]),
  ] });
}

describeOnBackends('loss', (backend) => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });
  const x = (): tf.Tensor => tensor(1, [S, T, F]);

  const signs = (seed: number, shape: number[]): tf.Tensor => tf.sub(tf.mul(2, integers(seed, shape, 0, 1)), 1);
  const classes = (seed: number, shape: number[], depth: number): tf.Tensor => tf.cast(tf.oneHot(tf.cast(integers(seed, shape, 0, depth - 1), 'int32'), depth), 'float32');
  const positive = (seed: number, shape: number[]): tf.Tensor => tf.add(tf.abs(tensor(seed, shape)), 0.5);
  const cases: [string, 'linear' | 'softmax' | 'sigmoid' | 'softplus', (seed: number, shape: number[]) => tf.Tensor][] = [
    ['meanSquaredError', 'linear', tensor], ['meanAbsoluteError', 'linear', tensor], ['meanAbsolutePercentageError', 'linear', positive],
    ['meanSquaredLogarithmicError', 'softplus', positive], ['squaredHinge', 'linear', signs], ['hinge', 'linear', signs],
    ['categoricalHinge', 'linear', (seed, shape) => classes(seed, shape.slice(0, -1), shape.at(-1)!)], ['logcosh', 'linear', tensor],
    ['categoricalCrossentropy', 'softmax', (seed, shape) => classes(seed, shape.slice(0, -1), shape.at(-1)!)],
    ['sparseCategoricalCrossentropy', 'softmax', (seed, shape) => integers(seed, [...shape.slice(0, -1), 1], 0, shape.at(-1)! - 1)],
    ['binaryCrossentropy', 'sigmoid', (seed, shape) => integers(seed, shape, 0, 1)], ['kullbackLeiblerDivergence', 'softmax', shares],
    ['poisson', 'softplus', positive], ['cosineProximity', 'linear', tensor],
  ];

  test.each(cases)("%s: by its formula, and as TF.js's evaluate has it", async (name, activation, target) => {
    for (const returnSequences of [false, true]) {
      const model = oneOutput(4, activation, returnSequences);
      model.compile({ loss: name, optimizer: 'sgd' });
      const y = target(3, returnSequences ? [S, T, 4] : [S, 4]);
      const run = await expectLoss(model, x(), y, {}, ([p]) => meanLoss(formulas[name]!, y.dataSync(), p!, 4));
      expectClose([run.loss!], (model.evaluate(x(), y) as tf.Scalar).dataSync(), 'evaluate', 1e-5);
      // The option says the same as compile.
      expect((await trace(model, x(), y, { loss: name })).loss).toBe(run.loss);
      model.dispose();
    }
  });

  test('class indices with a last dimension of 1 or without, as floats or integers', async () => {
    for (const returnSequences of [false, true]) {
      const model = oneOutput(4, 'softmax', returnSequences);
      const shape = returnSequences ? [S, T] : [S];
      const y = integers(3, shape, 0, 3);
      const run = async (given: ArrayInputs): Promise<number | null> => (await trace(model, x(), given, { loss: 'sparseCategoricalCrossentropy' })).loss;
      const loss = meanLoss(formulas['sparseCategoricalCrossentropy']!, y.dataSync(), (await trace(model, x())).predictions[0]!.data, 4);
      for (const given of [y, tf.expandDims(y, -1), tf.cast(y, 'int32'), tf.expandDims(tf.cast(y, 'int32'), -1)]) expectClose([(await run(given))!], [loss], 'loss', 1e-5);
      model.dispose();
    }
  });

  test('targets (samples) for an output (samples, 1)', async () => {
    const model = oneOutput(1, 'sigmoid', false);
    const y = integers(3, [S], 0, 1);
    await expectLoss(model, x(), y, { loss: 'binaryCrossentropy' }, ([p]) => meanLoss(formulas['binaryCrossentropy']!, y.dataSync(), p!, 1));
    model.dispose();
  });

  test("a loss of the caller's own: a number for each sample, for each timestep, for the batch", async () => {
    const y = tensor(3, [S, T, 2]);
    const cubed = over((t, p) => Math.abs(t - p) ** 3);
    const elements = (target: tf.Tensor, prediction: tf.Tensor): tf.Tensor => tf.pow(tf.abs(tf.sub(target, prediction)), 3);
    const own = [(t: tf.Tensor, p: tf.Tensor) => tf.mean(elements(t, p), [1, 2]), (t: tf.Tensor, p: tf.Tensor) => tf.mean(elements(t, p), -1), elements, (t: tf.Tensor, p: tf.Tensor) => tf.mean(elements(t, p))];
    for (const loss of own) {
      for (const compiled of [true, false]) {
        const model = oneOutput(2, 'linear', true);
        if (compiled) model.compile({ loss, optimizer: 'sgd' });
        await expectLoss(model, x(), y, compiled ? {} : { loss }, ([p]) => meanLoss(cubed, y.dataSync(), p!, 2));
        model.dispose();
      }
    }
  });

  test('sample weights: for each sample, for each timestep', async () => {
    const [y, perSample, perStep] = [tensor(3, [S, T, 2]), tensor(4, [S]), tensor(5, [S, T])];
    const model = oneOutput(2, 'linear', true);
    for (const weight of [perSample, perStep]) {
      await expectLoss(model, x(), y, { loss: 'meanSquaredError', sampleWeight: weight }, ([p]) => meanLoss(formulas['meanSquaredError']!, y.dataSync(), p!, 2, [...weight.dataSync()]));
    }
    // Integers, nested arrays and a record by the output's name say the same.
    const whole = [2, 0, 1];
    const loss = async (sampleWeight: TraceOptions['sampleWeight']): Promise<number | null> => (await trace(model, x(), y, { loss: 'meanSquaredError', ...(sampleWeight === undefined ? {} : { sampleWeight }) })).loss;
    const expected = await loss(Float32Array.from(whole));
    expect(expected).not.toBe(await loss(undefined));
    for (const given of [whole, tf.tensor(whole, [3], 'int32'), { head: whole }, [tf.tensor1d(whole)]]) expect(await loss(given)).toBe(expected);
    // A sample without weight has no gradient.
    const gradient = (await trace(model, x(), y, { loss: 'meanSquaredError', sampleWeight: whole })).layer('lstm').gradient().data;
    expect(gradient.subarray(T * 5, 2 * T * 5).every((value) => value === 0)).toBe(true);
    expect(gradient.subarray(2 * T * 5).every((value) => value !== 0)).toBe(true);
    model.dispose();
  });

  test('sample weights for the categorical losses, as `fit` has them', async () => {
    const [y, weight] = [integers(3, [S, 1], 0, 3), [0.5, 2, 1]];
    const model = oneOutput(4, 'softmax', false);
    const formula = formulas['sparseCategoricalCrossentropy']!;
    await expectLoss(model, x(), y, { loss: 'sparseCategoricalCrossentropy', sampleWeight: weight }, ([p]) => meanLoss(formula, y.dataSync(), p!, 4, weight));
    model.dispose();
  });

  describe('several outputs', () => {
    /** p: (samples, 2); q: (samples, timesteps, 3); r: (samples, 2). */
    function build(): tfl.LayersModel {
      const input = tfl.input({ shape: [T, F] });
      const hidden = apply(lstm(5, 1, { name: 'lstm', returnSequences: true }), input);
      const last = apply(lstm(4, 4, { name: 'last' }), hidden);
      return tfl.model({ inputs: input, outputs: [
        apply(dense(2, 2, { name: 'p' }), last),
        apply(tfl.layers.timeDistributed({ layer: dense(3, 3, { activation: 'softmax' }), name: 'q' }), hidden),
        apply(dense(2, 5, { name: 'r', activation: 'sigmoid' }), last),
      ] });
    }
    const targets = (): { p: tf.Tensor; q: tf.Tensor; r: tf.Tensor } => ({ p: tensor(3, [S, 2]), q: shares(4, [S, T, 3]), r: integers(5, [S, 2], 0, 1) });
    const names = ['meanSquaredError', 'categoricalCrossentropy', 'binaryCrossentropy'];
    const widths = [2, 3, 2];
    const total = (ys: ReturnType<typeof targets>, factors: Row, losses = names, sampleWeights: Row[] = []) => (predictions: readonly Float64Array[]): number =>
      sum(predictions.map((p, i) => factors[i]! * meanLoss(formulas[losses[i]!]!, Object.values(ys)[i]!.dataSync(), p, widths[i]!, sampleWeights[i] ?? [1])));

    test('of different rank, which TF.js throws on', async () => {
      const model = build();
      const ys = targets();
      model.compile({ loss: names, optimizer: 'sgd' });
      await expect(model.trainOnBatch(x(), Object.values(ys))).rejects.toThrow();
      await expectLoss(model, x(), ys, {}, total(ys, [1, 1, 1]));
      model.dispose();
    });

    test('losses as a list, by name, or one for all', async () => {
      const model = build();
      const ys = targets();
      const [p, q, r] = names;
      await expectLoss(model, x(), ys, { loss: names }, total(ys, [1, 1, 1]));
      await expectLoss(model, x(), Object.values(ys), { loss: { r: r!, q: q!, p: p! } }, total(ys, [1, 1, 1]));
      await expectLoss(model, x(), ys, { loss: 'meanSquaredError' }, total(ys, [1, 1, 1], [p!, p!, p!]));
      model.compile({ loss: { p: p!, q: q!, r: r! }, optimizer: 'sgd' });
      await expectLoss(model, x(), ys, {}, total(ys, [1, 1, 1]));
      model.dispose();
    });

    test('loss weights as a list, by name, or one for all', async () => {
      const model = build();
      const ys = targets();
      await expectLoss(model, x(), ys, { loss: names, lossWeights: [0.5, -2, 3] }, total(ys, [0.5, -2, 3]));
      await expectLoss(model, x(), ys, { loss: names, lossWeights: { q: 7 } }, total(ys, [1, 7, 1]));
      await expectLoss(model, x(), ys, { loss: names, lossWeights: 0.1 }, total(ys, [0.1, 0.1, 0.1]));
      model.dispose();
    });

    test('sample weights for each output, or for some', async () => {
      const model = build();
      const ys = targets();
      const [perSample, perStep] = [tensor(6, [S]), tensor(7, [S, T])];
      const formula = total(ys, [1, 2, 1], names, [[...perSample.dataSync()], [...perStep.dataSync()], [1]]);
      await expectLoss(model, x(), ys, { loss: names, lossWeights: { q: 2 }, sampleWeight: { p: perSample, q: perStep } }, formula);
      await expectLoss(model, x(), ys, { loss: names, lossWeights: [1, 2, 1], sampleWeight: [perSample, perStep, [1, 1, 1]] }, formula);
      model.dispose();
    });

    test("of one rank: trainOnBatch's total", async () => {
      const input = tfl.input({ shape: [T, F] });
      const last = apply(lstm(4, 4), input);
      const model = tfl.model({ inputs: input, outputs: [apply(dense(2, 2, { name: 'p' }), last), apply(dense(3, 3, { name: 'q', activation: 'softmax' }), last)] });
      model.compile({ loss: ['meanSquaredError', 'categoricalCrossentropy'], optimizer: 'sgd' });
      const y = [tensor(3, [S, 2]), shares(4, [S, 3])];
      const { loss } = await trace(model, x(), y);
      expectClose([loss!], [(await model.trainOnBatch(x(), y) as number[])[0]!], 'total', 1e-5);
      model.dispose();
    });
  });

  describe('penalties of regularised weights', () => {
    const [l1, l2] = [0.03, 0.07];
    const both = (): ReturnType<typeof tfl.regularizers.l1l2> => tfl.regularizers.l1l2({ l1, l2 });
    const penalty = (values: Iterable<number>): number => { let total = 0; for (const v of values) total += l1 * Math.abs(v) + l2 * v * v; return total; };
    const numbersOf = (layer: tfl.layers.Layer | tfl.LayersModel): Float32Array[] => layer.getWeights().map((weight) => weight.dataSync() as Float32Array);
    const y = (): tf.Tensor => tensor(3, [S, 2]);
    const dataLoss = ([p]: readonly Float64Array[]): number => meanLoss(formulas['meanSquaredError']!, y().dataSync(), p!, 2);

    async function expectPenalty(model: tfl.LayersModel, expected: number): Promise<void> {
      expect(expected).toBeGreaterThan(0.01);
      const run = await expectLoss(model, x(), y(), { loss: 'meanSquaredError' }, (predictions) => dataLoss(predictions) + expected);
      expectClose([run.loss! - dataLoss(run.predictions.map(({ data }) => Float64Array.from(data)))], [expected], 'penalty', 1e-5);
    }

    test("Dense: exactly; and trainOnBatch's loss", async () => {
      const head = dense(2, 2, { name: 'head', kernelRegularizer: both(), biasRegularizer: tfl.regularizers.l2({ l2: 0.5 }) });
      const model = tfl.sequential({ layers: [lstm(5, 1, { inputShape: [T, F] }), head] });
      const [kernel, bias] = numbersOf(head) as [Float32Array, Float32Array];
      await expectPenalty(model, penalty(kernel) + 0.5 * bias.reduce((total, v) => total + v * v, 0));
      model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
      const { loss } = await trace(model, x(), y());
      expectClose([loss!], [await model.trainOnBatch(x(), y()) as number], 'trainOnBatch', 1e-5);
      model.dispose();
    });

    test.each(['lstm', 'gru', 'simpleRNN'] as const)('%s: kernel, recurrent kernel and bias, which TF.js forgets', async (kind) => {
      const layer = tfl.layers[kind]({ units: 5, ...recurrentWeights(1), inputShape: [T, F], kernelRegularizer: both(), recurrentRegularizer: both(), biasRegularizer: both() }) as tfl.RNN;
      const model = tfl.sequential({ layers: [layer, dense(2, 2, { name: 'head' })] });
      model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
      await expectPenalty(model, numbersOf(layer).reduce((total, weight) => total + penalty(weight), 0));
      model.dispose();
    });

    test('in wrappers and stacks: Bidirectional, TimeDistributed, StackedRNNCells', async () => {
      const bidirectional = tfl.layers.bidirectional({ layer: lstm(3, 1, { returnSequences: true, kernelRegularizer: both() }), mergeMode: 'sum' });
      const each = tfl.layers.timeDistributed({ layer: dense(3, 2, { kernelRegularizer: both() }) });
      const cell = (units: number): ReturnType<typeof tfl.layers.gruCell> => tfl.layers.gruCell({ units, ...recurrentWeights(4), recurrentRegularizer: both() });
      const stack = tfl.layers.rnn({ cell: tfl.layers.stackedRNNCells({ cells: [cell(4), cell(3)] }) });
      const model = tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape: [T, F] }), bidirectional, each, stack, dense(2, 2, { name: 'head' })] });
      const kernel = (layer: tfl.layers.Layer, ...which: number[]): number => which.reduce((total, i) => total + penalty(numbersOf(layer)[i]!), 0);
      await expectPenalty(model, kernel(bidirectional, 0, 3) + kernel(each, 0) + kernel(stack, 1, 4));
      model.dispose();
    });

    test('once, however often a layer is used, and in nested models', async () => {
      const shared = dense(F, 2, { name: 'shared', kernelRegularizer: both() });
      const inner = tfl.sequential({ layers: [lstm(4, 1, { inputShape: [T, F], name: 'lstm', kernelRegularizer: both() })] });
      const input = tfl.input({ shape: [T, F] });
      const twice = apply(shared, apply(shared, input));
      const merged = apply(tfl.layers.add(), [apply(inner, twice), apply(inner, input)]);
      const model = tfl.model({ inputs: input, outputs: apply(dense(2, 3, { name: 'head' }), merged) });
      await expectPenalty(model, penalty(numbersOf(shared)[0]!) + penalty(numbersOf(inner)[0]!));
      model.dispose();
    });

    test('Embedding, Conv1D and normalisation', async () => {
      const input = tfl.input({ shape: [T] });
      const embedding = tfl.layers.embedding({ inputDim: 6, outputDim: F, embeddingsRegularizer: both(), embeddingsInitializer: tfl.initializers.randomNormal({ seed: 1 }) });
      const conv = tfl.layers.conv1d({ filters: 3, kernelSize: 2, ...weights(2), kernelRegularizer: both() });
      const batch = tfl.layers.batchNormalization({ gammaRegularizer: both() });
      const hidden = [embedding, conv, batch, tfl.layers.globalAveragePooling1d({}), dense(2, 3, { name: 'head' })].reduce((z: Symbolic, layer) => apply(layer, z), input);
      const model = tfl.model({ inputs: input, outputs: hidden });
      const expected = penalty(numbersOf(embedding)[0]!) + penalty(numbersOf(conv)[0]!) + penalty(numbersOf(batch)[0]!);
      const tokens = integers(1, [S, T], 0, 5);
      await expectLoss(model, tokens, y(), { loss: 'meanSquaredError' }, (predictions) => dataLoss(predictions) + expected);
      model.dispose();
    });
  });

  test('NaN goes through: into the loss and the gradients of what it touches', async () => {
    const model = tfl.sequential({ layers: [lstm(5, 1, { inputShape: [T, F], name: 'lstm', returnSequences: true }), tfl.layers.timeDistributed({ layer: dense(2, 7), name: 'head' })] });
    const bad = tf.tensor(x().dataSync().slice().fill(NaN, T * F + 2 * F, T * F + 3 * F), [S, T, F]);
    const run = await trace(model, bad, tensor(3, [S, T, 2]), { loss: 'meanSquaredError' });
    expect(run.loss).toBeNaN();
    const finite = Array.from({ length: S * T }, (_, row) => run.layer('lstm').value().data.subarray(row * 5, row * 5 + 5).every(Number.isFinite));
    // The second sample, from its third step on.
    expect(finite).toEqual(Array.from({ length: S * T }, (_, row) => !(row >= T + 2 && row < 2 * T)));
    expect(run.layer('lstm').gradient().data.some(Number.isNaN)).toBe(true);
    model.dispose();
    expect(backend).toBe(tf.getBackend());
  });
});
