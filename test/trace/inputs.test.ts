import { describe, expect, test } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import type { ArrayInputs } from '../../src/model/inputs.js';
import type { Model } from '../../src/model/model.js';
import type { ModelLike } from '../../src/model/live-model.js';
import { trace, type TraceOptions } from '../../src/trace/trace.js';
import { call, input, layer, modelOf, normals } from './build.js';

/** What may be given as data, and what is said of what may not. */

const [S, T, F] = [3, 2, 4];

function one(): Model {
  const x = input('given', [T, F]);
  return modelOf([x], [call(layer('Dense', 'head', { units: 2 }), call(layer('LSTM', 'lstm', { units: 3 }), x))]);
}
function two(): Model {
  const [a, b] = [input('left', [T, F]), input('right', [2])];
  return modelOf([a, b], [call(layer('Dense', 'p', { units: 2 }), call(layer('LSTM', 'lstm', { units: 3 }), a)), call(layer('Dense', 'q', { units: 5 }), b)]);
}

/** Numbers as a nested array. */
const nested = ({ data, shape }: NamedArray): number[] | number[][] => {
  const rows = (at: number, axis: number): unknown => (axis === shape.length ? data[at] : Array.from({ length: shape[axis]! }, (_, i) => rows((at * shape[axis]!) + i, axis + 1)));
  return rows(0, 0) as number[][];
};
/** As a tensor of TF.js looks. */
const tensor = (array: NamedArray, more: object = {}): ArrayInputs => ({ shape: array.shape, dtype: 'float32', isDisposed: false, dataSync: () => Float32Array.from(array.data), ...more }) as unknown as ArrayInputs;

describe('data', () => {
  const [x, y] = [normals(1, [S, T, F]), normals(2, [S, 2])];
  const single = ({ data, shape }: NamedArray): NamedArray => ({ data: Float32Array.from(data), shape, axes: shape.map(String) });

  test('a tensor, one whose numbers come later, a buffer, a named array of float32 or float64, nested arrays: all the same', async () => {
    const model = one();
    const result = async (givenX: ArrayInputs, givenY: ArrayInputs): Promise<unknown> => {
      const run = await trace(model, givenX, givenY, { loss: 'meanSquaredError' });
      return { loss: run.loss, predictions: run.predictions, gradient: run.layer('lstm').gradient() };
    };
    const expected = await result(single(x), single(y));
    const forms: ((array: NamedArray) => ArrayInputs)[] = [
      tensor, (array) => tensor(array, { dataSync: () => { throw new Error('not synchronously'); }, data: () => Promise.resolve(Float32Array.from(array.data)) }),
      (array) => ({ shape: array.shape, values: single(array).data }), ({ data, shape }) => ({ data, shape }), nested, (array) => [tensor(array) as never], (array) => [array],
    ];
    for (const form of forms) expect(await result(form(x), form(y))).toEqual(expected);
    expect(await result({ given: nested(x) }, { head: tensor(y) as never })).toEqual(expected);
  });

  test('what comes out is no array of the caller, nor of the model', async () => {
    const through = input('given', [2]);
    const model = modelOf([through], [call(layer('Activation', 'same', { activation: 'linear' }), through)]);
    const data = Float32Array.of(1, 2, 3, 4);
    const given = { data, shape: [2, 2] };
    const run = await trace(model, given, null, { layers: ['same', 'given'], quantities: ['outputs', 'inputs'] });
    const arrays = [run.predictions[0]!, run.layer('same').value('outputs'), run.layer('same').value('inputs'), run.layer('given').value(), await model.predict(given) as NamedArray];
    for (const array of arrays) {
      expect(array.data).toEqual(data);
      expect(array.data.buffer).not.toBe(data.buffer);
    }
  });

  test('whole numbers, and what is true or false', async () => {
    const flags = input('given', [T, 1]);
    const model = modelOf([flags], [call(layer('LSTM', 'lstm', { units: 3 }), flags)]);
    const expected = (await trace(model, [[[1], [0]]])).predictions;
    for (const given of [[[[true], [false]]], { data: Uint8Array.of(1, 0), shape: [1, T, 1] }, tensor({ data: Uint8Array.of(1, 0), shape: [1, T, 1], axes: [] }, { dtype: 'bool', dataSync: () => Uint8Array.of(1, 0) })]) {
      expect((await trace(model, given as ArrayInputs)).predictions).toEqual(expected);
    }
    const tokens = input('tokens', [T], 'int');
    const ids = modelOf([tokens], [call(layer('Activation', 'same', { activation: 'linear' }), tokens)]);
    const run = await trace(ids, [[0, 3.7], [1, -2.5]], null, { layers: ['tokens'] });
    expect(run.layer('tokens').value().data).toEqual(Int32Array.of(0, 3, 1, -2));
    const far = await trace(ids, [[2 ** 40, 3]], null, { layers: ['tokens'] });
    expect([...far.layer('tokens').value().data]).toEqual([2 ** 40, 3]);
  });

  test('a typed array is one-dimensional: enough for a model that takes single numbers', async () => {
    const number = input('given', []);
    const run = await trace(modelOf([number], [call(layer('Activation', 'tanh', { activation: 'tanh' }), number)]), Float32Array.of(0, 1, -1), [0, 0, 0], { loss: (_, prediction) => prediction });
    expect(run.layer('tanh').gradient()).toMatchObject({ shape: [3], axes: ['samples'] });
    expect(run.predictions[0]!.data[1]).toBeCloseTo(Math.tanh(1), 6);
  });
});

describe('what does not fit', () => {
  const [x, y] = [normals(1, [S, T, F]), normals(2, [S, 2])];
  const refused = async (model: unknown, givenX: unknown, givenY: unknown, message: string | RegExp, options: unknown = {}): Promise<void> => {
    const run = trace(model as ModelLike, givenX as ArrayInputs, givenY as ArrayInputs, options === null ? null as unknown as TraceOptions : { loss: 'meanSquaredError', ...options as TraceOptions });
    await expect(run, String(message)).rejects.toMatchObject({ name: expect.stringMatching(/^(SeeRnn|Usage)Error$/) as string, message: typeof message === 'string' ? message : expect.stringMatching(message) as string });
  };

  test('the model', async () => {
    const expected = 'trace: expected a model made of layers (of loadModel, or a tf.LayersModel), found ';
    await refused({}, x, y, `${expected}Object`);
    await refused(null, x, y, `${expected}null`);
    await refused(undefined, x, y, `${expected}undefined`);
    await refused(3, x, y, `${expected}3`);
    const model = one();
    model.dispose();
    await refused(model, x, y, "trace: the model 'made' has been disposed of");
  });

  test('x', async () => {
    const model = one();
    const shape = 'x: expected shape (any, 2, 4), found ';
    const messages: [unknown, string][] = [
      [normals(1, [S, F]), `${shape}(3, 4)`], [normals(1, [S, T, F + 1]), `${shape}(3, 2, 5)`], [new Float32Array(24), `${shape}(24,)`], [5, `${shape}()`],
      [tensor({ data: new Float32Array(0), shape: [0, T, F], axes: [] }), 'x: expected at least one number, found shape (0, 2, 4)'], [[], 'x: expected at least one number, found shape (0,)'],
      [undefined, 'x: nothing was given'], [null, 'x: expected an array of numbers, found null'], ['x.npy', 'x: expected an array of numbers, found string'],
      [[[[1, 2], [3]]], 'x: lists at depth 2 must all have 2 entries, found one of 1'], [[[['a']]], 'x: expected numbers nested 3 deep, found string'],
      [{ input: x }, "x: the model has no input 'input'; there are: given"], [{ givn: x }, "x: the model has no input 'givn'; did you mean 'given'?"],
      [{}, 'x: nothing was given'], [[x, x], "x: expected one for the model's input (given), found 2"],
      [tensor(x, { dtype: 'complex64' }), 'x: expected real numbers, found a tensor of complex64'], [tensor(x, { dtype: 'string' }), 'x: expected real numbers, found a tensor of string'],
      [{ data: new Float32Array(3), shape: [S, T, F] }, 'x of shape (3, 2, 4) needs 24 numbers, found 3'],
      [tensor(x, { isDisposed: true }), 'x: the tensor has been disposed of'], [tensor(x, { dataSync: () => { throw new Error('no\nmemory'); } }), "x: the tensor can't be read: no memory"],
      [tensor(x, { dataSync: () => { throw new Error('later'); }, data: () => Promise.reject(new Error('never')) }), "x: the tensor can't be read: never"],
      [{ data: x.data, shape: 'abc' }, 'x: expected a shape of whole numbers, found "abc"'], [{ shape: [1] }, 'x: expected data in an array, found undefined'],
      [{ data: new BigInt64Array(24), shape: [S, T, F] }, 'x: expected numbers, found BigInt64Array'],
    ];
    for (const [given, message] of messages) await refused(model, given, y, message);
  });

  test('several inputs and outputs', async () => {
    const model = two();
    const [a, b, p, q] = [x, normals(2, [S, 2]), normals(3, [S, 2]), normals(4, [S, 5])];
    const each = "x: expected one for each of the model's 2 inputs (left, right), found ";
    const messages: [unknown, unknown, string][] = [
      [a, [p, q], `${each}1`], [[a, b, b], [p, q], `${each}3`], [nested(b), [p, q], `${each}3`], [new Float32Array(2), [p, q], `${each}1`],
      [{ left: a }, [p, q], "x 'right': nothing was given"], [{ left: a, rihgt: b }, [p, q], "x: the model has no input 'rihgt'; did you mean 'right'?"],
      [[b, a], [p, q], "x 'left': expected shape (any, 2, 4), found (3, 2)"], [[a, normals(1, [S + 1, 2])], [p, q], "x 'right': expected 3 samples, as x 'left' has, found 4"],
      [[a, b], p, "y: expected one for each of the model's 2 outputs (p, q), found 1"], [[a, b], { p }, "y 'q': nothing was given"],
      [[a, b], { p, q, r: q }, "y: the model has no output 'r'; did you mean 'p'?"], [[a, undefined], [p, q], "x 'right': nothing was given"],
    ];
    for (const [givenX, givenY, message] of messages) await refused(model, givenX, givenY, message);
  });

  test('options', async () => {
    const model = one();
    await refused(model, x, y, 'trace: expected options, found null', null);
    await refused(model, x, y, "trace: unknown option 'precison'; did you mean 'precision'?", { precison: 'float64' });
    await refused(model, x, y, "trace: option 'precision' must be 'float32' or 'float64', found \"double\"", { precision: 'double' });
    await refused(model, x, y, /^trace: option 'classWeight' must be a record of numbers by class/, { classWeight: 'balanced' });
    await refused(model, x, y, /^trace: option 'quantities' must be a list of 'outputs', /, { quantities: ['output'] });
    await refused(model, x, y, "no layer 'lst_'; did you mean 'lstm'? The model has: lstm, head", { layers: 'lst_' });
    const run = await trace(model, x, y, { loss: 'meanSquaredError' });
    for (const id of [null, undefined, {}]) expect(() => run.layer(id as unknown as string)).toThrow(/^expected a layer's index or name, found /);
    expect(() => run.select([null as unknown as string])).toThrow("expected a layer's index or name, found null");
  });
});
