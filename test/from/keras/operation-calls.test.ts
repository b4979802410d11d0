import { describe, expect, test } from 'vitest';
import { KERAS_3, type Dialect } from '../../../src/from/keras/dialect.js';
import { operationLayer } from '../../../src/from/keras/operations/operation-layer.js';
import { Slot } from '../../../src/from/keras/operations/slot.js';
import { infer } from '../../../src/graph/infer.js';
import type { Layer, Masked } from '../../../src/graph/layer.js';
import { abstract, constant, type Tensor } from '../../../src/graph/tensor.js';
import { softmax } from '../../../src/graph/operations/softmax.js';
import { contextOf, KERAS_2 } from './made.js';

/** How operations take their arguments, which masks go with what they give, and what is refused. */

const made = (className: string, config: Record<string, unknown> = {}, dialect: Dialect = KERAS_3): Layer => operationLayer({ name: 'it', className, module: null, config, dialect });
const tf = (symbol: string): Layer => made(symbol === '__operators__.getitem' ? 'SlicingOpLambda' : 'TFOpLambda', { function: symbol }, KERAS_2);

function call(layer: Layer, inputs: readonly Tensor[], args: readonly unknown[], kwargs: Record<string, unknown> = {}, masks: readonly (Tensor | null)[] = []): Masked[] {
  return layer.call({ inputs, masks: inputs.map((_, i) => masks[i] ?? null), given: {}, options: { args, kwargs }, argumentSizes: null }, contextOf());
}

const X = constant([1, -2, 3, 4, 5, -6], [1, 3, 2]);
const x = new Slot(0);
const y = new Slot(1);
const data = (layer: Layer, args: readonly unknown[], kwargs: Record<string, unknown> = {}, inputs: readonly Tensor[] = [X]): number[] => [...call(layer, inputs, args, kwargs)[0]!.value.data];

describe('arguments', () => {
  test('are found by position, by name, and in what the operation was made with', () => {
    for (const [layer, args, kwargs] of [
      [made('Mean', { axis: 1, keepdims: false }), [x], {}], [made('Mean'), [x, 1], {}], [made('Mean'), [], { x, axis: [1] }], [tf('math.reduce_mean'), [x], { axis: 1 }], [tf('compat.v1.reduce_mean'), [x], { axis: null, reduction_indices: [1], keep_dims: false }],
    ] as const) expect(data(layer, args, kwargs)).toEqual([3, -4 / 3]);
  });

  test('may be numbers, lists, arrays of numpy, tuples, and lists with tensors among them', () => {
    const array = { class_name: '__numpy__', config: { value: [[10], [20], [30]], dtype: 'float32' } };
    expect(data(made('Add'), [x, array])).toEqual([11, 8, 23, 24, 35, 24]);
    expect(data(made('Subtract'), [1, x])).toEqual([0, 3, -2, -3, -4, 7]);
    expect(data(made('Reshape', { newshape: { class_name: '__tuple__', items: [-1, 3] } }), [x])).toEqual([...X.data]);
    expect(call(made('Concatenate', { axis: -1 }), [X, X], [[x, y]])[0]!.value.shape).toEqual([1, 3, 4]);
    expect(call(made('Multiply'), [X], [x, [1, 2]])[0]!.value.dtype).toBe('float');
  });

  test('are told from a layer of the same name', () => {
    expect(data(made('Average', { axis: 1 }), [x], { weights: null })).toEqual([3, -4 / 3]);
    expect(data(made('Maximum'), [x, 2])).toEqual([2, 2, 3, 4, 5, 2]);
  });

  test('are said to be wrong by name', () => {
    expect(() => call(made('Mean', { axis: 'time' }), [X], [x])).toThrow('axis must be an axis, or several, found "time"');
    expect(() => call(made('Add'), [X], [x])).toThrow('x2 must be a tensor, found nothing');
    expect(() => call(made('Add'), [X], [x, [[1], [2, 3]]])).toThrow('x2 must be a tensor, found [[1],[2,3]]');
    expect(() => call(made('Add'), [X], [x, constantOfLength(5)])).toThrow("shapes (1, 3, 2) and (5,) don't go together");
    expect(() => call(made('Cast', { dtype: 'complex64' }), [X], [x])).toThrow("expected a number type such as 'float32', found \"complex64\"");
    expect(() => call(made('GetItem'), [X], [x, [{ start: 0 }, 0, 0, 0]])).toThrow('4 indices into an array of shape (1, 3, 2)');
    expect(() => call(made('Take', { axis: 1 }), [X], [x, [3]])).toThrow('index 3 is out of range: there are 3 to pick from');
    expect(() => call(made('Pad', { pad_width: [[1, 1]], mode: 'wrap' }), [X], [x])).toThrow("mode must be 'constant' or 'reflect' or 'symmetric', found 'wrap'");
  });
});

const constantOfLength = (length: number): { class_name: string; config: unknown } => ({ class_name: '__tensor__', config: { value: new Array<number>(length).fill(1), dtype: 'float32' } });

describe('masks', () => {
  const mask = constant([1, 1, 0], [1, 3], 'bool');
  const passes = (layer: Layer, kwargs: Record<string, unknown> = {}): boolean => call(layer, [X], [x], kwargs, [mask])[0]!.mask === mask;

  // As real Keras has it: a mask is the tensor's own, and these give the very tensor that they read.
  test.each(['Real', 'Conjugate', 'Array', 'ConvertToTensor'])('%s hands its tensor through, with its mask', (className) => { expect(passes(made(className))).toBe(true); });
  test('a cast to the type that a tensor has, too', () => {
    expect(passes(made('Cast', { dtype: 'float32' }))).toBe(true);
    expect(passes(tf('cast'), { dtype: 'float32' })).toBe(true);
    expect(passes(made('Cast', { dtype: 'float16' }))).toBe(false);
    expect(passes(made('Swapaxes', { axis1: 1, axis2: 1 }))).toBe(true);
    expect(passes(tf('nn.dropout'), { rate: 0 })).toBe(true);
  });
  test.each(['Copy', 'Relu', 'StopGradient', 'Negative'])('%s passes none on', (className) => { expect(passes(made(className))).toBe(false); });
  test.each(['identity', 'nn.relu', 'debugging.check_numerics', 'ensure_shape'])('tf.%s passes none on', (symbol) => { expect(passes(tf(symbol))).toBe(false); });
  test('operators pass none on', () => { expect(call(made('Add'), [X, X], [x, y], {}, [mask, mask])[0]!.mask).toBeNull(); });
});

test('logits are known under a softmax and a sigmoid, and under what hands these through', () => {
  const head = softmax(X, [-1]);
  expect(call(made('Softmax', { axis: -1 }), [X], [x])[0]!.value.head).toMatchObject({ activation: 'softmax', logits: X });
  expect(call(made('Sigmoid'), [X], [x])[0]!.value.head).toMatchObject({ activation: 'sigmoid' });
  // Keras 2 tells TensorFlow's own by their kind.
  expect(call(tf('nn.softmax'), [X], [x])[0]!.value.head).toMatchObject({ activation: 'softmax', ownKindOnly: true });
  expect(call(made('Cast', { dtype: 'float32' }), [head], [x])[0]!.value.head).toBe(head.head);
  expect(call(made('Copy'), [head], [x])[0]!.value.head).toBeNull();
  expect(call(made('Reshape', { newshape: [1, 3, 2] }), [head], [x])[0]!.value.head).toBeNull();
});

describe('sizes that are computed', () => {
  test('are known while shapes are found, and shape what comes of them', () => {
    const form = { shape: [null, null, 4], dtype: 'float' } as const;
    const [sizes] = infer(tf('compat.v1.shape'), [form], { options: { args: [x], kwargs: {} } });
    expect(sizes).toMatchObject({ shape: [3], dtype: 'int', known: [Float64Array.of(720720, 720720, 4), Float64Array.of(1441440, 1441440, 4)] });
    const [samples] = infer(tf('__operators__.getitem'), [sizes!], { options: { args: [x], kwargs: { slice_spec: 0 } } });
    expect(infer(tf('reshape'), [form, samples!], { options: { args: [x], kwargs: { shape: [y, -1] } } })).toMatchObject([{ shape: [null, null], dtype: 'float' }]);
    // Nothing of an open size is made.
    expect(infer(tf('zeros'), [samples!], { options: { args: [[x, 1_000_000, 1_000_000]], kwargs: {} } })).toEqual([{ shape: [null, 1_000_000, 1_000_000], dtype: 'float', masked: false }]);
    expect(infer(tf('tile'), [samples!], { options: { args: [[[1, 2]]], kwargs: { multiples: [x, 1] } } })).toEqual([{ shape: [null, 2], dtype: 'int', masked: false }]);
  });

  test('that depend on the inputs are refused', () => {
    const numbers = { shape: [2], dtype: 'int' } as const;
    expect(() => infer(tf('reshape'), [{ shape: [null, 4], dtype: 'float' }, numbers], { options: { args: [x], kwargs: { shape: y } } })).toThrow("sizes or places that depend on the numbers of the model's inputs are not supported");
  });
});

test('an open size goes together with a known one, which it then must be', () => {
  const forms = (className: string, config: Record<string, unknown>, shapes: readonly (readonly (number | null)[])[], args: readonly unknown[]) =>
    infer(made(className, config), shapes.map((shape) => ({ shape, dtype: 'float' as const })), { options: { args, kwargs: {} } }).map(({ shape }) => shape);
  expect(forms('Add', {}, [[null, 4], [2, 4]], [x, y])).toEqual([[2, 4]]);
  expect(forms('Concatenate', { axis: 1 }, [[null, 4], [2, 1]], [[x, y]])).toEqual([[2, 5]]);
  expect(forms('Reshape', { newshape: [2, 2] }, [[null, 4]], [x])).toEqual([[2, 2]]);
  expect(forms('Einsum', { subscripts: 'ab,bc->ac' }, [[2, null], [3, 4]], [x, y])).toEqual([[2, 4]]);
});

test('rearrange takes axes apart, moves and joins them', () => {
  const numbers = constant(Array.from({ length: 12 }, (_, n) => n), [1, 4, 3]);
  expect(data(made('Rearrange'), [x, 'b (h w) c -> b (c h) w'], { h: 2 }, [numbers])).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
  expect(() => call(made('Rearrange'), [numbers], [x, 'b (h w) c -> b h w'], { h: 2 })).toThrow("rearrange 'b (h w) c -> b h w' doesn't fit (1, 4, 3)");
  expect(() => call(made('Rearrange'), [numbers], [x, 'b (h w) c -> b c h w'], { h: 3 })).toThrow("doesn't fit");
});

describe('ops of a graph', () => {
  const strided = { name: 's', op: 'StridedSlice', input: ['i', 's/stack', 's/stack_1', 's/stack_2'], attr: { T: { type: 'DT_FLOAT' }, begin_mask: { i: '1' }, end_mask: { i: '1' }, shrink_axis_mask: { i: '2' }, ellipsis_mask: { i: '0' } } };

  test('hold their constants by position', () => {
    const layer = made('TensorFlowOpLayer', { name: 's', node_def: strided, constants: { 1: [0, -1], 2: [0, 0], 3: [1, 1] } }, KERAS_2);
    expect(data(layer, [[x]])).toEqual([5, -6]);
  });

  test('are read as tf.keras 2.0 wrote them, too: the bytes of a protocol buffer as text', () => {
    // MaxPool: ksize and strides of 1, 2, 1, 1 in a row, padding 'VALID', T float.
    const bytes = ['\n\u0001m', '\u0012\u0007MaxPool', '\u001a\u0001x', '*\u0011\n\u0005ksize\u0012\u0008\n\u0006\u001a\u0004\u0001\u0002\u0001\u0001', '*\u0013\n\u0007strides\u0012\u0008\n\u0006\u001a\u0004\u0001\u0002\u0001\u0001', '*\u0012\n\u0007padding\u0012\u0007\u0012\u0005VALID', '*\u0007\n\u0001T\u0012\u00020\u0001'].join('');
    const layer = made('TensorFlowOpLayer', { name: 'm', node_def: bytes, constants: {} }, KERAS_2);
    expect(data(layer, [[x]], {}, [constant([1, 5, 3, 4], [1, 4, 1, 1])])).toEqual([5, 4]);
  });

  test('that are none are told', () => {
    expect(() => made('TensorFlowOpLayer', { node_def: { op: 'Svd' } }, KERAS_2)).toThrow("TensorFlow's op Svd is not supported");
    expect(() => made('TensorFlowOpLayer', { node_def: '\u0012\u0040Add' }, KERAS_2)).toThrow("'node_def' is no definition of an op of TensorFlow: it ends too early");
    expect(() => made('TensorFlowOpLayer', {}, KERAS_2)).toThrow("expected the definition of an op of TensorFlow in 'node_def', found undefined");
  });
});

test.each([
  [() => made('Map'), 'the operation Map is not supported: it holds Python code, which is never run here'],
  [() => made('SVD'), 'the operation SVD is not supported: eigenvalues and singular values are not to be had here, nor what follows from them'],
  [() => made('FFT'), 'the operation FFT is not supported: there are no complex numbers here'],
  [() => made('Unique'), 'the operation Unique is not supported: how much it gives depends on the numbers'],
  [() => made('Own'), 'the operation Own is not supported'],
  [() => made('constructor'), 'the operation constructor is not supported'],
  [() => tf('math.igamma'), 'the operation tf.math.igamma is not supported: the function is not known here'],
  [() => tf('__proto__'), 'the operation tf.__proto__ is not supported'],
  [() => made('TFOpLambda', {}), 'expected the name of a function of TensorFlow, found nothing'],
  [() => made('ClassMethod'), 'ragged and sparse tensors are not supported'],
  [() => call(tf('einsum'), [], ['ab,bc->ac']), 'tf.keras writes the equation into a file, but not what it is of: nor can Keras load such a model. tf.matmul, tf.tensordot and EinsumDense are written whole'],
  [() => call(tf('__operators__.eq'), [X], [x]), 'tf.keras writes only one side of this comparison into a file: nor can Keras load such a model. tf.equal is written whole'],
  [() => call(tf('__operators__.getitem'), [X, constant([1], [1, 3, 2], 'bool')], [x], { slice_spec: y }), 'picking by a mask (x[mask]) is not supported: how much it picks depends on the numbers'],
  [() => call(tf('nn.dropout'), [X], [x], { rate: 0.5 }), 'drops numbers at random, in prediction too: what such a model computes is not one thing. Use a Dropout layer'],
  [() => call(made('Tile', { repeats: [1e9, 1e9, 1e9] }), [X], [x]), 'needs arrays larger than fit in memory'],
  [() => call(made('Unstack', { axis: 1 }), [abstract({ shape: [2, 720720, 3], dtype: 'float' })], [x]), "axis 1 of (2, any, 3) can't be taken apart: its size must be known"],
])('refusal %#', (attempt, message) => { expect(attempt).toThrow(message); });
