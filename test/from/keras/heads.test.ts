import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../../src/from/keras/dialect.js';
import type { Config } from '../../../src/from/keras/config-reader.js';
import type { Head } from '../../../src/graph/tensor.js';
import { Tensor } from '../../../src/graph/tensor.js';
import { runPass, weightNumbers } from '../../../src/model/pass.js';
import { call, input, layer, modelOf } from '../../trace/build.js';

/**
 * Of which outputs a loss knows the logits: those that are the very tensor that a softmax or a sigmoid gave, as in Keras, whose `fit` was
 * looked at for each of these.
 */

const dialects: Readonly<Record<number, Dialect>> = { 2: { kerasMajor: 2, kerasVersion: '2.15.0', tfjs: false }, 3: { kerasMajor: 3, kerasVersion: '3.15.0', tfjs: false } };

async function headOf(kerasMajor: number, ...layers: readonly (readonly [className: string, config: Config])[]): Promise<Head | null> {
  const x = input('x', [4]);
  const made = layers.map(([className, config], i) => layer(className, `${className.toLowerCase()}${i}`, config, {}, dialects[kerasMajor]));
  const model = modelOf([x], [made.reduce((below, one) => call(one, below), x)]);
  const numbers = await weightNumbers(model, 'float64');
  const { outputs } = runPass(model, [new Tensor(Float64Array.of(1, 2, 3, 4), [1, 4])], { precision: 'float64', numbers, training: false, keepStates: false });
  return outputs[0].value.head;
}

describe.each([2, 3])('Keras %s', (kerasMajor) => {
  const dense = ['Dense', { units: 3, activation: 'softmax' }] as const;
  it('a layer with the activation, and one that is it', async () => {
    expect(await headOf(kerasMajor, dense)).toMatchObject({ activation: 'softmax', axes: [1] });
    expect(await headOf(kerasMajor, ['Dense', { units: 3, activation: 'sigmoid' }])).toMatchObject({ activation: 'sigmoid', axes: null });
    expect(await headOf(kerasMajor, ['Dense', { units: 3 }], ['Activation', { activation: 'softmax' }])).toMatchObject({ activation: 'softmax' });
    expect(await headOf(kerasMajor, ['Dense', { units: 3 }], ['Softmax', {}])).toMatchObject({ activation: 'softmax', axes: [1] });
    expect(await headOf(kerasMajor, ['Dense', { units: 3, activation: 'tanh' }])).toBeNull();
  });

  it.each([['Activation', { activation: 'linear' }], ['GaussianNoise', { stddev: 0.5 }], ['GaussianDropout', { rate: 0.5 }], ['ActivityRegularization', { l1: 0.1 }]] as const)('%s hands the tensor on', async (className, config) => {
    expect(await headOf(kerasMajor, dense, [className, config])).toMatchObject({ activation: 'softmax' });
  });

  it.each([['Dropout', { rate: 0.5 }], ['Identity', {}]] as const)('%s does so in Keras 3; in Keras 2 it makes a copy', async (className, config) => {
    const head = await headOf(kerasMajor, dense, [className, config]);
    if (kerasMajor === 3) expect(head).toMatchObject({ activation: 'softmax' });
    else expect(head).toBeNull();
  });

  it.each([['Reshape', { target_shape: [3] }], ['Flatten', {}], ['Permute', { dims: [1] }], ['ReLU', {}], ['Rescaling', { scale: 1 }]] as const)('%s makes another tensor, though it may look the same', async (className, config) => {
    expect(await headOf(kerasMajor, dense, [className, config])).toBeNull();
  });
});
