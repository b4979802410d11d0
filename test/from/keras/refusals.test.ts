import { describe, expect, test } from 'vitest';
import { SeeRnnError, UsageError } from '../../../src/core/errors.js';
import type { JsonObject } from '../../../src/files/json.js';
import type { SavedModel, SavedWeight, SavedWeights, WeightTree } from '../../../src/files/saved-model.js';
import { modelFromSaved, type FromSavedOptions } from '../../../src/from/keras/model-from-saved.js';
import { loadModel } from '../../../src/from/keras/load-model.js';
import { legacyWeights } from '../../files/writers/keras-hdf5.js';
import type { Layer, Masked } from '../../../src/graph/layer.js';
import { multiply } from '../../../src/graph/operations/arithmetic.js';
import { scalar } from '../../../src/graph/tensor.js';
import type { Model } from '../../../src/model/model.js';
import { contextOf } from './made.js';
import { dense, lstm, numbers, type Stored } from './stored.js';

/** What makes no model is refused in one line, which is given here in full. */

const U = 2;
const weight = (name: string, { shape, data }: Stored): SavedWeight => ({ path: `/model_weights/${name}`, name, shape, read: () => data.slice() });
const names = ['kernel', 'recurrent_kernel', 'bias'];
const byLayer = (layers: Readonly<Record<string, readonly Stored[]>>): SavedWeights =>
  ({ kind: 'by-layer', layers: Object.entries(layers).map(([name, weights]) => ({ name, weights: weights.map((one, i) => weight(`${name}/${names[i]!}:0`, one)) })) });
const saved = (config: object | null, weights: SavedWeights, also: Partial<SavedModel> = {}): SavedModel => ({
  format: 'keras-hdf5', file: 'model.h5', kerasVersion: '2.3.1', backend: 'tensorflow', config: config as JsonObject | null, training: null, weights, warnings: [], close: () => undefined, ...also,
});
const layer = (className: string, config: object): object => ({ class_name: className, config });
const rnn = (name: string, also: object = {}): object => layer('LSTM', { name, units: U, activation: 'tanh', recurrent_activation: 'sigmoid', return_sequences: true, ...also });
const first = (name: string, also: object = {}): object => rnn(name, { batch_input_shape: [null, 3, U], ...also });
const sequential = (...layers: object[]): object => ({ class_name: 'Sequential', config: { name: 's', layers } });
const functional = (layers: object[], inputs: unknown, outputs: unknown): object => ({ class_name: 'Model', config: { name: 'm', layers, input_layers: inputs, output_layers: outputs } });
const node = (one: object, ...nodes: unknown[]): object => ({ ...one, name: (one as { config: { name: string } }).config.name, inbound_nodes: nodes });
const input = node(layer('InputLayer', { name: 'x', batch_input_shape: [null, 3, U], dtype: 'float32' }));

function expectRefused(model: SavedModel, message: string, options: FromSavedOptions = {}): void {
  let thrown: unknown = null;
  try { modelFromSaved(model, options); } catch (error) { thrown = error; }
  expect(thrown).toBeInstanceOf(SeeRnnError);
  expect((thrown as Error).message).toBe(message);
}

const weights = byLayer({ a: lstm(U, U), b: lstm(U, U) });

/** A layer of the caller's own, as plain as can be. */
const half: Layer = {
  name: 'half', className: 'Half', weights: [], parts: [], graph: null, stateful: false, recurrent: null, notRecurrent: null,
  call: ({ inputs: [x], masks: [mask] }) => [{ value: multiply(x!, scalar(0.5)), mask: mask! }],
};

describe('layers', () => {
  test.each<[string, object, string]>([
    ['Lambda', sequential(first('a'), layer('Lambda', { name: 'f', function: ['4wEAAAAAAAAA', null, null], function_type: 'lambda' })),
      "model.h5: layer 'f' (Lambda): holds Python code, which is never run here; put a layer of a named class in its place and save the model again"],
    ['an unknown class', sequential(first('a'), layer('Custom>Antenna', { name: 'antenna_3', length: 4 })),
      "model.h5: layer 'antenna_3' (Antenna): the class is not known here; if it is your own, give it in the option 'customLayers', e.g. { customLayers: { Antenna: (config) => new MyLayer(config) } }"],
    ['one nearly known', sequential(first('a'), layer('SimpleRNNs', { name: 'r', units: 3 })),
      "model.h5: layer 'r' (SimpleRNNs): the class is not known here (did you mean 'SimpleRNN'?); if it is your own, give it in the option 'customLayers', e.g. { customLayers: { SimpleRNNs: (config) => new MyLayer(config) } }"],
    ['a name of JavaScript\'s own', sequential(first('a'), layer('constructor', { name: 'c' })),
      "model.h5: layer 'c' (constructor): the class is not known here; if it is your own, give it in the option 'customLayers', e.g. { customLayers: { constructor: (config) => new MyLayer(config) } }"],
    ['an unknown activation', sequential(first('a'), layer('Dense', { name: 'd', units: 2, activation: 'tanhh' })),
      "model.h5: layer 'd' (Dense): activation: unknown activation 'tanhh'; did you mean 'tanh'?"],
    ['an option that would be passed over', sequential(first('a'), layer('Dense', { name: 'd', units: 2, lora_rank: 4 })),
      "model.h5: layer 'd' (Dense): lora_rank is 4, which is not supported here: only null is"],
    ['a quantised layer', sequential(first('a'), layer('Dense', { name: 'd', units: 2, dtype: { class_name: 'QuantizedDTypePolicy', config: { mode: 'int8', source_name: 'float32' } } })),
      "model.h5: layer 'd' (Dense): is quantised, which is not supported"],
    ['units that are none', sequential(first('a', { units: -3 })), "model.h5: layer 'a' (LSTM): units must be a whole number of at least 1, found -3"],
    ['absurd units', sequential(first('a', { units: 1e9 })), "model.h5: layer 'a' (LSTM): a weight of shape (2, 4000000000) is more than the file holds (80 numbers)"],
    ['absurd units of a layer of TF.js', sequential(first('a'), layer('Dense', { name: 'd', units: 1e12 })), "model.h5: layer 'd' (Dense): a weight of shape (2, 1000000000000) is more than the file holds (80 numbers)"],
    ['a shape that is none', sequential(rnn('a', { batch_input_shape: [null, 3.5, 2] })), "model.h5: layer 'a_input' (InputLayer): expected a batch's shape such as [null, 50, 25], found [null,3.5,2]"],
    ['no input shape', sequential(rnn('a')),
      "model.h5: model 's': the shape of its input is not in the file: the model was saved before it was built; call it once, or give it an Input, and save it again"],
    ['strings as input', functional([node(layer('InputLayer', { name: 'x', batch_input_shape: [null, 1], dtype: 'string' })), node(rnn('a'), [['x', 0, 0]])], [['x', 0, 0]], [['a', 0, 0]]),
      "model.h5: layer 'x' (InputLayer): takes strings, which is not supported: expected numbers"],
    ['sparse inputs', functional([node(layer('InputLayer', { name: 'x', batch_input_shape: [null, 3, U], sparse: true })), node(rnn('a'), [['x', 0, 0]])], [['x', 0, 0]], [['a', 0, 0]]),
      "model.h5: layer 'x' (InputLayer): sparse is true: only dense inputs are supported"],
    ['an input that is called', functional([input, node(layer('InputLayer', { name: 'y', batch_input_shape: [null, 3, U] }), [['x', 0, 0, {}]])], [['x', 0, 0]], [['y', 0, 0]]),
      "model.h5: layer 'y' (InputLayer): is called with a tensor, and is an input"],
    ['a name without end', sequential(first('a'.repeat(100_000))), `model.h5: model 's': layers[0]: the name ${'a'.repeat(200)}... (100000 characters) is longer than the 1000 characters allowed`],
    ['a class without end', sequential({ class_name: 'X'.repeat(10_000), config: {} }), `model.h5: model 's': layers[0]: the name ${'X'.repeat(200)}... (10000 characters) is longer than the 1000 characters allowed`],
    ['no layers', sequential(), "model.h5: model 's': has no layers"],
    ['a layer that is none', sequential(first('a'), 3 as unknown as object), "model.h5: model 's': layers[1]: expected a layer with 'class_name' and 'config', found 3"],
    ['a layer without a config', sequential({ class_name: 'LSTM' }), "model.h5: model 's': layers[0]: layer of class LSTM: expected an object 'config', found null"],
    ['a class of its own', { class_name: 'Tower', config: { name: 't' } }, 'model.h5: the model is of class Tower, which is neither Sequential nor functional: only its own Python code says how its layers are connected'],
    ['a class name that is none', { class_name: 7, config: {} }, "model.h5: the model: expected a string 'class_name', found 7"],
  ])('%s', (_, config, message) => { expectRefused(saved(config, weights), message); });

  test('too many layers, and too deep ones', () => {
    expectRefused(saved(sequential(...Array.from({ length: 2001 }, (_, i) => first(`l${i}`))), weights), 'model.h5: the model has more than 2000 layers');
    const deep = Array.from({ length: 40 }).reduce<object>((inner, _, i) => layer('TimeDistributed', { name: `t${i}`, layer: inner }), layer('Dense', { name: 'd', units: 1 }));
    expectRefused(saved(sequential(first('a'), deep), weights), "model.h5: layer 't7' (TimeDistributed): layers are held in layers more than 32 deep");
  });

  test('the caller\'s own: taken, and what is none of it refused', () => {
    const config = sequential(first('a'), layer('mine>Half', { name: 'half', some_option: 1 }));
    const file = (): SavedModel => saved(config, byLayer({ a: lstm(U, U) }));
    let seen: unknown;
    const model = modelFromSaved(file(), { customLayers: { Half: (options) => { seen = options; return half; } } });
    expect(seen).toEqual({ name: 'half', some_option: 1 });
    const [{ value }] = model.layers.at(-1)!.call({ inputs: [scalar(3)], masks: [null], given: {}, options: {} }, contextOf()) as [Masked];
    expect(value.data[0]).toBe(1.5);
    expectRefused(file(), "model.h5: layer 'half' (Half): the function of customLayers must give a layer, found 3", { customLayers: { Half: () => 3 as unknown as Layer } });
    expectRefused(file(), "model.h5: layer 'half' (Half): customLayers has a class for it, expected a function that makes a layer: (config, options) => new Mine(options)", { customLayers: { Half: class Mine { readonly name = 'mine'; } as never } });
    // Lambda is refused in any case.
    expectRefused(saved(sequential(first('a'), layer('Lambda', { name: 'f' })), weights),
      "model.h5: layer 'f' (Lambda): holds Python code, which is never run here; put a layer of a named class in its place and save the model again", { customLayers: { Lambda: () => half } });
  });
});

describe('graphs', () => {
  const ends = [['x', 0, 0]];
  test.each<[string, object, string]>([
    ['a circle', functional([input, node(rnn('a'), [['b', 0, 0, {}]]), node(rnn('b'), [['a', 0, 0, {}]])], ends, [['b', 0, 0]]), "model.h5: model 'm': its graph goes in a circle through layer 'b'"],
    ['a layer that is not there', functional([input, node(rnn('a'), [['xx', 0, 0, {}]])], ends, [['a', 0, 0]]), "model.h5: model 'm': its graph names a layer 'xx' that it does not have; did you mean 'x'?"],
    ['a use that is not there', functional([input, node(rnn('a'), [['x', 0, 0, {}]])], ends, [['a', 3, 0]]), "model.h5: model 'm': its graph names use 3 of layer 'a', which has 1"],
    ['an output that is not there', functional([input, node(rnn('a'), [['x', 0, 0, {}]])], ends, [['a', 0, 2]]), "model.h5: model 'm': its graph names output 2 of layer 'a', which has 1"],
    ['two of one name', functional([input, node(rnn('a'), [['x', 0, 0, {}]]), node(rnn('a'), [['x', 0, 0, {}]])], ends, [['a', 0, 0]]), "model.h5: model 'm': two layers are called 'a'"],
    ['a reference that is none', functional([input, node(rnn('a'), [['x', -1, 0, {}]])], ends, [['a', 0, 0]]), "model.h5: layer 'a': expected [layer, node, tensor] in 'inbound_nodes', found [\"x\",-1,0,{}]"],
    ['no outputs', functional([input, node(rnn('a'), [['x', 0, 0, {}]])], ends, []), "model.h5: model 'm': 'output_layers' names none"],
    ['an argument that is not known', functional([input, node(layer('Dropout', { name: 'd', rate: 0.5 }), [['x', 0, 0, { seed: 3 }]])], ends, [['d', 0, 0]]),
      "model.h5: layer 'd' (Dropout): is called with 'seed' 3, which is not supported here"],
    ['a tensor that is not known', functional([input, node(rnn('a'), [['x', 0, 0, { constants: [['x', 0, 0]] }]])], ends, [['a', 0, 0]]),
      "model.h5: layer 'a' (LSTM): is called with a tensor as 'constants', which is not supported"],
    ['a constant operand', functional([input, node(layer('Add', { name: 'plus' }), [['x', 0, 0, {}], ['_CONSTANT_VALUE', -1, 2.5, {}]])], ends, [['plus', 0, 0]]),
      "model.h5: layer 'plus' (Add): is called with a second operand 2.5, which is not supported here"],
    ['inputs that do not go with the layer', functional([input, node(layer('Conv2D', { name: 'c', filters: 2, kernel_size: [2, 2] }), [['x', 0, 0, {}]])], ends, [['c', 0, 0]]),
      "model.h5: layer 'c' (Conv2D): expected an input of shape (samples, rows, columns, channels), found (any, 3, 2)"],
  ])('%s', (_, config, message) => { expectRefused(saved(config, weights), message); });
});

describe('weights', () => {
  const two = sequential(first('a'), rnn('b'));
  const tree = (vars: readonly Stored[], children: Readonly<Record<string, WeightTree>> = {}): WeightTree =>
    ({ name: null, vars: vars.map((one, i) => weight(String(i), one)), children: new Map(Object.entries(children)) });
  const inTree = (children: Readonly<Record<string, WeightTree>>): SavedWeights => ({ kind: 'tree', root: tree([], { layers: tree([], children) }) });
  const cell = (): WeightTree => tree([], { cell: tree(lstm(U, U)) });

  test.each<[string, SavedWeights, string]>([
    ['one layer missing', byLayer({ a: lstm(U, U) }), 'model.h5: its weights do not fit the model, which has 2 layers with weights where the file has 1; not in the file: b'],
    ['one left over', byLayer({ a: lstm(U, U), b: lstm(U, U), c: dense(U, 1) }), 'model.h5: its weights do not fit the model, which has 2 layers with weights where the file has 3; not in the model: c'],
    ['an array missing', byLayer({ a: lstm(U, U), b: lstm(U, U).slice(0, 2) }), "model.h5: layer 'b': expected 3 weights, found 2"],
    ['of another shape', byLayer({ a: lstm(U, U), b: [numbers(3, 8), numbers(2, 8), numbers(8)] }), "model.h5: layer 'b': kernel: expected shape (2, 8), found (3, 8) (/model_weights/b/kernel:0)"],
    ["a GRU's bias for cuDNN", byLayer({ a: lstm(U, U), b: [numbers(U, 8), numbers(U, 8), numbers(12)] }), "model.h5: layer 'b': bias: expected shape (8,), found (12,) (/model_weights/b/bias:0)"],
    ['a tree without its branch', { kind: 'tree', root: tree([]) }, "model.h5: layer 's': its weights are not in the file: there is no 'layers'"],
    ['a tree with one layer missing', inTree({ lstm: cell() }), "model.h5: the weights of layer 'b' are not in the file"],
    ['a tree with one left over', inTree({ lstm: cell(), lstm_1: cell(), lstm_2: cell() }), 'model.h5: its weights do not fit the model: no layer takes those of lstm_2'],
    ['a tree of other layers', inTree({ lstm: cell(), gru: cell() }), 'model.h5: its weights do not fit the model, which has 2 layers with weights where the file has 2; not in the file: a, b; not in the model: lstm, gru'],
    ['a manifest with one missing', { kind: 'by-name', weights: names.map((name, i) => ({ ...weight(name, lstm(U, U)[i]!), name: `a/${name}` })) }, "model.h5: layer 'b': its weight 'kernel' is not in the file"],
  ])('%s', (_, held, message) => { expectRefused(saved(two, held), message); });

  test('a GRU without reset_after cannot take those of cuDNN', () => {
    const config = sequential(layer('GRU', { name: 'g', units: U, activation: 'tanh', recurrent_activation: 'sigmoid', batch_input_shape: [null, 3, U] }));
    expectRefused(saved(config, byLayer({ g: [numbers(U, 6), numbers(U, 6), numbers(12)] })), "model.h5: layer 'g': bias: expected shape (6,), found (12,) (/model_weights/g/bias:0)");
  });

  test('weights alone, without their model', async () => {
    expectRefused(saved(null, weights), "model.h5: holds weights alone: give the model that they belong to as 'architecture' (--architecture on the command line), e.g. the JSON that Keras's to_json() writes");
    await expect(loadModel(await legacyWeights([]), { architecture: { class_name: 'Sequential' } })).rejects.toThrow(SeeRnnError);
  });
});

describe('what cannot be taken over', () => {
  const loaded = (training: object, config = sequential(first('a'), layer('Dense', { name: 'd', units: 1 }))): { warnings: readonly string[]; model: Model } => {
    const warnings: string[] = [];
    const model = modelFromSaved(saved(config, byLayer({ a: lstm(U, U), d: dense(U, 1) }), { training: training as JsonObject }), { warn: (line) => warnings.push(line) });
    expect(model.origin!.warnings).toEqual(warnings);
    return { warnings, model };
  };

  test('a compile section that cannot be understood never stands in the way', () => {
    const unknown = (what: string): string => `model.h5: the loss it was compiled with is not known here: ${what}; give one where gradients are asked for, e.g. { loss: 'meanSquaredError' }`;
    for (const [loss, what] of [['my_loss', "'my_loss'"], [{ class_name: 'Custom>Focal', config: {} }, "'Focal'"], [['mse', 'mae'], '2 losses for 1 outputs'], [{ other: 'mse' }, "there is one for 'other', which is none of the outputs 'd'"], [7, '7']] as const) {
      const { warnings, model } = loaded({ loss });
      expect(warnings).toEqual([unknown(what)]);
      expect([model.compiled, model.origin!.loss]).toEqual([null, null]);
    }
  });

  test('the optimiser and the loss by name; of a schedule the rate that it starts with', () => {
    const { warnings, model } = loaded({ loss: { class_name: 'Huber', config: { delta: 2, reduction: 'sum' } }, optimizer_config: { class_name: 'Nadam', config: { learning_rate: { class_name: 'CosineDecay', config: { initial_learning_rate: 0.02 } } } } });
    expect(warnings).toEqual([]);
    expect(model.compiled!.losses[0]).toMatchObject({ reduction: 'sum' });
    expect(model.origin!).toMatchObject({ loss: 'Huber', optimizer: { name: 'Nadam', learningRate: 0.02 } });
  });

  test('penalties that are not known', () => {
    const config = sequential(first('a', { recurrent_regularizer: { class_name: 'Mine>Orthogonal2', config: {} }, activity_regularizer: 'smooth' }), layer('Dense', { name: 'd', units: 1, kernel_constraint: 'mine' }));
    const { warnings } = loaded({}, config);
    expect(warnings).toEqual([
      "model.h5: layer 'a' (LSTM): activity_regularizer \"smooth\" is not known and left out: the loss is without that penalty",
      "model.h5: layer 'a' (LSTM): recurrent_regularizer \"Orthogonal2\" is not known and left out: the loss is without that penalty",
    ]);
  });

  test('options of loadModel', async () => {
    await expect(loadModel('model.h5', { architectur: 1 } as object)).rejects.toThrow(new UsageError("loadModel: unknown option 'architectur'; did you mean 'architecture'?"));
    await expect(loadModel('model.h5', { customLayers: { A: 3 } } as object)).rejects.toThrow(new UsageError('loadModel: option \'customLayers\' must be a record of functions, found {"A":3}'));
  });
});
