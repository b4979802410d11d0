import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ownLayers } from '../../src/layers/registry.js';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { Random } from '../random.js';
import { apply, dense, tensor, type Symbolic } from '../trace/seeded.js';
import { fill, own } from './own.js';

/**
 * Every layer of our own in a model: its gradient, by its inputs and by its weights, against differences of forward passes, and the
 * trace's gradient by its output against what TF.js's own executor and differentiation say.
 *
 * Tolerance of the differences: 2e-3 of |gradient| |v|. Forward passes are float32, a step of 0.005.
 */
const [S, T, F] = [3, 6, 4];
const STEP = 5e-3;
const TOLERANCE = 2e-3;
/** A loss of about 2 is good to 2.4e-7, its difference over 0.01 to some 2.4e-5. */
const ROUNDING = 5e-5;

interface Kind { readonly make: () => tfl.layers.Layer; readonly inputs?: number; readonly training?: boolean }

const gated = { units: 3, useBias: true };
const cell = (name: string, config: object = {}): tfl.layers.Layer => own(`${name}Cell`, { units: 3, ...config });
const kinds: Readonly<Record<string, Kind>> = {
  LSTM: { make: () => own('LSTM', { ...gated, returnSequences: true }) },
  'LSTM, other activations': { make: () => own('LSTM', { ...gated, activation: 'gelu', recurrentActivation: 'hard_sigmoid', goBackwards: true }) },
  GRU: { make: () => own('GRU', { ...gated, goBackwards: true }) },
  'GRU, resetAfter': { make: () => own('GRU', { ...gated, resetAfter: true, returnSequences: true }) },
  SimpleRNN: { make: () => own('SimpleRNN', { ...gated, activation: 'silu' }) },
  'RNN of a stack': { make: () => own('RNN', { cell: own('StackedRNNCells', { cells: [cell('LSTM'), cell('GRU', { units: 2, resetAfter: true })] }), goBackwards: true, returnSequences: true }) },
  CuDNNLSTM: { make: () => own('CuDNNLSTM', { units: 3 }) },
  CuDNNGRU: { make: () => own('CuDNNGRU', { units: 3, returnSequences: true }) },
  Bidirectional: { make: () => own('Bidirectional', { layer: own('GRU', { ...gated, resetAfter: true, returnSequences: true }), mergeMode: 'concat' }) },
  'Bidirectional, mul': { make: () => own('Bidirectional', { layer: own('LSTM', gated), mergeMode: 'mul' }) },
  TimeDistributed: { make: () => own('TimeDistributed', { layer: dense(3, 2) }) },
  Attention: { make: () => own('Attention', { useScale: true }), inputs: 3 },
  'Attention, concat': { make: () => own('Attention', { scoreMode: 'concat', useScale: true, useCausalMask: true }), inputs: 2 },
  AdditiveAttention: { make: () => own('AdditiveAttention'), inputs: 2 },
  MultiHeadAttention: { make: () => own('MultiHeadAttention', { numHeads: 2, keyDim: 3, valueDim: 2, useCausalMask: true }), inputs: 2 },
  Add: { make: () => own('Add'), inputs: 2 }, Subtract: { make: () => own('Subtract'), inputs: 2 }, Multiply: { make: () => own('Multiply'), inputs: 2 },
  Average: { make: () => own('Average'), inputs: 2 }, Maximum: { make: () => own('Maximum'), inputs: 2 }, Minimum: { make: () => own('Minimum'), inputs: 2 },
  Concatenate: { make: () => own('Concatenate'), inputs: 2 },
  BatchNormalization: { make: () => own('BatchNormalization', { axis: 1 }) },
  'BatchNormalization, training': { make: () => own('BatchNormalization', { scale: false }), training: true },
  LayerNormalization: { make: () => own('LayerNormalization') }, 'LayerNormalization, by its root': { make: () => own('LayerNormalization', { rmsScaling: true, axis: [1, 2] }) },
  RMSNormalization: { make: () => own('RMSNormalization') }, UnitNormalization: { make: () => own('UnitNormalization') }, Normalization: { make: () => own('Normalization') },
  Conv1D: { make: () => own('Conv1D', { filters: 3, kernelSize: 3, padding: 'causal', dilationRate: 2, activation: 'tanh' }) },
  'Conv1D, strides': { make: () => own('Conv1D', { filters: 3, kernelSize: 3, padding: 'same', strides: 2, activation: 'mish' }) },
  SeparableConv1D: { make: () => own('SeparableConv1D', { filters: 3, kernelSize: 2, depthMultiplier: 2 }) },
  DepthwiseConv1D: { make: () => own('DepthwiseConv1D', { kernelSize: 2, padding: 'same' }) },
  Conv1DTranspose: { make: () => own('Conv1DTranspose', { filters: 3, kernelSize: 3, strides: 2, padding: 'same' }) },
  GlobalAveragePooling1D: { make: () => own('GlobalAveragePooling1D') }, GlobalMaxPooling1D: { make: () => own('GlobalMaxPooling1D', { keepdims: true }) },
  Masking: { make: () => own('Masking') }, Identity: { make: () => own('Identity') },
  GetItem: { make: () => own('GetItem', { key: [{}, -1] }) }, 'GetItem, slices': { make: () => own('GetItem', { key: [{ start: null }, { start: -1, stop: 0, step: -2 }, { start: 1 }] }) },
  ZeroPadding1D: { make: () => own('ZeroPadding1D', { padding: [1, 2] }) }, Cropping1D: { make: () => own('Cropping1D') }, UpSampling1D: { make: () => own('UpSampling1D', { size: 3 }) },
  Activation: { make: () => own('Activation', { activation: 'gelu' }) }, ReLU: { make: () => own('ReLU', { negativeSlope: 0.1, threshold: 0.2, maxValue: 0.6 }) },
  LeakyReLU: { make: () => own('LeakyReLU') }, ELU: { make: () => own('ELU', { alpha: 0.5 }) },
};

/** They compute within the layers that hold them. */
const HELD = ['LSTMCell', 'GRUCell', 'SimpleRNNCell', 'StackedRNNCells'];

test('every layer there is has a case', () => {
  const tried = new Set(Object.keys(kinds).map((name) => name.split(',')[0]!.replace(' of a stack', '')));
  expect([...tried, ...HELD].sort()).toEqual([...ownLayers.keys()].sort());
});

describeOnBackends('gradients of our layers', () => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  test.each(Object.entries(kinds))('%s', async (_, { make, inputs = 1, training = false }) => {
    const x = tfl.input({ shape: [T, F] });
    // What the layer reads, moved by trained weights: it has to differentiate by its inputs too.
    const read = Array.from({ length: inputs }, (_unused, i) => apply(dense(F, 20 + 3 * i, { name: `front_${i}`, activation: 'tanh' }), x));
    const layer = make();
    layer.name = 'layer';
    const output = apply(layer, inputs === 1 ? read[0]! : read);
    const flat: Symbolic = output.rank > 2 ? apply(tfl.layers.flatten(), output) : output;
    const model = tfl.model({ inputs: x, outputs: apply(dense(2, 5, { name: 'head' }), flat) });
    fill(layer);
    const [data, y] = [tensor(1, [S, T, F]), tensor(2, [S, 2])];
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });

    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    expect(variables.length).toBe(2 * inputs + 2 + layer.trainableWeights.length);
    const forward = (): tf.Scalar => tf.mean(tf.squaredDifference(model.apply(data, { training }) as tf.Tensor, y));
    const { value, grads } = tf.variableGrads(forward, variables);

    const random = new Random(7);
    for (const variable of variables) {
      const gradient = grads[variable.name]!.dataSync();
      const start = variable.dataSync().slice() as Float32Array;
      const v = Float32Array.from(random.normals(variable.size));
      const at = (step: number): number => {
        variable.assign(tf.tensor(start.map((n, i) => n + step * v[i]!), variable.shape));
        return forward().dataSync()[0]!;
      };
      const difference = (at(STEP) - at(-STEP)) / (2 * STEP);
      variable.assign(tf.tensor(start, variable.shape));
      const along = v.reduce((sum, step, i) => sum + gradient[i]! * step, 0);
      const scale = Math.hypot(...gradient) * Math.hypot(...v);
      expect(Math.abs(along - difference), `by ${variable.name}: ${along} along a direction, differences say ${difference}`).toBeLessThanOrEqual(TOLERANCE * scale + ROUNDING);
    }

    const run = await trace(model, data, y, { training });
    expect(Math.abs(run.loss! - value.dataSync()[0]!)).toBeLessThanOrEqual(1e-5 * Math.abs(run.loss!) + 1e-6);
    // The layer's output goes into the head alone: the chain rule gives the gradient by it from the head's.
    const weight = (model.getLayer('head').getWeights()[0] as tf.Tensor).arraySync() as number[][];
    const error = run.predictions[0]!.data.map((p, n) => (p - y.dataSync()[n]!) * 2 / (S * 2));
    const byOutput = run.layer('layer').gradient('outputs');
    const width = weight.length;
    for (let n = 0; n < byOutput.data.length; n++) {
      const sample = Math.floor(n / width);
      const expected = weight[n % width]!.reduce((sum, w, k) => sum + w * error[sample * 2 + k]!, 0);
      expect(Math.abs(byOutput.data[n]! - expected)).toBeLessThanOrEqual(1e-4 * Math.abs(expected) + 1e-6);
    }
    model.dispose();
  });
});
