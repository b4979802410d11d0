import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../../src/core/array.js';
import type { Config } from '../../../src/from/keras/config-reader.js';
import { inTodaysLayout, type WeightSource } from '../../../src/from/keras/weights/stored-layout.js';
import { filled, made } from './made.js';

/** Keras 2's `preprocess_weights_for_loading`, for files of Keras 1. */

const stored = (...shape: number[]): WeightSource => ({ path: 'layer/W', shape, read: () => Float64Array.from({ length: sizeOf(shape) }, (_, n) => n) });
const at = ({ shape, read }: WeightSource, ...index: number[]): number => read()[index.reduce((place, i, axis) => place * shape[axis] + i, 0)];

function today(className: string, config: Config, input: readonly (number | null)[], weights: readonly WeightSource[], backend: string | null = 'tensorflow', current = className): readonly WeightSource[] {
  const layer = filled(made(current, config), [input]);
  return inTodaysLayout(Object.assign(layer, { className }), weights, layer.weights.map(({ shape }) => shape), { backend });
}

describe('kernels of Keras 1', () => {
  test('Convolution2D with the channels first, also where its shape would fit', () => {
    const kernel = stored(3, 3, 3, 3);
    const [found] = today('Convolution2D', { filters: 3, kernel_size: 3, data_format: 'channels_first' }, [null, 3, 5, 5], [kernel, stored(3)], 'tensorflow', 'Conv2D');
    for (const [r, c, s, f] of [[0, 1, 2, 0], [2, 0, 1, 2]]) expect(at(found, r, c, s, f)).toBe(at(kernel, f, s, r, c));
    const last = today('Convolution2D', { filters: 3, kernel_size: 3 }, [null, 5, 5, 3], [kernel, stored(3)], 'tensorflow', 'Conv2D');
    expect(last[0].read()).toEqual(kernel.read());
  });

  test('Convolution3D with the channels first', () => {
    const kernel = stored(4, 2, 1, 2, 3);
    const [found] = today('Convolution3D', { filters: 4, kernel_size: [1, 2, 3], data_format: 'channels_first' }, [null, 2, 5, 5, 5], [kernel, stored(4)], 'tensorflow', 'Conv3D');
    expect(found.shape).toEqual([1, 2, 3, 2, 4]);
    expect(at(found, 0, 1, 2, 1, 3)).toBe(at(kernel, 3, 1, 0, 1, 2));
  });

  test('Deconvolution2D, both ways', () => {
    const last = stored(3, 2, 4, 5);
    const [found] = today('Deconvolution2D', { filters: 5, kernel_size: [3, 2] }, [null, 3, 3, 4], [last, stored(5)], 'tensorflow', 'Conv2DTranspose');
    expect(found.shape).toEqual([3, 2, 5, 4]);
    expect(at(found, 2, 1, 3, 0)).toBe(at(last, 2, 1, 0, 3));
    const first = stored(5, 4, 3, 2);
    const [again] = today('Deconvolution2D', { filters: 5, kernel_size: [3, 2], data_format: 'channels_first' }, [null, 4, 3, 3], [first, stored(5)], 'tensorflow', 'Conv2DTranspose');
    expect(again.shape).toEqual([3, 2, 5, 4]);
    expect(at(again, 2, 1, 3, 0)).toBe(at(first, 3, 0, 2, 1));
  });

  test("Theano's are mirrored", () => {
    const kernel = stored(2, 1, 3, 2);
    const [found] = today('Conv2D', { filters: 2, kernel_size: [3, 2], data_format: 'channels_first' }, [null, 1, 5, 5], [kernel], 'theano');
    expect(at(found, 0, 1, 0, 1)).toBe(at(kernel, 1, 0, 2, 0));
  });

  test('ConvLSTM2D of twelve arrays: input, cell, forget and output gate', () => {
    const weights = Array.from({ length: 12 }, (_, i) => (i % 3 === 2 ? stored(2) : stored(3, 3, i % 3 === 0 ? 1 : 2, 2))).map((one, i) => ({ ...one, read: () => one.read().map((value) => value + 1000 * i) as Float64Array }));
    const found = today('ConvLSTM2D', { filters: 2, kernel_size: 3 }, [null, 3, 5, 5, 1], weights);
    expect(found.map(({ shape }) => shape)).toEqual([[3, 3, 1, 8], [3, 3, 2, 8], [8]]);
    expect([...found[2].read()]).toEqual([2000, 2001, 8000, 8001, 5000, 5001, 11_000, 11_001]);
    expect(at(found[0], 0, 0, 0, 2)).toBe(6000);
  });

  test('of today they are as they are, three arrays of a ConvLSTM2D too', () => {
    const weights = [stored(3, 3, 1, 24), stored(3, 3, 6, 24), stored(24)];
    expect(today('ConvLSTM2D', { filters: 6, kernel_size: 3 }, [null, 3, 5, 5, 1], weights)).toEqual(weights);
  });
});
