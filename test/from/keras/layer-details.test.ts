import { describe, expect, test } from 'vitest';
import { addAsBias } from '../../../src/from/keras/bias-add.js';
import type { Config } from '../../../src/from/keras/config-reader.js';
import { KERAS_3, type Dialect } from '../../../src/from/keras/dialect.js';
import { fingerprint64, sipHash } from '../../../src/from/keras/fingerprint.js';
import { REFUSED } from '../../../src/from/keras/layers/refused.js';
import { infer } from '../../../src/graph/infer.js';
import { transpose } from '../../../src/graph/operations/shaping.js';
import { Tensor, type Dtype } from '../../../src/graph/tensor.js';
import { Random } from '../../random.js';
import { called, contextOf, filled, KERAS_2, made, noise, TFJS, weightsOf } from './made.js';

/** What layers do that no numbers of Keras can be had for: noise, what is refused, Keras 1's layers, other versions. */

const tensor = (data: readonly number[], shape: readonly number[], dtype: Dtype = 'float'): Tensor => new Tensor(Float64Array.from(data), shape, dtype);
const output = (className: string, config: Config, x: Tensor, more: Parameters<typeof called>[2] = {}, dialect: Dialect = KERAS_3): Tensor =>
  called(filled(made(className, config, {}, dialect), [x.shape]), [x], more)[0]!.value;
const moments = (data: ArrayLike<number>): { mean: number; variance: number } => {
  const values = Array.from(data);
  const mean = values.reduce((sum, n) => sum + n, 0) / values.length;
  return { mean, variance: values.reduce((sum, n) => sum + (n - mean) ** 2, 0) / values.length };
};

describe('noise, in training', () => {
  const training = { context: { training: true } };
  const many = noise(3, [200, 100]);

  test('Dropout drops a share, and makes the rest larger', () => {
    const y = output('Dropout', { rate: 0.25 }, many, training);
    const dropped = y.data.filter((n) => n === 0).length / y.size;
    expect(dropped).toBeCloseTo(0.25, 2);
    y.data.forEach((n, i) => { if (n !== 0) expect(n).toBeCloseTo(many.data[i]! / 0.75, 12); });
    expect(output('Dropout', { rate: 1 }, tensor([1, 2], [1, 2]), training).data).toEqual(Float64Array.of(0, 0));
  });

  test('Dropout with a noise_shape drops whole rows of it', () => {
    const y = output('Dropout', { rate: 0.5, noise_shape: [null, 1, 2] }, tensor(Array.from({ length: 24 }, () => 1), [2, 6, 2]), training);
    for (let sample = 0; sample < 2; sample++) for (let unit = 0; unit < 2; unit++) expect(new Set(Array.from({ length: 6 }, (_, t) => y.data[(sample * 6 + t) * 2 + unit])).size).toBe(1);
    expect(() => output('Dropout', { rate: 0.5, noise_shape: [1, 2] }, noise(1, [2, 6, 2]), training)).toThrow('layer \'dropout\' (Dropout): noise_shape has 2 sizes, and the input 3 axes');
  });

  test('GaussianNoise, GaussianDropout and AlphaDropout have the moments that they are to have', () => {
    const added = output('GaussianNoise', { stddev: 0.5 }, many, training);
    const noises = moments(added.data.map((n, i) => n - many.data[i]!));
    expect(noises.mean).toBeCloseTo(0, 1);
    expect(noises.variance).toBeCloseTo(0.25, 2);
    const factors = moments(output('GaussianDropout', { rate: 0.2 }, tensor(Array.from({ length: 20_000 }, () => 1), [200, 100]), training).data);
    expect(factors.mean).toBeCloseTo(1, 1);
    expect(factors.variance).toBeCloseTo(0.25, 2);
    const kept = moments(output('AlphaDropout', { rate: 0.3 }, many, training).data);
    expect(kept.mean).toBeCloseTo(0, 1);
    expect(kept.variance).toBeCloseTo(1, 1);
  });

  test('AlphaDropout is Keras\'s formula, and TF.js\'s has what is dropped with the other sign', () => {
    const floor = -1.7580993408473766;
    const a = 1 / Math.sqrt(0.7 * (1 + 0.3 * floor ** 2));
    const x = noise(5, [4, 5]);
    const at = (dialect: Dialect): Tensor => output('AlphaDropout', { rate: 0.3 }, x, { context: { training: true, random: sequence() } }, dialect);
    const sequence = (): (() => number) => { const random = new Random(2); return () => random.uniform(); };
    const drawn = sequence();
    const drops = Array.from(x.data, () => drawn() < 0.3);
    for (const [dialect, sign] of [[KERAS_3, 1], [KERAS_2, 1], [TFJS, -1]] as const) at(dialect).data.forEach((n, i) => { expect(n).toBeCloseTo(a * (drops[i] ? sign * floor : x.data[i]!) - a * floor * 0.3, 12); });
  });

  test('augmentation is refused then, and leaves images alone else', () => {
    const x = noise(1, [1, 2, 2, 1]);
    expect(output('RandomFlip', {}, x).data).toEqual(x.data);
    expect(() => output('RandomFlip', {}, x, training)).toThrow('layer \'randomflip\' (RandomFlip): changes images at random in training, which is not supported: trace the model as it predicts, or without this layer');
    expect(() => made('RandomWidth', { factor: 0.1 }, {}, TFJS)).toThrow('in TF.js');
  });
});

describe('what is refused', () => {
  test.each(Object.entries(REFUSED))('%s, with what to do', (className, why) => {
    expect(() => made(className, { name: 'it' })).toThrow(`layer 'it' (${className}): ${why}`);
    expect(why).toMatch(/: (keep|put|rebuild|make) /);
  });

  test.each<[string, Config, Tensor, string]>([
    ['Embedding', { input_dim: 4, output_dim: 2 }, tensor([4], [1, 1], 'int'), 'index 4 is out of range: there are 4 to pick from'],
    ['Reshape', { target_shape: [5] }, noise(1, [2, 6]), 'a sample of (6,) can\'t be reshaped to (5,)'],
    ['Permute', { dims: [2, 1] }, noise(1, [2, 6]), 'dims [2, 1] are the order of 2 axes after the samples, found 1'],
    ['Permute', { dims: [1, 3] }, noise(1, [2, 3, 4]), 'dims must be every axis once, counted from 1, found [1,3]'],
    ['RepeatVector', { n: 2 }, noise(1, [2, 3, 4]), 'expected an input of (samples, features), found 3 axes'],
    ['GroupNormalization', { groups: 3 }, noise(1, [2, 4]), 'axis -1 of 4 can\'t be parted into 3 groups'],
    ['BatchNormalization', { virtual_batch_size: 2 }, noise(1, [2, 4]), 'virtual_batch_size is 2: virtual batches are not supported here: without them it predicts the same'],
    ['EinsumDense', { equation: 'ab->ba', output_shape: 2 }, noise(1, [2, 4]), 'the equation \'ab->ba\' is not of the form input,kernel->output'],
    ['IntegerLookup', { vocabulary: null }, tensor([1], [1, 1], 'int'), 'its vocabulary was found by adapt(), and is not read: save it with vocabulary=layer.get_vocabulary()'],
    ['IntegerLookup', { vocabulary: [1], num_oov_indices: 0 }, tensor([2], [1, 1], 'int'), '2 is not in its vocabulary, and it has no index for what is not'],
    ['Discretization', { bin_boundaries: null, num_bins: 3 }, noise(1, [1, 1]), 'bins that were found by adapt() are not read: save it with bin_boundaries=layer.bin_boundaries'],
    ['LocallyConnected1D', { filters: 1000, kernel_size: 2, implementation: 2 }, new Tensor(null, [1, 2000, 100]), 'a kernel of its own at each place is too large here'],
  ])('%s %j', (className, config, x, message) => { expect(() => output(className, config, x)).toThrow(message); });

  test('what TF.js computes otherwise', () => {
    expect(() => output('BatchNormalization', { axis: 1 }, noise(1, [2, 3, 4]), {}, TFJS)).toThrow('TF.js takes the wrong numbers for an axis other than the last');
    const x = noise(1, [2, 3, 4]);
    const mask = tensor([1, 0, 1, 1, 1, 1], [2, 3], 'bool');
    // TF.js leaves the last mask out and adds an axis: what Keras 2 does was meant.
    const other = tensor([1, 1, 1, 1, 0, 1], [2, 3], 'bool');
    const [sum] = made('Add', {}, {}, TFJS).call({ inputs: [x, x], masks: [mask, other], given: {}, options: {} }, contextOf());
    expect(Array.from(sum!.mask!.data)).toEqual([1, 0, 1, 1, 0, 1]);
  });
});

test('hashes are FarmHash\'s and SipHash\'s', () => {
  // The test vector of SipHash's paper: the bytes 0 to 14.
  const bytes = String.fromCharCode(...Array.from({ length: 15 }, (_, i) => i));
  expect(sipHash(bytes, [0x0706050403020100n, 0x0f0e0d0c0b0a0908n])).toBe(0xa129ca6149be45e5n);
  // tf.fingerprint, as a whole number.
  expect(fingerprint64('')).toBe(0x9ae16a3b2f90404fn);
});

describe('sizes that are not known yet', () => {
  const shapeOf = (className: string, config: Config, shape: readonly (number | null)[]): readonly (number | null)[] => infer(filled(made(className, config), [shape]), [{ shape, dtype: 'float' }])[0]!.shape;

  test('a Reshape takes them to fit', () => {
    expect(shapeOf('Reshape', { target_shape: [-1, 2] }, [null, null, 4])).toEqual([null, null, 2]);
    expect(shapeOf('Reshape', { target_shape: [10, 4] }, [null, null, 4])).toEqual([null, 10, 4]);
    expect(shapeOf('Reshape', { target_shape: [-1, 34] }, [null, null, 4])).toEqual([null, null, 34]);
    expect(() => shapeOf('Reshape', { target_shape: [10, 4] }, [null, 5, 4])).toThrow('a sample of (5, 4) can\'t be reshaped to (10, 4)');
  });

  test('go through others', () => {
    expect(shapeOf('Flatten', {}, [null, null, 4])).toEqual([null, null]);
    expect(shapeOf('GroupNormalization', { groups: 2 }, [null, null, 4])).toEqual([null, null, 4]);
    expect(shapeOf('RepeatVector', { n: 3 }, [null, 4])).toEqual([null, 3, 4]);
  });
});

describe('Keras 1', () => {
  const dialect: Dialect = { kerasMajor: 1, kerasVersion: '1.2.2', tfjs: false };
  const [x, features] = [noise(4, [2, 3]), 3];

  test('Highway lets through what its gate leaves', () => {
    const layer = filled(made('Highway', { activation: 'tanh' }, {}, dialect), [[2, features]]);
    expect(layer.weights.map(({ name, shape }) => `${name} ${shape.join('x')}`)).toEqual(['W 3x3', 'W_carry 3x3', 'b 3', 'b_carry 3']);
    const [w, carry, b, bCarry] = layer.weights.map((weight) => weight.read());
    const found = called(layer, [x])[0]!.value;
    found.data.forEach((n, at) => {
      const [row, unit] = [Math.floor(at / features), at % features];
      const product = (kernel: ArrayLike<number>, bias: ArrayLike<number>): number => [0, 1, 2].reduce((sum, i) => sum + x.data[row * features + i]! * kernel[i * features + unit]!, bias[unit]!);
      const gate = 1 / (1 + Math.exp(-product(carry!, bCarry!)));
      expect(n).toBeCloseTo(gate * Math.tanh(product(w!, b!)) + (1 - gate) * x.data[at]!, 12);
    });
  });

  test('MaxoutDense takes the largest of several', () => {
    const layer = filled(made('MaxoutDense', { units: 2, nb_feature: 3 }, {}, dialect), [[2, features]]);
    const [w, b] = weightsOf(layer).map((weight) => weight.read());
    expect(called(layer, [x])[0]!.value.data).toEqual(Float64Array.from({ length: 4 }, (_, at) => {
      const [row, unit] = [Math.floor(at / 2), at % 2];
      return Math.max(...[0, 1, 2].map((map) => [0, 1, 2].reduce((sum, i) => sum + x.data[row * features + i]! * w![(map * features + i) * 2 + unit]!, 0) + b![map * 2 + unit]!));
    }));
  });
});

test('a constant that keras.ops.add takes for a bias goes along the last axis, or else the second, wherever its own stands', () => {
  const x = tensor([0, 0, 0, 0], [1, 2, 2]);
  expect([...addAsBias(x, tensor([1, 2], [2, 1])).data]).toEqual([1, 2, 1, 2]);
  expect([...addAsBias(tensor([0, 0, 0, 0, 0, 0], [1, 2, 3]), tensor([1, 2], [2])).data]).toEqual([1, 1, 1, 2, 2, 2]);
  expect([...addAsBias(x, tensor([1, 2, 3, 4], [2, 2])).data]).toEqual([1, 2, 3, 4]);
  expect([...addAsBias(x, tensor([5], [])).data]).toEqual([5, 5, 5, 5]);
});

test('Resizing puts a number beside images to keep their shape', () => {
  const resizing = (sizes: Config): number[] => [...output('Resizing', { ...sizes, interpolation: 'nearest', pad_to_aspect_ratio: true, fill_value: 0.5 }, tensor([1, 2], [1, 2, 1, 1])).data];
  expect(resizing({ height: 2, width: 3 })).toEqual([0.5, 1, 0.5, 0.5, 2, 0.5]);
  expect(resizing({ height: 2, width: 2 })).toEqual([1, 1, 2, 2]);  // half a number on either side is none
  expect(resizing({ height: 2, width: 1 })).toEqual([1, 2]);
  expect(() => resizing({ height: 2, width: 3, crop_to_aspect_ratio: true })).toThrow('layer \'resizing\' (Resizing): crop_to_aspect_ratio and pad_to_aspect_ratio are both true');
});

test('STFTSpectrogram of channels_first has the same numbers in other places', () => {
  const x = noise(4, [2, 9, 3]);
  const config = { frame_length: 4, frame_step: 2, fft_length: 8 };
  const first = { ...config, data_format: 'channels_first' };
  for (const mode of ['log', 'stft']) {
    const wanted = (more: Config): Tensor => output('STFTSpectrogram', { ...config, mode, ...more }, x);
    const got = (more: Config): Tensor => output('STFTSpectrogram', { ...first, mode, ...more }, transpose(x, [0, 2, 1]));
    expect(got({})).toEqual(transpose(wanted({}), [0, 2, 1]));
    expect(got({ expand_dims: true })).toEqual(transpose(wanted({ expand_dims: true }), [0, 3, 1, 2]));
  }
});

describe('releases differ', () => {
  const at = (version: string): Dialect => ({ kerasMajor: version.startsWith('3') ? 3 : 2, kerasVersion: version, tfjs: false });
  const [x, y] = [tensor([1, 2, 3, 4], [1, 2, 2]), tensor([5, 6, 7, 8], [1, 2, 2])];
  const [first, second] = [tensor([1, 0], [1, 2], 'bool'), tensor([1, 1], [1, 2], 'bool')];
  const merged = (className: string, version: string): { data: number[]; mask: number[] | null } => {
    const [{ value, mask }] = made(className, {}, {}, at(version)).call({ inputs: [x, y], masks: [first, second], given: {}, options: {} }, contextOf()) as [{ value: Tensor; mask: Tensor | null }];
    return { data: [...value.data], mask: mask && [...mask.data] };
  };

  test('masked values are left out of products and extremes from Keras 3.4 on', () => {
    expect(merged('Multiply', '3.3.3')).toEqual({ data: [5, 12, 21, 32], mask: null });  // which it had for no list
    expect(merged('Multiply', '3.4.0')).toEqual({ data: [5, 12, 7, 8], mask: [1, 1] });
    expect(merged('Minimum', '2.15.0')).toEqual({ data: [1, 2, 3, 4], mask: [1, 0] });
    expect(merged('Minimum', '3.4.0')).toEqual({ data: [1, 2, 7, 8], mask: [1, 1] });
  });

  test('the count of masked numbers in BatchNormalization, by Keras 3.9; tf.keras knew of no mask before 2.12', () => {
    const layer = (version: string): number[] => {
      const made1 = filled(made('BatchNormalization', { axis: 1, scale: false, center: false }, {}, at(version)), [[1, 2, 2]]);
      return [...called(made1, [tensor([1, 3, 1, 3], [1, 2, 2])], { mask: second, context: { training: true } })[0]!.value.data].map((n) => Math.round(n * 100) / 100);
    };
    expect(layer('3.9.0')).toEqual([-1, 1, -1, 1]);
    expect(layer('3.8.0')[0]).not.toBe(-1);
    expect(layer('2.11.0')).toEqual([-1, 1, -1, 1]);
  });
});
