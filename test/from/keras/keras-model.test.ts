import { describe, expect, it } from 'vitest';
import { SeeRnnError, UsageError } from '../../../src/core/errors.js';
import type { JsonObject } from '../../../src/files/json.js';
import { kerasModel, type KerasConfig, type KerasModelOptions } from '../../../src/from/keras/keras-model.js';
import { getWeights } from '../../../src/model/get-weights.js';
import { trace } from '../../../src/trace/trace.js';

const lstm = (config: object = {}): object => ({ class_name: 'LSTM', config: { units: 2, ...config } });
const first = { batch_shape: [null, 4, 3] };
const errorOf = (config: unknown, options: object = {}): unknown => {
  try {
    return kerasModel(config as KerasConfig, options as KerasModelOptions);
  } catch (error) {
    return error;
  }
};

describe('kerasModel', () => {
  it('makes a Sequential model of its layers alone, with names as Keras makes them', () => {
    const model = kerasModel({
      layers: [
        { class_name: 'InputLayer', config: { batch_shape: [null, 4, 3] } }, lstm({ return_sequences: true }), { class_name: 'TimeDistributed', config: { layer: { class_name: 'Dense', config: { units: 3 } } } },
        lstm({ return_sequences: true }), { class_name: 'BatchNormalization' }, { class_name: 'Bidirectional', config: { layer: { class_name: 'SimpleRNN', config: { units: 2, return_sequences: true } } } },
        { class_name: 'RNN', config: { cell: { class_name: 'StackedRNNCells', config: { cells: [{ class_name: 'GRUCell', config: { units: 2 } }, { class_name: 'LSTMCell', config: { units: 3 } }] } } } },
        { class_name: 'Dense', config: { units: 1 } },
      ],
    });
    expect(model.kind).toBe('Sequential');
    expect(model.layers.map(({ name }) => name)).toEqual(['lstm', 'time_distributed', 'lstm_1', 'batch_normalization', 'bidirectional', 'rnn', 'dense']);
    expect(model.inputNames).toEqual(['input_layer']);
    expect(model.graph.outputs[0]!.shape).toEqual([null, 1]);
  });

  it('starts weights as their initialisers say; what Keras draws at random is zeros', async () => {
    const constant = { class_name: 'Constant', config: { value: 0.25 } };
    const model = kerasModel({
      layers: [
        lstm({ ...first, return_sequences: true, bias_initializer: constant, recurrent_initializer: { module: 'keras.initializers', class_name: 'Identity', config: { gain: 0.5 } } }),
        lstm({ return_sequences: true, unit_forget_bias: false, kernel_initializer: 'ones' }), { class_name: 'BatchNormalization', config: {} }, { class_name: 'LayerNormalization', config: { gamma_initializer: 'zeros' } },
        { class_name: 'GRU', config: { units: 1, recurrent_initializer: { class_name: 'Orthogonal', config: {} } } },
        { class_name: 'Dense', config: { units: 2, kernel_initializer: { class_name: 'Constant', config: { value: [[1, 2]] } } } },
      ],
    });
    const values = Object.fromEntries(Object.entries(await getWeights(model, '*')).map(([name, { data }]) => [name, [...data]]));
    expect(values).toEqual({
      'lstm/kernel': Array(24).fill(0), 'lstm/recurrent_kernel': [0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0], 'lstm/bias': [0.25, 0.25, 1, 1, 0.25, 0.25, 0.25, 0.25],
      'lstm_1/kernel': Array(16).fill(1), 'lstm_1/recurrent_kernel': Array(16).fill(0), 'lstm_1/bias': Array(8).fill(0),
      'batch_normalization/gamma': [1, 1], 'batch_normalization/beta': [0, 0], 'batch_normalization/moving_mean': [0, 0], 'batch_normalization/moving_variance': [1, 1],
      'layer_normalization/gamma': [0, 0], 'layer_normalization/beta': [0, 0],
      'gru/kernel': Array(6).fill(0), 'gru/recurrent_kernel': Array(3).fill(0), 'gru/bias': Array(6).fill(0),
      'dense/kernel': [1, 2], 'dense/bias': [0, 0],
    });
  });

  it('takes what to_json writes', async () => {
    const reference = (layer: string): object => ({ class_name: '__keras_tensor__', config: { shape: [null, 2], dtype: 'float32', keras_history: [layer, 0, 0] } });
    const layer = (className: string, config: object, inbound: object[] = []): object => ({ module: 'keras.layers', class_name: className, config: { trainable: true, ...config }, registered_name: null, name: (config as JsonObject)['name'], inbound_nodes: inbound });
    const config = {
      module: 'keras.src.models.functional', class_name: 'Functional', registered_name: 'Functional',
      config: {
        name: 'functional', trainable: true,
        layers: [
          layer('InputLayer', { name: 'x', batch_shape: [null, 4, 3] }),
          layer('LSTM', { name: 'lstm', units: 2, bias_initializer: 'ones' }, [{ args: [reference('x')], kwargs: {} }]),
          layer('Add', { name: 'twice' }, [{ args: [[reference('lstm'), reference('lstm')]], kwargs: {} }]),
        ],
        input_layers: [['x', 0, 0]], output_layers: [['twice', 0, 0]],
      },
      compile_config: { loss: 'mse', optimizer: { class_name: 'Adam', config: { learning_rate: 0.5 } } },
    };
    const model = kerasModel(config);
    expect(model.optimizer).toEqual({ name: 'Adam', learningRate: 0.5 });
    const { loss, predictions } = await trace(model, { data: new Float32Array(12), shape: [1, 4, 3] }, [[0, 0]]);
    const [a, b] = predictions[0]!.data;
    expect(loss).toBeCloseTo((a! ** 2 + b! ** 2) / 2, 6);
    const other = kerasModel(config, { loss: 'mae' });
    expect((await trace(other, { data: new Float32Array(12), shape: [1, 4, 3] }, [[0, 0]])).loss).toBeCloseTo(a!, 6);
  });

  it('has losses and factors by output', async () => {
    const config = {
      class_name: 'Functional',
      config: {
        name: 'two', layers: [
          { class_name: 'InputLayer', name: 'x', config: { name: 'x', batch_input_shape: [null, 2] }, inbound_nodes: [] },
          ...['a', 'b'].map((name) => ({ class_name: 'Dense', name, config: { name, units: 1, bias_initializer: 'ones' }, inbound_nodes: [[['x', 0, 0, {}]]] })),
        ],
        input_layers: [['x', 0, 0]], output_layers: [['a', 0, 0], ['b', 0, 0]],
      },
    };
    const model = kerasModel(config, { loss: { a: 'mse', b: 'mae' }, lossWeights: [1, 10], kerasVersion: '2.15.0' });
    expect(model.dialect).toMatchObject({ kerasMajor: 2, kerasVersion: '2.15.0' });
    expect((await trace(model, [[0, 0]], [[[3]], [[4]]])).loss).toBe(4 + 10 * 3);
  });

  it('is of the generation whose words the configuration has, unless a version is given', () => {
    const major = (config: object, options: KerasModelOptions = {}): unknown => kerasModel({ layers: [{ class_name: 'GRU', config: { units: 2, ...config } }] }, options).dialect;
    expect(major({ batch_shape: [null, 4, 3] })).toMatchObject({ kerasMajor: 3, kerasVersion: null });
    expect(major({ batch_input_shape: [null, 4, 3] })).toMatchObject({ kerasMajor: 2, kerasVersion: null });
    expect(major({ batch_input_shape: [null, 4, 3] }, { kerasVersion: '3.9.2' })).toMatchObject({ kerasMajor: 3, kerasVersion: '3.9.2' });
  });

  it('tells what could not be taken over', () => {
    const told: string[] = [];
    kerasModel({ layers: [lstm({ ...first, kernel_regularizer: 'own' })] }, { warn: (line) => { told.push(line); } });
    expect(told).toEqual(["kerasModel: layer 'lstm' (LSTM): kernel_regularizer \"own\" is not known and left out: the loss is without that penalty"]);
  });

  it.each<[string, unknown, object, Error]>([
    ['no object', 'lstm', {}, new UsageError('kerasModel: expected Keras\'s configuration of a model, an object, found "lstm"')],
    ['a list', [lstm(first)], {}, new UsageError('kerasModel: expected Keras\'s configuration of a model, an object, found [{"class_name":"LSTM","config":{"units":2,"batch_shape":[...')],
    ['no model', { units: 3 }, {}, new SeeRnnError("kerasModel: is JSON, but no model: expected a 'class_name' and a 'config', found units")],
    ['no layers', { layers: [] }, {}, new SeeRnnError("kerasModel: model 'sequential': has no layers")],
    ['no shape', { layers: [lstm()] }, {}, new SeeRnnError("kerasModel: model 'sequential': the shape of its input is nowhere: give its first layer a 'batch_shape', e.g. [null, 100, 12] for samples of 100 timesteps of 12 features")],
    ['an unknown layer', { layers: [{ class_name: 'LSTN', config: first }] }, {}, new SeeRnnError("kerasModel: layer 'lstn' (LSTN): the class is not known here (did you mean 'LSTM'?); if it is your own, give it in the option 'customLayers', e.g. { customLayers: { LSTN: (config) => new MyLayer(config) } }")],
    ['a bad option', { layers: [lstm({ ...first, units: 0 })] }, {}, new SeeRnnError("kerasModel: layer 'lstm' (LSTM): units must be a whole number of at least 1, found 0")],
    ['the same name twice', { layers: [lstm({ ...first, name: 'a', return_sequences: true }), lstm({ name: 'a' })] }, {}, new SeeRnnError("kerasModel: model 'sequential': two layers are called 'a'")],
    ['beyond all memory', { layers: [lstm({ ...first, units: 1e9 })] }, {}, new SeeRnnError("kerasModel: layer 'lstm' (LSTM): a weight of shape (3, 4000000000) is more than a model may have (1073741824 numbers in all)")],
    ['an unknown loss', { layers: [lstm(first)] }, { loss: 'mean_squared_eror' }, new SeeRnnError("unknown loss 'mean_squared_eror'; did you mean 'meanSquaredError'?")],
    ['an unknown option', { layers: [lstm(first)] }, { los: 'mse' }, new UsageError("kerasModel: unknown option 'los'; did you mean 'loss'?")],
    ['no version', { layers: [lstm(first)] }, { kerasVersion: 'tfjs-layers 4.22.0' }, new UsageError("kerasModel: option 'kerasVersion' must be a version of Keras such as '3.9' or '2.15.0', found \"tfjs-layers 4.22.0\"")],
  ])('refuses what makes no model: %s', (_, config, options, error) => {
    expect(errorOf(config, options)).toEqual(error);
  });
});
