import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { NamedArray } from '../../../src/core/array.js';
import { modelOf } from '../../../src/from/tfjs/live-model.js';
import { getWeights } from '../../../src/model/get-weights.js';
import { weightPenalties } from '../../../src/model/penalties.js';
import { rnnSummary } from '../../../src/model/rnn-summary.js';
import { modelSummary } from '../../../src/model/summary.js';
import { getGradients } from '../../../src/trace/get.js';
import { trace } from '../../../src/trace/trace.js';
import '../../backends.js';
import { expectClose } from '../../trace/close.js';
import { apply, dense, lstm, recurrent, recurrentWeights, tensor, weights } from '../../trace/seeded.js';
import { kinds } from './kinds.js';

/** What a live model is beside its layers' sums: variables that change, penalties, frozen parts, and what of it TF.js computes itself. */

const [S, T, F] = [3, 5, 4];
const LOSS = { loss: 'meanSquaredError' } as const;

beforeAll(async () => { await tf.setBackend('cpu'); });
beforeEach(() => { tf.engine().startScope(); });
afterEach(() => { tf.engine().endScope(); });

const variablesOf = (model: tfl.LayersModel): tf.Variable[] => model.weights.map((weight) => weight.read() as tf.Variable);

/** Ours and TF.js's gradients by weights, and losses. @param more what TF.js adds to the loss */
async function expectTfjs(model: tfl.LayersModel, x: tf.Tensor, y: tf.Tensor, more: () => tf.Tensor[] = () => []): Promise<void> {
  const variables = variablesOf(model);
  const { value, grads } = tf.engine().gradients(() => tf.addN([tf.losses.meanSquaredError(y, model.apply(x) as tf.Tensor), ...more()]), variables, undefined, true);
  expectClose([(await trace(model, x, y, LOSS)).loss!], value.dataSync(), 'loss', 1e-5);
  const ours = await getGradients(model, null, x, y, { ...LOSS, params: variables });
  ours.forEach(({ data }, i) => { expectClose(data, (grads as tf.Tensor[])[i]?.dataSync() ?? new Float32Array(data.length), variables[i]!.name); });
}

describe('variables', () => {
  test('are read anew each time', async () => {
    const model = tfl.sequential({ layers: [lstm(3, 1, { inputShape: [T, F] }), dense(2, 5)] });
    const x = tensor(1, [S, T, F]);
    const before = (await trace(model, x)).predictions[0]!.data;
    model.setWeights(model.getWeights().map((weight) => tf.mul(weight, 2)));
    const after = (await trace(model, x)).predictions[0]!.data;
    expect(after).not.toEqual(before);
    expectClose(after, (model.predict(x) as tf.Tensor).dataSync(), 'prediction');
    expect(Array.from((await getWeights(model, 1))['kernel']!.data)).toEqual(Array.from(model.getWeights()[3]!.dataSync()));
  });

  test('of a layer that was made anew in a model that shares the others', async () => {
    const [x, shared] = [tfl.input({ shape: [T, F] }), lstm(3, 1)];
    const hidden = apply(shared, x);
    const [one, other] = [2, 3].map((seed) => tfl.model({ inputs: x, outputs: apply(dense(2, seed), hidden) }));
    const data = tensor(1, [S, T, F]);
    for (const model of [one!, other!]) expectClose((await trace(model, data)).predictions[0]!.data, (model.predict(data) as tf.Tensor).dataSync(), 'prediction');
  });
});

describe('masks', () => {
  test('go on where TF.js says that the layer hands them on, and end where not', () => {
    for (const [name, { make, shape, inputs = 1, whole }] of Object.entries(kinds)) {
      if (shape.length < 2 || whole) continue;
      const x = tfl.input({ shape: [...shape] });
      const masked = apply(tfl.layers.masking(), x);
      const layer = make();
      const { graph } = modelOf(tfl.model({ inputs: x, outputs: apply(layer, inputs === 1 ? masked : [masked, masked]) }));
      const { supportsMasking, computeMask } = layer as unknown as { supportsMasking: boolean; computeMask(x: unknown, mask: unknown): unknown };
      const [value, mask] = [tf.zeros([S, ...shape]), tf.ones([S, shape[0]!], 'bool')];
      const theirs = supportsMasking ? [computeMask.call(layer, inputs === 1 ? value : [value, value], inputs === 1 ? mask : [mask, mask])].flat()[0] ?? null : null;
      expect(graph.outputs[0]!.masked, name).toBe(theirs !== null);
    }
  });
});

describe('precision', () => {
  test('in float64, of the same variables', async () => {
    const model = tfl.sequential({ layers: [recurrent('gru', 3, 1, { inputShape: [T, F] }), dense(2, 5)] });
    const [x, y] = [tensor(1, [S, T, F]), tensor(2, [S, 2])];
    const [single, double] = [await trace(model, x, y, LOSS), await trace(model, x, y, { ...LOSS, precision: 'float64' })];
    expect(double.predictions[0]!.data).toBeInstanceOf(Float64Array);
    expectClose(single.predictions[0]!.data, double.predictions[0]!.data, 'prediction', 1e-6);
  });
});

describe('penalties', () => {
  const { l1l2, l2 } = tfl.regularizers;

  test('in the loss and in the gradient, as TF.js has them', async () => {
    const model = tfl.sequential({ layers: [
      tfl.layers.conv1d({ filters: 3, kernelSize: 2, ...weights(1), inputShape: [T, F], kernelRegularizer: l1l2({ l1: 0.1, l2: 0.2 }), biasRegularizer: 'l1l2' }),
      tfl.layers.layerNormalization({ gammaRegularizer: l2({ l2: 0.3 }) }), tfl.layers.timeDistributed({ layer: dense(3, 5, { kernelRegularizer: l2({ l2: 0.5 }) }) }),
      tfl.layers.prelu({ alphaRegularizer: l2({ l2: 0.3 }) }), tfl.layers.flatten(), dense(2, 7, { biasRegularizer: l2({ l2: 1 }) }),
    ] });
    await expectTfjs(model, tensor(1, [S, T, F]), tensor(2, [S, 2]), () => model.calculateLosses());
    expect(Object.keys(weightPenalties(model)).length).toBe(6);
  });

  test('of recurrent cells, which TF.js leaves out of its own training', async () => {
    const options = { kernelRegularizer: l2({ l2: 0.5 }), recurrentRegularizer: l1l2({ l1: 0.25, l2: 0.25 }), biasRegularizer: l2({ l2: 0.125 }) };
    const model = tfl.sequential({ layers: [
      tfl.layers.bidirectional({ layer: lstm(2, 1, { ...options, returnSequences: true }), mergeMode: 'sum', inputShape: [T, F] }),
      tfl.layers.rnn({ cell: [tfl.layers.gruCell({ units: 2, ...recurrentWeights(4), ...options } as Parameters<typeof tfl.layers.gruCell>[0]), tfl.layers.simpleRNNCell({ units: 2, ...recurrentWeights(7) })] }),
    ] });
    const variables = variablesOf(model);
    const penalised = (i: number): tf.Tensor => {
      const x = variables[i]!;
      const squares = tf.sum(tf.square(x));
      return [tf.mul(0.5, squares), tf.add(tf.mul(0.25, squares), tf.mul(0.25, tf.sum(tf.abs(x)))), tf.mul(0.125, squares)][i % 3]!;
    };
    await expectTfjs(model, tensor(1, [S, T, F]), tensor(2, [S, 2]), () => [0, 1, 2, 3, 4, 5, 6, 7, 8].map(penalised));
  });

  test('a weight that is exactly 0 has no derivative by its magnitude, as in Keras', async () => {
    const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [2], useBias: false, kernelInitializer: 'zeros', kernelRegularizer: l1l2({ l1: 1, l2: 0 }) })] });
    const [kernel] = await getGradients(model, null, tf.zeros([1, 2]), tf.zeros([1, 1]), { ...LOSS, params: variablesOf(model) });
    expect(Array.from(kernel!.data)).toEqual([0, 0]);
  });
});

describe('frozen', () => {
  test('layers, halves and nested models: the gradients are there, and the summary says so', async () => {
    const inner = tfl.sequential({ name: 'inner', layers: [dense(3, 9, { inputShape: [4], name: 'deep', kernelRegularizer: 'l1l2' })] });
    const model = tfl.sequential({ layers: [
      tfl.layers.bidirectional({ layer: lstm(2, 1), mergeMode: 'concat', inputShape: [T, F], name: 'both' }), inner as unknown as tfl.layers.Layer, dense(2, 5, { name: 'head' }),
    ] });
    for (const layer of model.layers.slice(0, 2)) layer.trainable = false;
    const { layers, parameters } = modelSummary(model);
    expect(layers.filter(({ parameters: count }) => count > 0).map(({ name, trainable }) => [name, trainable])).toEqual([['both', false], ['inner', false], ['inner/deep', false], ['head', true]]);
    const trained = model.trainableWeights.reduce((sum, weight) => sum + weight.shape.reduce<number>((a, b) => a * b!, 1), 0);
    expect(parameters).toEqual({ total: model.countParams(), trainable: trained, others: model.countParams() - trained });
    await expectTfjs(model, tensor(1, [S, T, F]), tensor(2, [S, 2]), () => model.calculateLosses());
  });
});

describe('what TF.js computes itself', () => {
  /** What each is multiplied with, along the last axis. */
  class Scale extends tfl.layers.Layer {
    static readonly className: string = 'Scale';
    private factor: tfl.LayerVariable | null = null;
    constructor(args: object = {}) {
      super(args);
      this.supportsMasking = true;
    }
    override build(shape: tfl.Shape): void {
      this.factor = this.addWeight('factor', [shape.at(-1)!], 'float32', tfl.initializers.randomNormal({ seed: 4 }), tfl.regularizers.l2({ l2: 0.5 }));
      this.built = true;
    }
    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor { return tf.mul([inputs].flat()[0]!, this.factor!.read()); }
  }
  /** A cell that has no counterpart here. */
  class OwnCell extends (tfl.layers.simpleRNNCell({ units: 1 }).constructor as new (args: object) => ReturnType<typeof tfl.layers.simpleRNNCell>) { static className = 'OwnCell'; }
  const ownCell = (seed: number): OwnCell => new OwnCell({ units: 2, ...recurrentWeights(seed) });

  test("a layer of one's own: alone, behind a mask, in TimeDistributed, as a regularised one", async () => {
    const model = tfl.sequential({ layers: [lstm(3, 1, { inputShape: [T, F], returnSequences: true }), new Scale({ name: 'scale' }), tfl.layers.timeDistributed({ layer: new Scale({ name: 'within' }), name: 'each' }), recurrent('gru', 2, 4)] });
    await expectTfjs(model, tensor(1, [S, T, F]), tensor(2, [S, 2]), () => model.calculateLosses());
    expect(Object.keys(await getWeights(model, '*')).filter((name) => name.includes('factor'))).toEqual(['scale/factor', 'each/factor']);
    const masked = tfl.sequential({ layers: [tfl.layers.masking({ inputShape: [T, F] }), new Scale(), lstm(2, 1)] });
    const x = tf.mul(tensor(1, [S, T, F]), tf.tensor([[1, 1, 1, 1, 1], [1, 0, 1, 1, 0], [0, 1, 1, 0, 0]], [S, T, 1]));
    await expectTfjs(masked, x, tensor(2, [S, 2]), () => masked.calculateLosses());
  });

  test('a name that Keras has a layer of, and TF.js has not', async () => {
    class Attention extends Scale { static override readonly className = 'Attention'; }
    const model = tfl.sequential({ layers: [new Attention({ name: 'attention', inputShape: [F] }), dense(2, 5)] });
    await expectTfjs(model, tensor(1, [S, F]), tensor(2, [S, 2]), () => model.calculateLosses());
    expect((await trace(model, tensor(1, [S, F]))).layer('attention').className).toBe('Attention');
  });

  test("a class derived from one of TF.js's, with a name of its own and without", async () => {
    const Dense = tfl.layers.dense({ units: 1 }).constructor as new (args: object) => tfl.layers.Layer;
    for (const named of [true, false]) {
      class Doubled extends Dense {
        override call(inputs: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor { return tf.mul(2, super.call(inputs, kwargs as never) as tf.Tensor); }
      }
      if (named) Object.defineProperty(Doubled, 'className', { value: 'Doubled' });
      const model = tfl.sequential({ layers: [new Doubled({ units: 3, inputShape: [F], kernelInitializer: tfl.initializers.randomNormal({ seed: 3 }), kernelRegularizer: 'l1l2' }), dense(2, 5)] });
      await expectTfjs(model, tensor(1, [S, F]), tensor(2, [S, 2]), () => model.calculateLosses());
    }
  });

  test("an activation of one's own, in a dense and in a recurrent layer", async () => {
    const Activation = Object.getPrototypeOf((tfl.layers.dense({ units: 1, activation: 'tanh' }) as unknown as { activation: object }).activation.constructor) as new () => object;
    class Sine extends Activation {
      static readonly className = 'sine';
      getClassName(): string { return 'sine'; }
      getConfig(): object { return {}; }
      apply(x: tf.Tensor): tf.Tensor { return tf.sin(x); }
    }
    const activation = new Sine() as unknown as 'tanh';
    const model = tfl.sequential({ layers: [recurrent('gru', 3, 1, { inputShape: [T, F], activation, name: 'rnn' }), dense(2, 5, { activation })] });
    await expectTfjs(model, tensor(1, [S, T, F]), tensor(2, [S, 2]));
    expect(() => rnnSummary(model, 'rnn')).toThrow("rnnSummary: layer 'rnn' is a GRU, which TF.js computes: it has no cell here");
  });

  test("an RNN of a cell of one's own", async () => {
    const model = tfl.sequential({ layers: [tfl.layers.rnn({ cell: ownCell(1), returnSequences: true, name: 'layer', inputShape: [T, F] }), lstm(2, 4)] });
    await expectTfjs(model, tensor(1, [S, T, F]), tensor(2, [S, 2]));
    const run = await trace(model, tensor(1, [S, T, F]), tensor(2, [S, 2]), { ...LOSS, quantities: ['gates'] });
    expect(run.layer('layer').parts).toEqual([]);
    expect(() => run.layer('layer').gradient('gates')).toThrow("layer 'layer' (RNN) has no 'gates': it is an RNN of OwnCell, which TF.js computes: it has no cell here");
  });

  test('BatchNormalization along another axis than the last, which takes the wrong numbers and has no gradient', async () => {
    const model = tfl.sequential({ layers: [dense(4, 1, { inputShape: [4, 4] }), tfl.layers.batchNormalization({ axis: 1, name: 'norm' })] });
    model.setWeights(model.getWeights().map((weight, i) => (i === 5 ? tf.add(tf.square(tensor(i, weight.shape)), 0.5) : tensor(i, weight.shape))));
    const x = tensor(1, [S, 4, 4]);
    expectClose((await trace(model, x)).predictions[0]!.data, (model.predict(x) as tf.Tensor).dataSync(), 'prediction');
    await expect(trace(model, x, x, LOSS)).rejects.toThrow("the backward pass below the output of layer 'norm': Size(48) must match the product of shape 1,4,1");
  });

  test('has no float64', async () => {
    const model = tfl.sequential({ layers: [new Scale({ name: 'scale', inputShape: [F] }), dense(2, 5)] });
    await expect(trace(model, tensor(1, [S, F]), null, { precision: 'float64' })).rejects.toThrow("layer 'scale' (Scale) is computed by TF.js, which has no float64: run it in float32");
  });

  test("a loss of one's own, and the gradient that follows from it", async () => {
    const model = tfl.sequential({ layers: [lstm(3, 1, { inputShape: [T, F] }), dense(2, 5)] });
    const [x, y] = [tensor(1, [S, T, F]), tensor(2, [S, 2])];
    const own = (target: tf.Tensor, prediction: tf.Tensor): tf.Tensor => tf.sum(tf.pow(tf.sub(target, prediction), 4), -1);
    model.compile({ loss: own as unknown as 'meanSquaredError', optimizer: 'sgd' });
    const variables = variablesOf(model);
    const { value, grads } = tf.engine().gradients(() => tf.mean(own(y, model.apply(x) as tf.Tensor)), variables, undefined, true);
    for (const options of [{}, { loss: own }]) {
      const ours = await getGradients(model, null, x, y, { ...options, params: variables });
      ours.forEach(({ data }: NamedArray, i) => { expectClose(data, (grads as tf.Tensor[])[i]!.dataSync(), variables[i]!.name); });
      expectClose([(await trace(model, x, y, options)).loss!], value.dataSync(), 'loss', 1e-5);
    }
  });
});
