import { describe, expect, test } from 'vitest';
import type { Config } from '../../../src/from/keras/config-reader.js';
import type { Dialect } from '../../../src/from/keras/dialect.js';
import type { Context } from '../../../src/graph/context.js';
import { Tensor } from '../../../src/graph/tensor.js';
import { called, contextOf, filled, kept, KERAS_2, made, noise } from './made.js';

/** Layers over one to three axes: what is refused, dropout, states, inputs of several axes of samples. */

const built = (className: string, config: Config, shape: readonly number[], dialect?: Dialect): ReturnType<typeof made> => filled(made(className, config, {}, dialect), [[null, ...shape.slice(1)]]);
const refused = (className: string, config: Config, shape: readonly number[]): string => {
  try {
    called(built(className, config, shape), [noise(1, shape)]);
  } catch (error) {
    return (error as Error).message;
  }
  return 'not refused';
};

describe('what does not fit is told in one line', () => {
  test.each([
    ['Conv2D', { filters: 2, kernel_size: 3 }, [2, 5, 3], "layer 'conv2d' (Conv2D): expected an input of shape (samples, rows, columns, channels), found (any, 5, 3)"],
    ['Conv2D', { filters: 2, kernel_size: [3, 3, 3] }, [2, 5, 5, 3], "layer 'conv2d' (Conv2D): kernel_size must be a whole number of at least 1, or 2 of them, found [3,3,3]"],
    ['Conv2D', { filters: 2, kernel_size: 3, padding: 'causal' }, [2, 5, 5, 3], "layer 'conv2d' (Conv2D): padding must be 'valid' or 'same', found \"causal\""],
    ['Conv1D', { filters: 4, kernel_size: 3, groups: 3 }, [2, 5, 3], "layer 'conv1d' (Conv1D): 3 groups can't share 3 channels and 4 filters evenly"],
    ['Conv1D', { filters: 4, kernel_size: 3, dilation_rate: 3 }, [2, 5, 3], 'a window reaches over 7 of axis 1, and an input of (2, 5, 3) has 5 there'],
    ['Conv2DTranspose', { filters: 1, kernel_size: 3, output_padding: 1 }, [2, 5, 5, 3], "layer 'conv2dtranspose' (Conv2DTranspose): output_padding must be less than the strides, found 1 and 1"],
    ['Conv1DTranspose', { filters: 1, kernel_size: 2, strides: 2, padding: 'same', output_padding: 1 }, [1, 4, 1], 'not refused'],
    ['MaxPooling2D', { pool_size: 0 }, [1, 4, 4, 1], "layer 'maxpooling2d' (MaxPooling2D): pool_size must be a whole number of at least 1, or 2 of them, found 0"],
    ['GlobalMaxPooling2D', {}, [1, 4, 4], "layer 'globalmaxpooling2d' (GlobalMaxPooling2D): expected an input of shape (samples, rows, columns, channels), found (1, 4, 4)"],
    ['Cropping1D', { cropping: [2, 2] }, [1, 4, 1], "layer 'cropping1d' (Cropping1D): there is nothing left of 4 along axis 1 without 2 at the beginning and 2 at the end"],
    ['ZeroPadding2D', { padding: [1, 2, 3] }, [1, 4, 4, 1], "layer 'zeropadding2d' (ZeroPadding2D): padding must be a whole number, or for each of 2 axes a whole number or two, found [1,2,3]"],
    ['UpSampling2D', { interpolation: 'cubic' }, [1, 4, 4, 1], "layer 'upsampling2d' (UpSampling2D): interpolation must be 'nearest' or 'bilinear' or 'bicubic' or 'area' or 'lanczos3' or 'lanczos5' or 'gaussian' or 'mitchellcubic', found \"cubic\""],
    ['Resizing', { height: 2, width: 2, pad_to_aspect_ratio: true, crop_to_aspect_ratio: true }, [1, 4, 4, 1], "layer 'resizing' (Resizing): crop_to_aspect_ratio and pad_to_aspect_ratio are both true"],
    ['ConvLSTM2D', { filters: 1, kernel_size: 2 }, [1, 4, 4, 1], "layer 'convlstm2d' (ConvLSTM2D): expected an input of shape (samples, timesteps, rows, columns, channels), found (any, 4, 4, 1)"],
    ['ConvLSTM1D', { filters: 2, kernel_size: 2, activation: 'softmax', data_format: 'channels_first' }, [1, 3, 1, 4], "layer 'convlstm1d' (ConvLSTM1D): with data_format channels_first its activations must act on every number alone"],
    ['AdaptiveMaxPooling1D', { output_size: 1e9 }, [1, 4, 1], "layer 'adaptivemaxpooling1d' (AdaptiveMaxPooling1D): output_size must be at most 4096, found [1000000000]"],
    ['MaxPooling1D', { data_format: 'channels' }, [1, 4, 1], "layer 'maxpooling1d' (MaxPooling1D): data_format must be 'channels_last' or 'channels_first' or 'channelsLast' or 'channelsFirst', found \"channels\""],
  ])('%s %j', (className, config, shape, message) => { expect(refused(className, config, shape)).toBe(message); });
});

test('SpatialDropout drops whole channels, in training alone', () => {
  for (const [className, shape, config] of [['SpatialDropout1D', [2, 5, 6], {}], ['SpatialDropout2D', [2, 3, 3, 6], {}], ['SpatialDropout3D', [2, 6, 2, 2, 3], { data_format: 'channels_first' }]] as const) {
    const layer = built(className, { rate: 0.4, ...config }, shape);
    const x = new Tensor(new Float64Array(shape.reduce((size, n) => size * n, 1)).fill(1), shape);
    expect(called(layer, [x])[0].value.data).toEqual(x.data);
    const mask = new Tensor(new Float64Array(2 * shape[1]).fill(1), [2, shape[1]], 'bool');
    const [{ value, mask: kept }] = called(layer, [x], { mask, options: { training: true } });
    expect(kept).toBe(mask);
    const first = 'data_format' in config;
    const channels = first ? shape[1] : shape.at(-1)!;
    const places = value.size / 2 / channels;
    const seen = new Set<number>();
    for (let sample = 0; sample < 2; sample++) {
      for (let channel = 0; channel < channels; channel++) {
        const of = Array.from({ length: places }, (_, place) => value.data[sample * places * channels + (first ? channel * places + place : place * channels + channel)]);
        expect(new Set(of).size).toBe(1);
        seen.add(of[0]);
      }
    }
    expect([...seen].sort()).toEqual([0, 1 / 0.6]);
  }
});

test('a convolution of tf.keras takes every axis in front for samples', () => {
  const layer = built('Conv1D', { filters: 2, kernel_size: 3, data_format: 'channels_first' }, [2, 3, 4, 7], KERAS_2);
  const x = noise(2, [2, 3, 4, 7]);
  const [{ value }] = called(layer, [x]);
  expect(value.shape).toEqual([2, 3, 2, 5]);
  const [{ value: flat }] = called(layer, [new Tensor(x.data, [6, 4, 7])]);
  expect(value.data).toEqual(flat.data);
  expect(() => called(built('Conv1D', { filters: 2, kernel_size: 3 }, [2, 3, 4, 7]), [x])).toThrow('expected an input of shape (samples, timesteps, channels), found (2, 3, 4, 7)');
});

describe('ConvLSTM', () => {
  const run = (config: Config, x: Tensor, context: Partial<Context> = {}, dialect?: Dialect): Tensor[] =>
    called(built('ConvLSTM2D', { filters: 2, kernel_size: 2, padding: 'same', ...config }, x.shape, dialect), [x], { context }).map(({ value }) => value);
  const x = noise(4, [2, 4, 3, 3, 1]);
  const steps = (from: number, to: number): Tensor => new Tensor(Float64Array.from([0, 1].flatMap((sample) => [...x.data.subarray((sample * 4 + from) * 9, (sample * 4 + to) * 9)])), [2, to - from, 3, 3, 1]);

  test('a stateful one goes on where it was', () => {
    const layer = built('ConvLSTM2D', { filters: 2, kernel_size: 2, padding: 'same', stateful: true }, [2, 2, 3, 3, 1]);
    const context = contextOf({ states: kept() });
    layer.call({ inputs: [steps(0, 2)], masks: [null], given: {}, options: {} }, context);
    const [{ value }] = layer.call({ inputs: [steps(2, 4)], masks: [null], given: {}, options: {} }, context);
    const [whole] = run({}, x);
    value.data.forEach((number, n) => { expect(number).toBeCloseTo(whole.data[n], 12); });
  });

  test('its last states, given to it, are gone on from; the first of them is its last output', () => {
    const layer = built('ConvLSTM2D', { filters: 2, kernel_size: 2, padding: 'same', return_state: true }, x.shape);
    const [last, hidden, cell] = called(layer, [steps(0, 3)]).map(({ value }) => value);
    expect(hidden.data).toEqual(last.data);
    const [rest] = called(layer, [steps(3, 4), hidden, cell]).map(({ value }) => value);
    const [whole] = run({}, x);
    rest.data.forEach((number, n) => { expect(number).toBeCloseTo(whole.data[n], 12); });
    expect(() => called(layer, [x, hidden])).toThrow('expected two initial states, found 1');
  });

  test("its activation is the generation's where nobody says", () => {
    expect(run({}, x, {}, KERAS_2)[0].data).toEqual(run({ recurrent_activation: 'hard_sigmoid' }, x, {}, KERAS_2)[0].data);
    expect(run({}, x)[0].data).toEqual(run({ recurrent_activation: 'sigmoid' }, x)[0].data);
  });
});
