import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import type { NamedArray } from '../../../src/core/array.js';
import { modelOf } from '../../../src/from/tfjs/live-model.js';
import '../../backends.js';
import { Random } from '../../random.js';

/** Layers over one to three axes, read from a live model, give what TF.js gives on its CPU backend. */

type Make = (options: object) => tfl.layers.Layer;
const conv = { filters: 3, kernelSize: 2 } as const;
const cases: readonly (readonly [name: keyof typeof tfl.layers, options: object, shape: readonly number[]])[] = [
  ['conv1d', { ...conv, strides: 2, padding: 'same', activation: 'tanh' }, [2, 7, 2]],
  ['conv1d', { ...conv, dilationRate: 2 }, [2, 7, 2]],
  ['conv2d', { ...conv, kernelSize: [2, 3], strides: [1, 2], padding: 'same', activation: 'hardSigmoid' }, [2, 5, 6, 2]],
  ['conv2d', { ...conv, dataFormat: 'channelsFirst' }, [2, 2, 5, 6]],
  ['conv3d', { ...conv, padding: 'same' }, [1, 3, 4, 4, 2]],
  ['conv2dTranspose', { ...conv, kernelSize: 3, strides: 2, padding: 'same' }, [2, 3, 4, 2]],
  ['conv2dTranspose', { ...conv, strides: 3 }, [2, 3, 4, 2]],
  ['conv3dTranspose', { ...conv, strides: 2, padding: 'same' }, [1, 2, 3, 2, 2]],
  ['separableConv2d', { ...conv, depthMultiplier: 2, padding: 'same' }, [2, 4, 4, 2]],
  ['depthwiseConv2d', { kernelSize: 3, depthMultiplier: 2, padding: 'same', strides: 2 }, [2, 5, 5, 2]],
  ['maxPooling1d', { poolSize: 3, strides: 2, padding: 'same' }, [2, 7, 3]],
  ['averagePooling1d', { poolSize: 3, strides: 2, padding: 'same' }, [2, 7, 3]],
  ['maxPooling2d', { poolSize: [2, 3], padding: 'same' }, [2, 5, 7, 3]],
  ['averagePooling2d', { poolSize: 2, strides: 1, padding: 'same' }, [2, 5, 7, 3]],
  ['maxPooling3d', { poolSize: 2 }, [1, 4, 4, 5, 2]],
  ['averagePooling3d', { poolSize: 2, padding: 'same' }, [1, 4, 3, 5, 2]],
  ['globalAveragePooling1d', {}, [2, 4, 3]],
  ['globalMaxPooling1d', {}, [2, 4, 3]],
  ['globalAveragePooling2d', { dataFormat: 'channelsFirst' }, [2, 3, 4, 3]],
  ['globalMaxPooling2d', { dataFormat: 'channelsLast' }, [2, 4, 5, 3]],
  ['upSampling2d', { size: [2, 3] }, [1, 2, 3, 2]],
  ['upSampling2d', { size: [2, 3], interpolation: 'bilinear' }, [1, 2, 3, 2]],
  ['zeroPadding2d', { padding: [[1, 0], [2, 1]] }, [1, 2, 3, 2]],
  ['cropping2D', { cropping: [[1, 0], [1, 1]] }, [1, 4, 5, 2]],
  ['convLstm2d', { ...conv, padding: 'same', returnSequences: true, recurrentInitializer: 'glorotNormal' }, [2, 3, 4, 4, 2]],
  ['convLstm2d', { ...conv, strides: 2, goBackwards: true, recurrentInitializer: 'glorotNormal' }, [2, 3, 4, 4, 2]],
];

test.each(cases)('%s %j', async (name, options, shape) => {
  await tf.setBackend('cpu');
  const live = tfl.sequential({ layers: [(tfl.layers[name] as Make)({ ...options, inputShape: shape.slice(1) })] });
  const random = new Random(3);
  live.setWeights(live.getWeights().map((weight) => tf.tensor(Float32Array.from({ length: weight.size }, () => 0.5 * random.normal()), weight.shape)));
  const x = tf.tensor(Float32Array.from({ length: shape.reduce((size, n) => size * n, 1) }, () => random.normal()), [...shape]);
  const wanted = live.predict(x) as tf.Tensor;
  const found = await modelOf(live).predict(x) as NamedArray;
  expect(found.shape).toEqual(wanted.shape);
  // Sums of at most a hundred products in float32.
  wanted.dataSync().forEach((value, n) => { expect(found.data[n]).toBeCloseTo(value, 5); });
});
