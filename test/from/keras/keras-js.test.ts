import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kerasModel } from '../../../src/from/keras/keras-model.js';
import { setWeights } from '../../../src/model/set-weights.js';
import { trace } from '../../../src/trace/trace.js';
import { describeWithModels } from '../../models.js';

/**
 * What Keras 2.0 computed, layer by layer: keras-js's test data. The configurations are those of its notebooks; the files hold
 * inputs, weights and outputs of one sample.
 */

interface Vector { readonly input: Held; readonly weights: readonly Held[]; readonly expected: Held }
interface Held { readonly data: readonly number[]; readonly shape: readonly number[] }
interface Described { readonly class_name: string; readonly config: object }

const layer = (class_name: string, config: object): Described => ({ class_name, config });
const gated = { activation: 'tanh', recurrent_activation: 'hard_sigmoid', reset_after: false };
const [SEQUENCES, BACK, STATEFUL] = [{ return_sequences: true }, { go_backwards: true }, { stateful: true }];

/** The nine cases of a recurrent layer. */
const recurrent = (name: string, activations: object, last: object): Record<string, Described> => {
  const make = (units: number, ...options: object[]): Described => layer(name, Object.assign({ units, ...activations }, ...options) as object);
  return {
    [`recurrent.${name}.0`]: make(4), [`recurrent.${name}.1`]: make(5, { activation: 'sigmoid' }, name === 'SimpleRNN' ? {} : { recurrent_activation: 'sigmoid' }),
    [`recurrent.${name}.2`]: make(4, SEQUENCES), [`recurrent.${name}.3`]: make(4, BACK), [`recurrent.${name}.4`]: make(4, SEQUENCES, BACK),
    [`recurrent.${name}.5`]: make(4, STATEFUL), [`recurrent.${name}.6`]: make(4, SEQUENCES, STATEFUL),
    [`recurrent.${name}.7`]: make(4, BACK, STATEFUL), [`recurrent.${name}.8`]: make(4, SEQUENCES, BACK, STATEFUL, last),
  };
};

const both = (name: string, config: object, merge_mode: string): Described => layer('Bidirectional', { layer: layer(name, { units: 4, ...config }), merge_mode });
const norm = (config: object): Described => layer('BatchNormalization', config);
const embedding = (input_dim: number, output_dim: number, mask_zero: boolean): Described => layer('Embedding', { input_dim, output_dim, mask_zero });

const cases: Readonly<Record<string, Described>> = {
  ...recurrent('LSTM', gated, {}),
  ...recurrent('GRU', gated, { use_bias: false }),
  ...recurrent('SimpleRNN', { activation: 'tanh' }, { use_bias: false }),
  'wrappers.Bidirectional.0': both('SimpleRNN', {}, 'sum'),
  'wrappers.Bidirectional.1': both('SimpleRNN', {}, 'mul'),
  'wrappers.Bidirectional.2': both('SimpleRNN', {}, 'concat'),
  'wrappers.Bidirectional.3': both('SimpleRNN', {}, 'ave'),
  'wrappers.Bidirectional.4': both('SimpleRNN', SEQUENCES, 'concat'),
  'wrappers.Bidirectional.5': both('GRU', { ...gated, ...SEQUENCES }, 'concat'),
  'wrappers.Bidirectional.6': both('LSTM', { ...gated, ...SEQUENCES }, 'concat'),
  'wrappers.Bidirectional.7': both('SimpleRNN', SEQUENCES, 'sum'),
  'wrappers.TimeDistributed.0': layer('TimeDistributed', { layer: layer('Dense', { units: 4 }) }),
  'wrappers.TimeDistributed.1': layer('TimeDistributed', { layer: layer('Conv2D', { filters: 6, kernel_size: 3 }) }),
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
    const { class_name, config } = cases[name]!;
    const model = kerasModel({ layers: [layer(class_name, { name: 'it', batch_shape: [1, ...input.shape], ...config })] }, { kerasVersion: '2.0.8' });
    const x = { data: Float32Array.from(input.data), shape: [1, ...input.shape] };
    setWeights(model, 'it', weights.map(({ data, shape }) => ({ data: Float32Array.from(data), shape })));
    // A stateful layer's vectors are of the second run: the trace leaves no state behind.
    if ('stateful' in config) await model.predict(x);
    const run = await trace(model, x);
    const predicted = await model.predict(x);
    for (const found of [predicted, run.predictions[0]!]) {
      if (Array.isArray(found)) throw new Error('one output');
      expect(found.shape).toEqual([1, ...expected.shape]);
      for (const [n, value] of expected.data.entries()) expect(Math.abs(found.data[n]! - value), `${name} at ${n}`).toBeLessThanOrEqual(1e-5);
    }
  });
});
