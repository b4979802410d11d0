import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownLayers } from '../../src/layers/registry.js';
import { trace } from '../../src/trace/trace.js';
import '../backends.js';
import { describeWithModels } from '../models.js';

/**
 * What Keras 2.0 computed, layer by layer: keras-js's test data. The configurations are those of its notebooks; the files hold
 * inputs, weights and outputs of one sample.
 */

const KERAS_2_0 = { kerasMajor: 2, kerasVersion: '2.0.8' } as const;

interface Vector { readonly input: Held; readonly weights: readonly Held[]; readonly expected: Held }
interface Held { readonly data: readonly number[]; readonly shape: readonly number[] }
type Make = (config: Record<string, unknown>) => tfl.layers.Layer;

const own = (name: string): Make => (config) => ownLayers.get(name)!(config, KERAS_2_0);
const gated = { activation: 'tanh', recurrentActivation: 'hard_sigmoid' };
const [SEQUENCES, BACK, STATEFUL] = [{ returnSequences: true }, { goBackwards: true }, { stateful: true }];

/** The nine cases of a recurrent layer. */
const recurrent = (name: string, activations: object, last: object): Record<string, () => tfl.layers.Layer> => {
  const make = (units: number, ...options: object[]) => () => own(name)(Object.assign({ units, ...activations }, ...options) as Record<string, unknown>);
  return {
    [`recurrent.${name}.0`]: make(4), [`recurrent.${name}.1`]: make(5, { activation: 'sigmoid' }, name === 'SimpleRNN' ? {} : { recurrentActivation: 'sigmoid' }),
    [`recurrent.${name}.2`]: make(4, SEQUENCES), [`recurrent.${name}.3`]: make(4, BACK), [`recurrent.${name}.4`]: make(4, SEQUENCES, BACK),
    [`recurrent.${name}.5`]: make(4, STATEFUL), [`recurrent.${name}.6`]: make(4, SEQUENCES, STATEFUL),
    [`recurrent.${name}.7`]: make(4, BACK, STATEFUL), [`recurrent.${name}.8`]: make(4, SEQUENCES, BACK, STATEFUL, last),
  };
};

const both = (name: string, config: object, mergeMode: string) => () => own('Bidirectional')({ layer: own(name)({ units: 4, ...config }), mergeMode });
const norm = (config: object) => () => own('BatchNormalization')(config as Record<string, unknown>);
const embedding = (inputDim: number, outputDim: number, maskZero: boolean) => () => tfl.layers.embedding({ inputDim, outputDim, maskZero, embeddingsInitializer: 'zeros' });

const cases: Readonly<Record<string, () => tfl.layers.Layer>> = {
  ...recurrent('LSTM', gated, {}),
  ...recurrent('GRU', gated, { useBias: false }),
  ...recurrent('SimpleRNN', { activation: 'tanh' }, { useBias: false }),
  'wrappers.Bidirectional.0': both('SimpleRNN', {}, 'sum'),
  'wrappers.Bidirectional.1': both('SimpleRNN', {}, 'mul'),
  'wrappers.Bidirectional.2': both('SimpleRNN', {}, 'concat'),
  'wrappers.Bidirectional.3': both('SimpleRNN', {}, 'ave'),
  'wrappers.Bidirectional.4': both('SimpleRNN', SEQUENCES, 'concat'),
  'wrappers.Bidirectional.5': both('GRU', { ...gated, ...SEQUENCES }, 'concat'),
  'wrappers.Bidirectional.6': both('LSTM', { ...gated, ...SEQUENCES }, 'concat'),
  'wrappers.Bidirectional.7': both('SimpleRNN', SEQUENCES, 'sum'),
  'wrappers.TimeDistributed.0': () => own('TimeDistributed')({ layer: tfl.layers.dense({ units: 4, kernelInitializer: 'zeros' }) }),
  'wrappers.TimeDistributed.1': () => own('TimeDistributed')({ layer: tfl.layers.conv2d({ filters: 6, kernelSize: 3, kernelInitializer: 'zeros' }) }),
  'normalization.BatchNormalization.0': norm({ epsilon: 1e-5 }),
  'normalization.BatchNormalization.1': norm({ epsilon: 1e-2 }),
  'normalization.BatchNormalization.2': norm({ epsilon: 1e-5, axis: 1 }),
  'normalization.BatchNormalization.3': norm({ epsilon: 1e-5, axis: 2 }),
  'normalization.BatchNormalization.4': norm({ epsilon: 1e-5, axis: 3, scale: false }),
  'normalization.BatchNormalization.5': norm({ epsilon: 1e-5, center: false }),
  'normalization.BatchNormalization.6': norm({ epsilon: 1e-3, center: false, scale: false }),
  'embeddings.Embedding.0': embedding(5, 3, false),
  'embeddings.Embedding.1': embedding(20, 5, true),
  'embeddings.Embedding.2': embedding(33, 2, false),
};

describeWithModels('layers against Keras 2.0', (models) => {
  const vectors = ['BatchNormalization', 'Bidirectional', 'Embedding', 'GRU', 'LSTM', 'SimpleRNN', 'TimeDistributed']
    .flatMap((name) => Object.entries(JSON.parse(readFileSync(join(models, 'keras-js-vectors', `${name}.json`), 'utf8')) as Record<string, Vector>));

  test('there is a configuration for each', () => {
    expect(vectors.map(([name]) => name).sort()).toEqual(Object.keys(cases).sort());
    expect(vectors.length).toBe(47);
  });

  test.each(vectors)('%s', async (name, { input, weights, expected }) => {
    const layer = cases[name]!();
    const model = tfl.sequential({ layers: [tfl.layers.inputLayer({ batchInputShape: [1, ...input.shape] }), layer] });
    const x = tf.tensor([...input.data], [1, ...input.shape], 'float32');
    layer.setWeights(weights.map(({ data, shape }) => tf.tensor([...data], [...shape], 'float32')));
    // A stateful layer's vectors are of the second run: the trace leaves no state behind.
    if (layer.stateful) (model.predict(x) as tf.Tensor).dispose();
    const run = await trace(model, x);
    const predicted = model.predict(x) as tf.Tensor;
    expect(predicted.shape).toEqual([1, ...expected.shape]);
    for (const found of [predicted.dataSync(), run.predictions[0]!.data]) {
      expect(found.length).toBe(expected.data.length);
      for (const [n, value] of expected.data.entries()) expect(Math.abs(found[n]! - value), `${name} at ${n}`).toBeLessThanOrEqual(1e-5);
    }
    model.dispose();
  });
});
