import { describe, expect, it } from 'vitest';
import { SeeRnnError } from '../../src/core/errors.js';
import { kerasModel } from '../../src/from/keras/keras-model.js';
import { getWeights } from '../../src/model/get-weights.js';
import type { Model } from '../../src/model/model.js';
import { setWeights } from '../../src/model/set-weights.js';
import { trace } from '../../src/trace/trace.js';

const model = (): Model => kerasModel({
  layers: [
    { class_name: 'Bidirectional', config: { name: 'both', batch_shape: [null, 4, 3], layer: { class_name: 'SimpleRNN', config: { units: 1 } } } },
    { class_name: 'Dense', config: { name: 'dense', units: 1 } }, { class_name: 'Flatten', config: { name: 'flatten' } },
  ],
}, { loss: 'mse' });

const valuesOf = async (from: Model, id: string): Promise<Record<string, number[]>> => Object.fromEntries(Object.entries(await getWeights(from, id)).map(([name, { data }]) => [name, [...data]]));

describe('setWeights', () => {
  it('sets those that are named, as getWeights names them', async () => {
    const one = model();
    setWeights(one, 'both', { 'backward/bias': [7], 'forward/kernel': { data: Float32Array.of(1, 2, 3), shape: [3, 1] } });
    expect(await valuesOf(one, 'both')).toEqual({
      'forward/kernel': [1, 2, 3], 'forward/recurrent_kernel': [0], 'forward/bias': [0], 'backward/kernel': [0, 0, 0], 'backward/recurrent_kernel': [0], 'backward/bias': [7],
    });
  });

  it('sets all of them by a list', async () => {
    const one = model();
    setWeights(one, 1, [[[1], [2]], [3]]);
    expect(await valuesOf(one, 'dense')).toEqual({ kernel: [1, 2], bias: [3] });
    setWeights(one, 'flatten', []);
  });

  it('copies what it is given, and keeps float64', async () => {
    const one = model();
    const [kernel, bias] = [Float64Array.of(0.1, 0.2), Float32Array.of(0.1)];
    setWeights(one, 'dense', { kernel: { data: kernel, shape: [2, 1] }, bias });
    kernel.fill(9);
    bias.fill(9);
    expect(await valuesOf(one, 'dense')).toEqual({ kernel: [0.1, 0.2], bias: [Math.fround(0.1)] });
    setWeights(one, 'dense', { bias: Float64Array.of(0.1) });
    const zeros = { data: new Float64Array(12), shape: [1, 4, 3] };
    expect((await trace(one, zeros, [[0]], { precision: 'float64' })).predictions[0]!.data[0]).toBe(0.1);
    expect((await trace(one, zeros, [[0]])).predictions[0]!.data[0]).toBe(Math.fround(0.1));
  });

  it.each<[string, string | number, unknown, string]>([
    ['no such layer', 'dence', {}, "no layer 'dence'; did you mean 'dense'? The model has: both, dense, flatten"],
    ['no such weight', 'dense', { kernle: [1] }, "setWeights: layer 'dense' has no weight 'kernle'; did you mean 'kernel'?"],
    ['another shape', 'dense', { bias: [1], kernel: [1, 2] }, "setWeights: 'kernel' of layer 'dense': expected shape (2, 1), found (2,)"],
    ['too few', 'dense', [[1]], "setWeights: expected the weights of layer 'dense' (kernel, bias), found 1 array"],
    ['some for none', 'flatten', [[1]], "setWeights: expected the weights of layer 'flatten' (nothing, since there are none), found 1 array"],
    ['no arrays', 'dense', null, "setWeights: expected weights of layer 'dense' (kernel, bias), as a record or a list, found null"],
    ['no numbers', 'dense', { bias: 'x' }, "'bias' of layer 'dense': expected an array of numbers, found string"],
  ])('refuses, and sets nothing: %s', async (_, id, arrays, message) => {
    const one = model();
    expect(() => { setWeights(one, id, arrays as never); }).toThrow(new SeeRnnError(message));
    expect(await valuesOf(one, 'dense')).toEqual({ kernel: [0, 0], bias: [0] });
  });
});
