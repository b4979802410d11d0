import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { trace, type TraceOptions } from '../../../src/trace/trace.js';
import type { ArrayInputs } from '../../../src/model/inputs.js';
import type { Run } from '../../../src/trace/run.js';
import { describeOnBackends } from '../../backends.js';
import { expectClose } from '../../trace/close.js';
import { apply, dense, integers, lstm, recurrent, tensor, type Symbolic } from '../../trace/seeded.js';

/** Samples in parts: the same loss, predictions and gradients as all at once. */

const N = 7;
const T = 5;
const F = 4;
const ALL: TraceOptions = { layers: '*', quantities: ['outputs', 'inputs', 'weights'] };

interface Case { readonly model: tfl.LayersModel; readonly x: ArrayInputs; readonly y: ArrayInputs; readonly options: TraceOptions }

const x = (seed = 1): tf.Tensor => tensor(seed, [N, T, F]);
const l2 = tfl.regularizers.l2({ l2: 0.2 });

/** x with timesteps of zeros, to be masked: each sample has a length of its own. */
const ragged = (): tf.Tensor => tf.mul(x(), tf.reshape(tf.tensor(Float32Array.from({ length: N * T }, (_, n) => (n % T < 1 + (Math.floor(n / T) % T) ? 1 : 0))), [N, T, 1]));

const cases: Record<string, () => Case> = {
  'LSTM over LSTM': () => ({
    model: tfl.sequential({ layers: [lstm(3, 1, { inputShape: [T, F], returnSequences: true }), lstm(2, 4), dense(2, 7)] }),
    x: x(), y: tensor(2, [N, 2]), options: { loss: 'meanSquaredError' },
  }),
  'an output with timesteps, a mask, and a weight for each timestep': () => ({
    model: tfl.sequential({ layers: [tfl.layers.masking({ inputShape: [T, F] }), tfl.layers.bidirectional({ layer: recurrent('gru', 3, 1, { returnSequences: true }), mergeMode: 'concat' }), tfl.layers.timeDistributed({ layer: dense(2, 4) })] }),
    x: ragged(), y: tensor(2, [N, T, 2]), options: { loss: 'meanAbsoluteError', sampleWeight: tf.abs(tensor(3, [N, T])) },
  }),
  'class indices, and a weight for each sample': () => ({
    model: tfl.sequential({ layers: [tfl.layers.embedding({ inputDim: 6, outputDim: F, inputLength: T, embeddingsInitializer: tfl.initializers.randomNormal({ seed: 1 }) }), recurrent('simpleRNN', 3, 1), dense(4, 4, { activation: 'softmax' })] }),
    x: integers(1, [N, T], 0, 5), y: integers(2, [N], 0, 3), options: { loss: 'sparseCategoricalCrossentropy', sampleWeight: [1, 0, 2, 0.5, 3, 1, 4] },
  }),
  'penalties, of cells too': () => ({
    model: tfl.sequential({ layers: [lstm(3, 1, { inputShape: [T, F], kernelRegularizer: l2, recurrentRegularizer: l2 }), dense(2, 4, { kernelRegularizer: l2 })] }),
    x: x(), y: tensor(2, [N, 2]), options: { loss: 'meanSquaredError' },
  }),
  'two inputs and two outputs of different rank': () => {
    const [a, b] = [tfl.input({ shape: [T, F], name: 'a' }), tfl.input({ shape: [3], name: 'b' })];
    const h = apply(lstm(3, 1, { returnSequences: true, name: 'lstm' }), a);
    const last = apply(tfl.layers.add({ name: 'sum' }), [apply(recurrent('gru', 3, 4, { name: 'gru' }), h), b]);
    const outputs = [apply(dense(2, 7, { name: 'steps' }), h), apply(dense(1, 9, { name: 'end', activation: 'sigmoid' }), last)];
    return {
      model: tfl.model({ inputs: [a, b], outputs }), x: { b: tensor(3, [N, 3]), a: x() }, y: [tensor(4, [N, T, 2]), integers(5, [N], 0, 1)],
      options: { loss: { steps: 'meanSquaredError', end: 'binaryCrossentropy' }, lossWeights: [0.3, 2], sampleWeight: { end: [1, 2, 3, 4, 5, 6, 7] } },
    };
  },
  "a loss of the caller's own, a value for each sample": () => ({
    model: tfl.sequential({ layers: [lstm(3, 1, { inputShape: [T, F] })] }), x: x(), y: tensor(2, [N, 3]),
    options: { loss: (target: tf.Tensor, prediction: tf.Tensor) => tf.sum(tf.abs(tf.sub(target, prediction)), -1) },
  }),
  'a layer that is used twice, and one in a nested model': () => {
    const input = tfl.input({ shape: [T, F] });
    const shared = lstm(F, 1, { name: 'shared', returnSequences: true });
    const inner = tfl.sequential({ name: 'inner', layers: [recurrent('gru', 3, 4, { inputShape: [T, F] })] });
    return { model: tfl.model({ inputs: input, outputs: apply(inner, apply(shared, apply(shared, input))) }), x: x(), y: tensor(2, [N, 3]), options: { loss: 'meanSquaredError' } };
  },
};

/** Everything that a run holds. */
function contents(run: Run): Record<string, ArrayLike<number>> {
  const held: Record<string, ArrayLike<number>> = { loss: [run.loss!] };
  run.predictions.forEach(({ data }, i) => { held[`prediction ${i}`] = data; });
  for (const layer of run.select('*')) {
    for (let i = 0; i < layer.outputCount; i++) {
      held[`${layer.name}: output ${i}`] = layer.value('outputs', i).data;
      held[`${layer.name}: gradient by output ${i}`] = layer.gradient('outputs', i).data;
    }
    for (let i = 0; i < layer.inputCount; i++) {
      held[`${layer.name}: input ${i}`] = layer.value('inputs', i).data;
      held[`${layer.name}: gradient by input ${i}`] = layer.gradient('inputs', i).data;
    }
    for (const [name, { data }] of Object.entries(layer.gradient('weights'))) held[`${layer.name}: gradient by ${name}`] = data;
    const flushed = layer.flushed();
    if (flushed) held[`${layer.name}: flushed`] = flushed.data;
  }
  return held;
}

describeOnBackends('samples in parts', () => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  test.each(Object.entries(cases))('%s', async (_, make) => {
    const { model, x, y, options } = make();
    const whole = contents(await trace(model, x, y, { ...ALL, ...options }));
    expect(Object.values(whole).filter((data) => Array.from(data).some((value) => value !== 0)).length).toBeGreaterThan(5);
    const tensors = tf.memory().numTensors;
    for (const batchSize of [1, 2, 3, N - 1, N, N + 1]) {
      const told: number[][] = [];
      const run = await trace(model, x, y, { ...ALL, ...options, batchSize, progress: (...done) => told.push(done) });
      const parts = contents(run);
      expect(Object.keys(parts)).toEqual(Object.keys(whole));
      for (const [what, data] of Object.entries(whole)) expectClose(parts[what]!, data, `batches of ${batchSize}, ${what}`, 1e-5);
      expect(told).toEqual(batchSize >= N ? [] : Array.from({ length: Math.ceil(N / batchSize) }, (__, i) => [Math.min((i + 1) * batchSize, N), N]));
      expect(tf.memory().numTensors).toBe(tensors);
    }
    // Forwards only, and with fewer things recorded.
    const forward = await trace(model, x, null, { layers: [], batchSize: 2 });
    forward.predictions.forEach(({ data, shape }, i) => {
      expectClose(data, whole[`prediction ${i}`]!, `prediction ${i}`, 1e-5);
      expect(shape[0]).toBe(N);
    });
    model.dispose();
  });

  test('data in whatever form', async () => {
    const { model, options } = cases['LSTM over LSTM']!();
    const [given, target] = [x(), tensor(2, [N, 2])];
    const expected = contents(await trace(model, given, target, { ...ALL, ...options, batchSize: 3 }));
    const forms: ((value: tf.Tensor) => ArrayInputs)[] = [
      (value) => value.arraySync() as number[][], (value) => [value], (value) => ({ data: value.dataSync() as Float32Array, shape: value.shape }),
      (value) => ({ data: Float64Array.from(value.dataSync()), shape: value.shape }), (value) => tf.buffer(value.shape, 'float32', value.dataSync() as Float32Array),
    ];
    for (const form of forms) expect(contents(await trace(model, form(given), form(target), { ...ALL, ...options, batchSize: 3, sampleWeight: Array.from({ length: N }, () => 1) }))).toEqual(expected);
    model.dispose();
  });

  test('many parts lose no digits', async () => {
    const model = tfl.sequential({ layers: [lstm(3, 1, { inputShape: [2, F], name: 'lstm' })] });
    const [many, target] = [tensor(1, [600, 2, F]), tensor(2, [600, 3])];
    const options: TraceOptions = { loss: 'meanSquaredError', quantities: ['weights'] };
    const [whole, parts] = [await trace(model, many, target, options), await trace(model, many, target, { ...options, batchSize: 1 })];
    expect(Math.abs(parts.loss! - whole.loss!)).toBeLessThan(2e-6 * whole.loss!);
    for (const [name, { data }] of Object.entries(whole.layer('lstm').gradient('weights'))) expectClose(parts.layer('lstm').gradient('weights')[name]!.data, data, name, 2e-6);
    model.dispose();
  });

  test('one sample short: said of all samples, not of a part', async () => {
    const { model, options } = cases['LSTM over LSTM']!();
    const refused = async (message: string, given: ArrayInputs, target: ArrayInputs, more: TraceOptions = {}): Promise<void> => {
      await expect(trace(model, given, target, { ...options, ...more, batchSize: 2 })).rejects.toMatchObject({ name: 'SeeRnnError', message });
    };
    await refused('y: expected 7 samples, as x has, found 6', x(), tensor(2, [N - 1, 2]));
    await refused('y: expected shape (7, 2), found (7, 3)', x(), tensor(2, [N, 3]));
    await refused('x: expected shape (any, 5, 4), found (7, 5, 3)', tensor(2, [N, T, 3]), tensor(2, [N, 2]));
    await refused('x: nothing was given', {}, tensor(2, [N, 2]));
    await refused('x: expected shape (any, 5, 4), found ()', 5, tensor(2, [N, 2]));
    await refused('sampleWeight: expected 7 samples, as x has, found 2', x(), tensor(2, [N, 2]), { sampleWeight: [1, 2] });
    await refused('sampleWeight: expected shape (7,), found (7, 2)', x(), tensor(2, [N, 2]), { sampleWeight: tensor(1, [N, 2]) });
    await refused('y: expected class indices from 0 to 1, found 2', x(), tf.fill([N], 2), { loss: 'sparseCategoricalCrossentropy' });
    model.dispose();
  });

  test('refused where parts would not give what all at once do', async () => {
    const refused = async (layers: tfl.layers.Layer[], reason: string, more: TraceOptions = {}, shape: Partial<Parameters<typeof tfl.input>[0]> = { shape: [T, F] }): Promise<void> => {
      const input = tfl.input({ ...shape, name: 'given' });
      const model = tfl.model({ inputs: input, outputs: layers.reduce((below: Symbolic, layer) => apply(layer, below), input) });
      const run = trace(model, x(), tensor(2, [N, 3]), { loss: 'meanSquaredError', batchSize: 4, ...more });
      await expect(run).rejects.toMatchObject({ name: 'SeeRnnError', message: `the batch cannot run in parts (option batchSize): ${reason}` });
      // All at once they run.
      await trace(model, x(), tensor(2, [N, 3]), { loss: 'meanSquaredError', ...more, batchSize: N });
      model.dispose();
    };
    await refused([lstm(3, 1, { name: 'memory', stateful: true })], "layer 'memory' is stateful, so that a part would go on from the states that the one before it left", {}, { batchShape: [N, T, F] });
    await refused([lstm(3, 1)], "the model's input 'given' takes batches of 7 samples and no others", {}, { batchShape: [N, T, F] });
    await refused([tfl.layers.batchNormalization({ name: 'norm' }), lstm(3, 1)], "layer 'norm' (BatchNormalization) uses the statistics of the whole batch in training", { training: true });
    await refused([lstm(3, 1)], 'loss is a function that gives one value for the batch, not one for each sample', { loss: (target: tf.Tensor, prediction: tf.Tensor) => tf.losses.meanSquaredError(target, prediction) });
    class Merging extends tfl.layers.Layer {
      static readonly className = 'Merging';
      override computeOutputShape(): tfl.Shape { return [1, 3]; }
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor { return tf.add(tf.mean((inputs as tf.Tensor[])[0]!, 0, true), tf.zeros([N, 3])); }
    }
    await refused([lstm(3, 1), new Merging({ name: 'merging' })], "an output of layer 'merging' has shape (7, 3) for 4 samples");
  });
});

test('the pass lets others have their turn between parts', async () => {
  const { model, options } = cases['LSTM over LSTM']!();
  let turns = 0;
  const count = setInterval(() => { turns++; }, 0);
  await trace(model, x(), tensor(2, [N, 2]), { ...options, batchSize: 1 });
  clearInterval(count);
  expect(turns).toBeGreaterThan(0);
  model.dispose();
});
