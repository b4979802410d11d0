import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, beforeEach, afterEach, expect, test } from 'vitest';
import type { NamedArray } from '../../../src/core/array.js';
import { SHARED } from '../../../src/from/tfjs/live-layer.js';
import { getGradients } from '../../../src/trace/get.js';
import { trace } from '../../../src/trace/trace.js';
import '../../backends.js';
import { expectClose } from '../../trace/close.js';
import { apply, integers, tensor, type Symbolic } from '../../trace/seeded.js';

/**
 * A live model's graph gives what TF.js gives, on its CPU backend: predictions, and the gradients by all inputs and weights, by TF.js's own automatic
 * differentiation through `model.apply`. Where TF.js's gradient is wrong, or there is none, ours is held to differences of TF.js's own predictions.
 */

const S = 3;
const { layers } = tfl;

interface Case {
  /** An input's shape, without the samples; of several inputs a list. */
  readonly shape: readonly number[] | readonly (readonly number[])[];
  /** From the inputs to the outputs. */
  readonly make: (...x: Symbolic[]) => Symbolic | Symbolic[];
  /** Whether inputs are whole numbers. */
  readonly whole?: boolean;
  /** Whether TF.js has no gradient by the inputs, as behind Masking. */
  readonly byWeightsAlone?: boolean;
  /** What is wrong with TF.js's gradient. */
  readonly wrong?: string;
  readonly training?: boolean;
}

const rnn = { units: 3, recurrentInitializer: 'zeros' } as const;
const sequence = (...chain: tfl.layers.Layer[]): Case['make'] => (x) => chain.reduce<Symbolic>((below, layer) => apply(layer, below), x!);
const STEPS = [5, 4];
const IMAGE = [5, 6, 2];
const VOLUME = [4, 3, 4, 2];
const all = <T extends string>(names: readonly T[], of: (name: T) => Record<string, Case>): Record<string, Case> => Object.assign({}, ...names.map(of)) as Record<string, Case>;

const ACTIVATIONS = ['elu', 'gelu', 'gelu_new', 'hardSigmoid', 'linear', 'logSoftmax', 'mish', 'relu', 'relu6', 'selu', 'sigmoid', 'softmax', 'softplus', 'softsign', 'swish', 'tanh'] as const;
const GATES = ['hardSigmoid', 'sigmoid', 'tanh', 'softsign', 'relu6'] as const;
const KINDS = ['lstm', 'gru', 'simpleRNN'] as const;
const MERGES = ['concat', 'sum', 'mul', 'ave'] as const;
/** Windows that are cut at an edge. */
const OF_THE_WHOLE = { wrong: 'it divides by the size of the whole window' };

const cases: Record<string, Case> = {
  ...all(ACTIVATIONS, (name) => ({
    [`dense, ${name}`]: { shape: [4], make: sequence(layers.dense({ units: 5, activation: name as 'relu' }), layers.dense({ units: 3, useBias: false })) },
    [`activation, ${name}`]: { shape: STEPS, make: sequence(layers.activation({ activation: name as 'relu' })) },
  })),
  ...all(KINDS, (kind) => {
    const layer = (options: object = {}): tfl.RNN => layers[kind]({ ...rnn, ...options }) as tfl.RNN;
    return {
      [`${kind}`]: { shape: STEPS, make: sequence(layer()) },
      [`${kind}, every step`]: { shape: STEPS, make: sequence(layer({ returnSequences: true })) },
      [`${kind}, backwards, without a bias`]: { shape: STEPS, make: sequence(layer({ returnSequences: true, goBackwards: true, useBias: false })) },
      [`${kind}, two`]: { shape: STEPS, make: sequence(layer({ returnSequences: true }), layer({ units: 2 })) },
      [`${kind}, masked`]: { shape: STEPS, byWeightsAlone: true, make: sequence(layers.masking(), layer({ returnSequences: true }), layer({ units: 2 })) },
      [`${kind}, its states`]: { shape: STEPS, make: (x) => layer({ returnState: true, returnSequences: true }).apply(x!) as Symbolic[] },
      [`${kind}, from states`]: { shape: [STEPS, [3], [3]], make: (x, ...initialState) => apply(layer(), x!, { initialState: initialState.slice(0, kind === 'lstm' ? 2 : 1) }) },
      ...all(MERGES, (mergeMode) => ({
        [`bidirectional ${kind}, ${mergeMode}`]: { shape: STEPS, make: sequence(layers.bidirectional({ layer: layer({ returnSequences: true }), mergeMode }), layers.bidirectional({ layer: layer(), mergeMode })) },
      })),
      [`bidirectional ${kind}, unmerged`]: { shape: STEPS, make: (x) => layers.bidirectional({ layer: layer({ returnSequences: true }), mergeMode: null as unknown as 'concat' }).apply(x!) as Symbolic[] },
      [`bidirectional ${kind}, masked`]: { shape: STEPS, byWeightsAlone: true, make: sequence(layers.masking(), layers.bidirectional({ layer: layer({ returnSequences: true }), mergeMode: 'concat' })) },
      [`bidirectional ${kind}, masked, its last step`]: { shape: STEPS, byWeightsAlone: true, make: sequence(layers.masking(), layers.bidirectional({ layer: layer(), mergeMode: 'sum' })) },
      ...all(GATES, (name) => ({ [`${kind}, ${name}`]: { shape: STEPS, make: sequence(layer({ activation: name, recurrentActivation: name })) } })),
    };
  }),
  'rnn of a cell': { shape: STEPS, make: sequence(layers.rnn({ cell: layers.gruCell({ ...rnn }), returnSequences: true })) },
  'rnn of stacked cells': { shape: STEPS, make: sequence(layers.rnn({ cell: [layers.lstmCell({ ...rnn }), layers.gruCell({ ...rnn, units: 2 }), layers.simpleRNNCell({ ...rnn })], returnSequences: true })) },
  'rnn of stacked cells, backwards, its states': { shape: STEPS, make: (x) => layers.rnn({ cell: layers.stackedRNNCells({ cells: [layers.lstmCell({ ...rnn }), layers.gruCell({ ...rnn, units: 2 })] }), goBackwards: true, returnState: true }).apply(x!) as Symbolic[] },
  'convLstm2d': { shape: [3, ...IMAGE], make: sequence(layers.convLstm2d({ filters: 2, kernelSize: 2, recurrentInitializer: 'zeros' })) },
  'convLstm2d, same, every step, backwards': { shape: [3, ...IMAGE], make: sequence(layers.convLstm2d({ filters: 2, kernelSize: [3, 2], padding: 'same', returnSequences: true, goBackwards: true, recurrentInitializer: 'zeros', recurrentActivation: 'sigmoid' })) },
  'timeDistributed dense': { shape: STEPS, make: sequence(layers.timeDistributed({ layer: layers.dense({ units: 3, activation: 'tanh' }) })) },
  'timeDistributed conv1d': { shape: [3, ...STEPS], make: sequence(layers.timeDistributed({ layer: layers.conv1d({ filters: 2, kernelSize: 2 }) }), layers.timeDistributed({ layer: layers.flatten() }), layers.lstm(rnn)) },
  'timeDistributed lstm': { shape: [3, ...STEPS], make: sequence(layers.timeDistributed({ layer: layers.lstm(rnn) })) },
  'embedding': { shape: [4], whole: true, byWeightsAlone: true, make: sequence(layers.embedding({ inputDim: 7, outputDim: 3 }), layers.lstm(rnn)) },
  'embedding, masked': { shape: [4], whole: true, byWeightsAlone: true, make: sequence(layers.embedding({ inputDim: 7, outputDim: 3, maskZero: true }), layers.gru(rnn)) },
  'batchNormalization': { shape: STEPS, make: sequence(layers.batchNormalization()) },
  'batchNormalization, plain, of images': { shape: IMAGE, wrong: 'it throws without a scale', make: sequence(layers.batchNormalization({ center: false, scale: false, epsilon: 0.1 })) },
  'batchNormalization, in training': { shape: STEPS, training: true, make: sequence(layers.batchNormalization()) },
  'layerNormalization': { shape: STEPS, make: sequence(layers.layerNormalization()) },
  'layerNormalization, two axes, plain': { shape: STEPS, wrong: 'it throws without a scale', make: sequence(layers.layerNormalization({ axis: [1, 2], center: false, scale: false, epsilon: 0.1 })) },
  'conv1d': { shape: [7, 3], make: sequence(layers.conv1d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'tanh' })) },
  'conv1d, dilated': { shape: [7, 3], wrong: 'it has none', make: sequence(layers.conv1d({ filters: 4, kernelSize: 2, dilationRate: 2 })) },
  'conv2d': { shape: IMAGE, make: sequence(layers.conv2d({ filters: 3, kernelSize: [2, 3], strides: [2, 1], padding: 'same' })) },
  'conv2d, channels first': { shape: [2, 5, 6], make: sequence(layers.conv2d({ filters: 3, kernelSize: 2, dataFormat: 'channelsFirst' })) },
  'conv3d': { shape: VOLUME, make: sequence(layers.conv3d({ filters: 3, kernelSize: 2, strides: [1, 2, 1] })) },
  'depthwiseConv2d': { shape: IMAGE, make: sequence(layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, strides: 2 })) },
  'separableConv2d': { shape: IMAGE, make: sequence(layers.separableConv2d({ filters: 3, kernelSize: 2, depthMultiplier: 2, padding: 'same' })) },
  'conv2dTranspose': { shape: IMAGE, make: sequence(layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' })) },
  'conv3dTranspose': { shape: VOLUME, wrong: 'it has none', make: sequence(layers.conv3dTranspose({ filters: 2, kernelSize: 2, strides: 2 })) },
  ...all(['valid', 'same'], (padding) => ({
    [`maxPooling1d, ${padding}`]: { shape: [7, 3], make: sequence(layers.maxPooling1d({ poolSize: 3, strides: 2, padding })) },
    [`maxPooling2d, ${padding}`]: { shape: IMAGE, make: sequence(layers.maxPooling2d({ poolSize: [2, 3], padding })) },
    [`maxPooling3d, ${padding}`]: { shape: VOLUME, make: sequence(layers.maxPooling3d({ poolSize: 2, padding })) },
    [`averagePooling1d, ${padding}`]: { ...(padding === 'same' && OF_THE_WHOLE), shape: [7, 3], make: sequence(layers.averagePooling1d({ poolSize: 3, strides: 2, padding })) },
    [`averagePooling2d, ${padding}`]: { ...(padding === 'same' && OF_THE_WHOLE), shape: IMAGE, make: sequence(layers.averagePooling2d({ poolSize: [2, 3], padding })) },
    [`averagePooling3d, ${padding}`]: { ...(padding === 'same' && OF_THE_WHOLE), shape: VOLUME, make: sequence(layers.averagePooling3d({ poolSize: 2, padding })) },
  })),
  'globalMaxPooling1d': { shape: STEPS, make: sequence(layers.globalMaxPooling1d({})) },
  'globalAveragePooling1d': { shape: STEPS, make: sequence(layers.globalAveragePooling1d({})) },
  'globalMaxPooling2d': { shape: IMAGE, make: sequence(layers.globalMaxPooling2d({ dataFormat: 'channelsFirst' })) },
  'globalAveragePooling2d': { shape: IMAGE, make: sequence(layers.globalAveragePooling2d({})) },
  'upSampling2d': { shape: IMAGE, wrong: 'places are rounded', make: sequence(layers.upSampling2d({ size: [2, 3] })) },
  'upSampling2d, bilinear': { shape: IMAGE, wrong: 'it takes rows for columns', make: sequence(layers.upSampling2d({ interpolation: 'bilinear' })) },
  'zeroPadding2d': { shape: IMAGE, make: sequence(layers.zeroPadding2d({ padding: [[1, 0], [2, 1]] })) },
  'cropping2D': { shape: IMAGE, make: sequence(layers.cropping2D({ cropping: [[1, 0], [2, 1]] })) },
  'flatten, reshape, permute, repeatVector, rescaling': { shape: STEPS, make: sequence(layers.permute({ dims: [2, 1] }), layers.reshape({ targetShape: [2, 10] }), layers.flatten(), layers.repeatVector({ n: 2 }), layers.rescaling({ scale: 3, offset: 1 }), layers.dense({ units: 2 })) },
  'dropouts and noises, which do nothing in prediction': { shape: STEPS, make: sequence(layers.dropout({ rate: 0.5 }), layers.spatialDropout1d({ rate: 0.5 }), layers.gaussianNoise({ stddev: 1 }), layers.gaussianDropout({ rate: 0.5 }), layers.alphaDropout({ rate: 0.5 }), layers.dense({ units: 2 })) },
  'elu, leakyReLU, reLU, prelu, softmax': { shape: STEPS, make: sequence(layers.prelu(), layers.elu(), layers.leakyReLU({ alpha: 0.2 }), layers.reLU({ maxValue: 0.8 }), layers.softmax({ axis: -1 })) },
  'prelu, shared': { shape: STEPS, make: sequence(layers.prelu({ sharedAxes: [1] })) },
  'thresholdedReLU': { shape: STEPS, wrong: 'it has none', make: sequence(layers.thresholdedReLU({ theta: 0.4 })) },
  ...all(['add', 'average', 'multiply', 'maximum', 'minimum', 'concatenate'], (name) => ({ [name]: { shape: [STEPS, STEPS], make: (a, b) => apply(layers.dense({ units: 2 }), apply((layers[name] as () => tfl.layers.Layer)(), [a!, b!])) } })),
  'concatenate, of steps': { shape: [STEPS, [3, 4]], make: (a, b) => apply(layers.lstm(rnn), apply(layers.concatenate({ axis: 1 }), [a!, b!])) },
  'add, broadcast': { shape: [STEPS, [4]], make: (a, b) => apply(layers.dense({ units: 2 }), apply(layers.add(), [a!, b!])) },
  'dot': { shape: [STEPS, [4, 5]], make: (a, b) => apply(layers.dot({ axes: [1, 2] }), [a!, b!]) },
  'dot, of unit vectors': { shape: [[4], [4]], make: (a, b) => apply(layers.dot({ axes: -1, normalize: true }), [a!, b!]) },
  'a shared layer, a nested model, used twice': {
    shape: [STEPS, STEPS],
    make: (a, b) => {
      const inner = tfl.sequential({ name: 'inner', layers: [layers.lstm({ ...rnn, units: 4, returnSequences: true, inputShape: STEPS }), layers.dense({ units: 4, activation: 'tanh' })] });
      const shared = layers.dense({ units: 4, activation: 'sigmoid' });
      return [apply(inner, apply(shared, a!)), apply(shared, apply(inner, b!))];
    },
  },
  'nested functional models, several inputs and outputs': {
    shape: [STEPS, [4]],
    make: (a, b) => {
      const [p, q] = [tfl.input({ shape: STEPS }), tfl.input({ shape: [4] })];
      const inner = tfl.model({ inputs: [p, q], outputs: [apply(layers.gru(rnn), p), apply(layers.dense({ units: 3 }), q)] });
      return apply(layers.multiply(), inner.apply([a!, b!]) as Symbolic[]);
    },
  },
  'a Sequential model in a Sequential model': { shape: STEPS, make: sequence(tfl.sequential({ layers: [tfl.sequential({ layers: [layers.simpleRNN({ ...rnn, inputShape: STEPS })] }) as unknown as tfl.layers.Layer, layers.dense({ units: 2 })] }) as unknown as tfl.layers.Layer) },
};

/** A model of a case, and the shapes of its inputs. */
function modelOf({ shape, make }: Case): { readonly model: tfl.LayersModel; readonly shapes: readonly (readonly number[])[] } {
  const shapes = (Array.isArray(shape[0]) ? shape : [shape]) as readonly (readonly number[])[];
  const inputs = shapes.map((one) => tfl.input({ shape: [...one] }));
  return { model: tfl.model({ inputs, outputs: make(...inputs) }), shapes };
}

beforeAll(async () => { await tf.setBackend('cpu'); });
test('every class that is read into the graph is among them', () => {
  const held = (layer: tfl.layers.Layer): tfl.layers.Layer[] => [layer, ...Object.values(layer).flat().flatMap((part) => (part instanceof tfl.layers.Layer ? held(part) : []))];
  const seen = new Set(Object.values(cases).flatMap((one) => modelOf(one).model.layers.flatMap(held)).map((layer) => layer.getClassName()));
  expect([...SHARED].filter((name) => !seen.has(name))).toEqual([]);
});

beforeEach(() => { tf.engine().startScope(); });
afterEach(() => { tf.engine().endScope(); });

test.each(Object.keys(cases))('%s', async (name) => {
  const { whole, byWeightsAlone = whole ?? false, wrong, training = false } = cases[name]!;
  const { model, shapes } = modelOf(cases[name]!);
  model.setWeights(model.getWeights().map((weight, i) => (model.weights[i]!.name.includes('variance') ? tf.add(tf.square(tensor(100 + i, weight.shape)), 0.5) : tensor(100 + i, weight.shape, 0.7))));
  const x = shapes.map((one, i) => (whole ? integers(1 + i, [S, ...one], 0, 6) : tensor(1 + i, [S, ...one])));
  if (name.includes('masked') && !whole) x[0] = tf.mul(x[0]!, tf.tensor([[1, 1, 1, 1, 1], [1, 0, 1, 1, 0], [0, 1, 1, 0, 0]], [S, 5, 1]));
  const y = ([model.predict(x.length === 1 ? x[0]! : x)].flat() as tf.Tensor[]).map((output, i) => tensor(50 + i, output.shape));

  const run = await trace(model, x, y, { loss: 'meanSquaredError', layers: [], training });
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const by = [...variables, ...(byWeightsAlone ? [] : model.inputs)];
  const gradients = await getGradients(model, null, x, y, { params: by, loss: 'meanSquaredError', training });

  const outputs = (given: readonly tf.Tensor[]): tf.Tensor[] => [model.apply(given.length === 1 ? given[0]! : [...given], { training })].flat() as tf.Tensor[];
  const loss = (given: readonly tf.Tensor[]): tf.Tensor => tf.addN(outputs(given).map((output, i) => tf.losses.meanSquaredError(y[i]!, output)));
  if (wrong === undefined) {
    const { grads } = tf.engine().gradients(() => loss(x), [...variables, ...(byWeightsAlone ? [] : x)], undefined, true);
    const theirs = grads as (tf.Tensor | undefined)[];
    gradients.forEach((gradient, i) => {
      if (theirs[i]) expectClose(gradient.data, theirs[i].dataSync(), `gradient by ${i < variables.length ? variables[i]!.name : `input ${i - variables.length}`}`);
      else expect(gradient.data.every((value) => value === 0)).toBe(true);
    });
  }
  const predicted = outputs(x);
  run.predictions.forEach(({ data, shape: found }, i) => {
    expect(found).toEqual(predicted[i]!.shape);
    expectClose(data, predicted[i]!.dataSync(), `prediction ${i}`);
  });
  expectClose([run.loss!], loss(x).dataSync(), 'loss', 1e-5);
  if (wrong !== undefined) await expectDifferences(model, x, y, gradients.slice(variables.length));
  model.dispose();
});

/** Holds gradients by inputs, of the first sample, to central differences of the graph's loss in float64; its values are held to TF.js's. */
async function expectDifferences(model: tfl.LayersModel, x: readonly tf.Tensor[], y: readonly tf.Tensor[], gradients: readonly NamedArray[]): Promise<void> {
  const given = x.map((one) => ({ data: Float64Array.from(one.dataSync()), shape: one.shape }));
  const loss = async (): Promise<number> => (await trace(model, given, y as tf.Tensor[], { loss: 'meanSquaredError', layers: [], precision: 'float64' })).loss!;
  for (const [i, { data }] of given.entries()) {
    const differences: number[] = [];
    for (let n = 0; n < data.length / S; n++) {
      const value = data[n]!;
      const at = async (moved: number): Promise<number> => {
        data[n] = moved;
        return loss();
      };
      differences.push((await at(value + 1e-6) - await at(value - 1e-6)) / 2e-6);
      data[n] = value;
    }
    expectClose(gradients[i]!.data.subarray(0, differences.length), differences, `differences by input ${i}`);
  }
}
