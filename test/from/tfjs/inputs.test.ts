import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ArrayInputs } from '../../../src/model/inputs.js';
import { lossNames } from '../../../src/graph/losses/named.js';
import { trace, type TraceOptions } from '../../../src/trace/trace.js';
import { describeOnBackends } from '../../backends.js';
import { apply, dense, integers, lstm, tensor } from '../../trace/seeded.js';

/** What may be given as data, and what is said of what may not. */

const S = 3;
const T = 2;
const F = 4;

const one = (): tfl.LayersModel => tfl.sequential({ layers: [lstm(3, 1, { inputShape: [T, F], name: 'lstm' }), dense(2, 4, { name: 'head' })] });
function two(): tfl.LayersModel {
  const [a, b] = [tfl.input({ shape: [T, F], name: 'left' }), tfl.input({ shape: [2], name: 'right' })];
  const hidden = apply(lstm(3, 1, { name: 'lstm' }), a);
  return tfl.model({ inputs: [a, b], outputs: [apply(dense(2, 4, { name: 'p' }), hidden), apply(tfl.layers.concatenate({ name: 'q' }), [hidden, b])] });
}
const nested = (value: tf.Tensor): number[][] => value.arraySync() as number[][];

describeOnBackends('data', (backend) => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });
  const x = (): tf.Tensor => tensor(1, [S, T, F]);
  const y = (): tf.Tensor => tensor(2, [S, 2]);

  test('a tensor, a tensor buffer, a named array of float32 or float64, nested arrays: all the same', async () => {
    const model = one();
    const result = async (givenX: ArrayInputs, givenY: ArrayInputs): Promise<unknown> => {
      const run = await trace(model, givenX, givenY, { loss: 'meanSquaredError' });
      return { loss: run.loss, predictions: run.predictions, gradient: run.layer('lstm').gradient() };
    };
    const expected = await result(x(), y());
    const shaped = (value: tf.Tensor, data: Float32Array | Float64Array): ArrayInputs => ({ data, shape: value.shape });
    const forms: ((value: tf.Tensor) => ArrayInputs)[] = [
      (value) => tf.buffer(value.shape, 'float32', value.dataSync() as Float32Array), (value) => shaped(value, value.dataSync() as Float32Array),
      (value) => shaped(value, Float64Array.from(value.dataSync())), nested, (value) => [value], (value) => ({ data: value.dataSync() as Float32Array, shape: value.shape, axes: value.shape.map(String) }),
    ];
    for (const form of forms) expect(await result(form(x()), form(y()))).toEqual(expected);
    expect(await result({ lstm_input: nested(x()) }, { head: y() })).toEqual(expected);
    model.dispose();
  });

  test('whole numbers, and what is true or false', async () => {
    const model = tfl.sequential({ layers: [tfl.layers.embedding({ inputDim: 6, outputDim: F, inputShape: [T], embeddingsInitializer: tfl.initializers.randomNormal({ seed: 1 }) }), lstm(3, 1)] });
    const tokens = integers(1, [S, T], 0, 5);
    const expected = (await trace(model, tokens)).predictions;
    for (const given of [tf.cast(tokens, 'int32'), nested(tokens), { data: Int32Array.from(tokens.dataSync()), shape: [S, T] }, { data: Uint8Array.from(tokens.dataSync()), shape: [S, T] }]) {
      expect((await trace(model, given)).predictions).toEqual(expected);
    }
    const flags = tfl.sequential({ layers: [lstm(3, 1, { inputShape: [T, 1] })] });
    const numbers = (await trace(flags, [[[1], [0]]])).predictions;
    const bool = tf.tensor3d([[[true], [false]]], [1, T, 1], 'bool');
    expect((await trace(flags, bool)).predictions).toEqual(numbers);
    expect((await trace(tfl.sequential({ layers: [tfl.layers.activation({ activation: 'tanh', inputShape: [T, 1] })] }), bool)).predictions[0]!.data[0]).toBeCloseTo(Math.tanh(1), 6);
    expect((await trace(flags, [[[true], [false]]])).predictions).toEqual(numbers);
    expect((await trace(flags, tf.tensor3d([1, 0], [1, T, 1], 'int32'))).predictions).toEqual(numbers);
    model.dispose();
    flags.dispose();
  });

  test('whole numbers where the model asks for them', async () => {
    class OneHot extends tfl.layers.Layer {
      static readonly className = 'OneHot';
      override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape { return [...(shape as tfl.Shape), 4]; }
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor { return tf.cast(tf.oneHot((inputs as tf.Tensor[])[0]!, 4), 'float32'); }
    }
    const input = tfl.input({ shape: [T], dtype: 'int32' });
    const model = tfl.model({ inputs: input, outputs: apply(lstm(2, 1, { name: 'lstm' }), apply(new OneHot({ name: 'one_hot' }), input)) });
    const run = await trace(model, [[0, 3], [1, 2]], [[0, 0], [0, 0]], { loss: 'meanSquaredError', layers: ['*', 0] });
    expect(run.layer(0).value().data).toEqual(Int32Array.of(0, 3, 1, 2));
    expect(run.layer(0).reachesLoss()).toBe(false);
    expect([...run.layer('one_hot').value().data]).toEqual([1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0]);
    model.dispose();
  });

  test('a typed array is one-dimensional: enough for a model that takes single numbers', async () => {
    const model = tfl.model((() => { const input = tfl.input({ shape: [] }); return { inputs: input, outputs: apply(tfl.layers.activation({ activation: 'tanh', name: 'tanh' }), input) }; })());
    const run = await trace(model, Float32Array.of(0, 1, -1), [0, 0, 0], { loss: (_: tf.Tensor, p: tf.Tensor) => tf.mean(p) });
    expect(run.layer('tanh').gradient()).toMatchObject({ shape: [3], axes: ['samples'] });
    expect(run.predictions[0]!.data[1]).toBeCloseTo(Math.tanh(1), 6);
    model.dispose();
  });

  test('tensors that belong to the caller stay', async () => {
    const model = one();
    const [givenX, givenY, weight] = [x(), tf.cast(y(), 'int32'), tf.ones([S])];
    await trace(model, givenX, givenY, { loss: 'meanSquaredError', sampleWeight: weight, training: true });
    expect([givenX, givenY, weight].map(({ isDisposed }) => isDisposed)).toEqual([false, false, false]);
    expect(nested(givenX)).toEqual(nested(x()));
    model.dispose();
  });

  test('a tensor that lives on another backend', async () => {
    const model = one();
    const expected = (await trace(model, x())).predictions;
    await tf.setBackend(backend === 'cpu' ? 'wasm' : 'cpu');
    const elsewhere = x();
    await tf.setBackend(backend);
    expect((await trace(model, elsewhere)).predictions).toEqual(expected);
    model.dispose();
  });

  describe('what does not fit', () => {
    const refused = async (model: tfl.LayersModel, givenX: unknown, givenY: unknown, message: string, options: TraceOptions = {}): Promise<void> => {
      const run = trace(model, givenX as ArrayInputs, givenY as ArrayInputs, { loss: 'meanSquaredError', ...options });
      await expect(run).rejects.toMatchObject({ name: 'SeeRnnError', message });
    };

    test('x', async () => {
      const model = one();
      const messages: [unknown, string][] = [
        [tensor(1, [S, F]), 'x: expected shape (any, 2, 4), found (3, 4)'], [tensor(1, [S, T, F + 1]), 'x: expected shape (any, 2, 4), found (3, 2, 5)'],
        [new Float32Array(24), 'x: expected shape (any, 2, 4), found (24,)'], [5, 'x: expected shape (any, 2, 4), found ()'],
        [tf.zeros([0, T, F]), 'x: expected at least one number, found shape (0, 2, 4)'], [[], 'x: expected at least one number, found shape (0,)'],
        [undefined, 'x: nothing was given'], [null, 'x: expected an array of numbers, found null'], ['x.npy', 'x: expected an array of numbers, found string'],
        [[[[1, 2], [3]]], 'x: lists at depth 2 must all have 2 entries, found one of 1'], [[[['a']]], 'x: expected numbers nested 3 deep, found string'],
        [{ input: x() }, "x: the model has no input 'input'; there are: lstm_input"], [{ lstm_inpu: x() }, "x: the model has no input 'lstm_inpu'; did you mean 'lstm_input'?"],
        [{}, 'x: nothing was given'], [[x(), x()], "x: expected one for the model's input (lstm_input), found 2"],
        ...(backend === 'wasm' ? [] : [[tf.complex(x(), x()), 'x: expected real numbers, found a tensor of complex64']] as [unknown, string][]), // WASM has none
        [tf.tensor3d(['a', 'b'], [1, 2, 1]), 'x: expected real numbers, found a tensor of string'],
        [{ data: new Float32Array(3), shape: [S, T, F] }, 'x of shape (3, 2, 4) needs 24 numbers, found 3'],
      ];
      for (const [given, message] of messages) await refused(model, given, y(), message);
      model.dispose();
    });

    test('y', async () => {
      const model = one();
      const messages: [unknown, string, TraceOptions?][] = [
        [tensor(1, [S, 3]), 'y: expected shape (3, 2), found (3, 3)'], [tensor(1, [S + 1, 2]), 'y: expected shape (3, 2), found (4, 2)'], [tensor(1, [1, 2]), 'y: expected shape (3, 2), found (1, 2)'],
        [tensor(1, [S]), 'y: expected shape (3, 2), found (3,)'], [3, 'y: expected shape (3, 2), found ()'], [{ heads: y() }, "y: the model has no output 'heads'; did you mean 'head'?"],
        [[y(), y()], "y: expected one for the model's output (head), found 2"],
        [tensor(1, [S, 2]), 'y: expected shape (3, 1), found (3, 2)', { loss: 'sparseCategoricalCrossentropy' }],
        [tensor(1, [S + 1, 7]), 'y: expected 3 samples, as predicted, found 4', { loss: () => tf.scalar(0) }], [5, 'y: expected 3 samples, as predicted, found a single number', { loss: () => tf.scalar(0) }],
      ];
      for (const [given, message, options] of messages) await refused(model, x(), given, message, options);
      model.dispose();
    });

    test('y of another number of timesteps than x, where the model leaves it open', async () => {
      const input = tfl.input({ shape: [null, F] });
      const model = tfl.model({ inputs: input, outputs: apply(lstm(3, 1, { returnSequences: true }), input) });
      await refused(model, x(), tensor(2, [S, 1, 3]), 'y: expected shape (3, 2, 3), found (3, 1, 3)');
      model.dispose();
    });

    test('several inputs and outputs', async () => {
      const model = two();
      const [a, b, p, q] = [x(), tensor(2, [S, 2]), tensor(3, [S, 2]), tensor(4, [S, 5])];
      const messages: [unknown, unknown, string][] = [
        [a, [p, q], "x: expected one for each of the model's 2 inputs (left, right), found 1"], [[a, b, b], [p, q], "x: expected one for each of the model's 2 inputs (left, right), found 3"],
        [nested(b), [p, q], "x: expected one for each of the model's 2 inputs (left, right), found 3"], [new Float32Array(2), [p, q], "x: expected one for each of the model's 2 inputs (left, right), found 1"],
        [{ left: a }, [p, q], "x 'right': nothing was given"], [{ left: a, rihgt: b }, [p, q], "x: the model has no input 'rihgt'; did you mean 'right'?"],
        [[b, a], [p, q], "x 'left': expected shape (any, 2, 4), found (3, 2)"], [[a, tensor(1, [S + 1, 2])], [p, q], "x 'right': expected 3 samples, as x 'left' has, found 4"],
        [[a, b], p, "y: expected one for each of the model's 2 outputs (p, q), found 1"], [[a, b], { p }, "y 'q': nothing was given"], [[a, b], [q, p], "y 'p': expected shape (3, 2), found (3, 5)"],
        [[a, b], { p, q, r: q }, "y: the model has no output 'r'; did you mean 'p'?"], [[a, undefined], [p, q], "x 'right': nothing was given"],
      ];
      for (const [givenX, givenY, message] of messages) await refused(model, givenX, givenY, message);
      model.dispose();
    });

    test('the loss', async () => {
      const [model, several] = [one(), two()];
      const [a, b, p, q] = [x(), tensor(2, [S, 2]), tensor(3, [S, 2]), tensor(4, [S, 5])];
      const names = lossNames.join(', ');
      await expect(trace(model, x(), y())).rejects.toThrow("the model has no loss: compile it, or give one by the option 'loss', e.g. { loss: 'meanSquaredError' }");
      const messages: [unknown, string][] = [
        ['meanSquareError', "unknown loss 'meanSquareError'; did you mean 'meanSquaredError'?"], ['toPrimitive', `unknown loss 'toPrimitive'; there are: ${names}`], ['toString', `unknown loss 'toString'; there are: ${names}`],
        [5, 'loss: expected a name or a function, found 5'], [[], "loss: expected one for the model's output (head), found 0"], [{ haed: 'poisson' }, "loss: the model has no output 'haed'; did you mean 'head'?"], [{}, 'loss: nothing was given'],
      ];
      for (const [loss, message] of messages) await refused(model, x(), y(), message, { loss: loss as 'poisson' });
      const more: [unknown, string][] = [
        [['poisson'], "loss: expected one for each of the model's 2 outputs (p, q), found 1"], [{ p: 'poisson' }, "loss 'q': nothing was given"], [['poisson', 1], "loss 'q': expected a name or a function, found 1"], [{ p: 'poisson', q: 'poison' }, "unknown loss 'poison'; did you mean 'poisson'?"],
      ];
      for (const [loss, message] of more) await refused(several, [a, b], [p, q], message, { loss: loss as 'poisson' });
      model.dispose();
      several.dispose();
    });

    test('weights of losses and of samples', async () => {
      const [model, several] = [one(), two()];
      const [a, b, p, q] = [x(), tensor(2, [S, 2]), tensor(3, [S, 2]), tensor(4, [S, 5])];
      const messages: [TraceOptions, string][] = [
        [{ lossWeights: [1, 2] }, "lossWeights: expected one for the model's output (head), found 2"], [{ lossWeights: 'all' as unknown as number }, 'lossWeights: expected a number, found "all"'],
        [{ lossWeights: { head: null as unknown as number } }, 'lossWeights: expected a number, found null'], [{ lossWeights: { body: 1 } }, "lossWeights: the model has no output 'body'; there are: head"],
        [{ sampleWeight: [1, 2] }, 'sampleWeight: expected shape (3,), found (2,)'], [{ sampleWeight: tensor(1, [S, T]) }, 'sampleWeight: expected shape (3,), found (3, 2)'], [{ sampleWeight: 2 }, 'sampleWeight: expected shape (3,), found ()'],
        [{ sampleWeight: tf.zeros([0]) }, 'sampleWeight: expected at least one number, found shape (0,)'], [{ sampleWeight: { hed: [1, 2, 3] } }, "sampleWeight: the model has no output 'hed'; did you mean 'head'?"],
        [{ sampleWeight: [1, 2, 3], loss: tf.losses.meanSquaredError }, 'sampleWeight: the loss function gives one number for the batch, not one for each sample, so there is nothing to weigh'],
      ];
      for (const [options, message] of messages) await refused(model, x(), y(), message, options);
      const more: [TraceOptions, string][] = [
        [{ sampleWeight: { p: [1, 2] } }, "sampleWeight 'p': expected shape (3,), found (2,)"], [{ sampleWeight: [1, 2, 3] }, "sampleWeight: expected one for each of the model's 2 outputs (p, q), found 3"],
        [{ lossWeights: ['1' as unknown as number, 2] }, 'lossWeights \'p\': expected a number, found "1"'],
      ];
      for (const [options, message] of more) await refused(several, [a, b], [p, q], message, options);
      const steps = tfl.sequential({ layers: [lstm(3, 1, { inputShape: [T, F], returnSequences: true })] });
      await refused(steps, x(), tensor(2, [S, T, 3]), 'sampleWeight: expected shape (3, 2) or (3,), found (2, 3)', { sampleWeight: tensor(1, [T, S]) });
      for (const made of [model, several, steps]) made.dispose();
    });

    test('options', async () => {
      const model = one();
      const messages: [object, string][] = [
        [{ layer: 'lstm' }, "trace: unknown option 'layer'; did you mean 'layers'?"], [{ trainnig: true }, "trace: unknown option 'trainnig'; did you mean 'training'?"],
        [{ verbose: 1 }, "trace: unknown option 'verbose'; there are: layers, quantities, values, batchSize, progress, training, precision, loss, lossWeights, sampleWeight, classWeight"],
        [{ training: 1 }, "trace: option 'training' must be true or false, found 1"], [{ layers: { name: 'lstm' } }, "trace: option 'layers' must be an index, a name, a list of these, or '*', found {\"name\":\"lstm\"}"],
      ];
      for (const [options, message] of messages) await expect(trace(model, x(), y(), options)).rejects.toMatchObject({ name: 'UsageError', message });
      model.dispose();
    });

    test('what is no model of layers', async () => {
      const disposed = one();
      disposed.dispose();
      class GraphModel { inputs = []; outputs = []; }
      const refusedModels: [unknown, string][] = [
        [new GraphModel(), 'trace: expected a model made of layers (of loadModel, or a tf.LayersModel), found GraphModel'], [undefined, 'trace: expected a model made of layers (of loadModel, or a tf.LayersModel), found undefined'],
        [tfl.sequential(), 'trace: the model has no layers'], [disposed, "trace: the model 'x' has been disposed of"],
      ];
      for (const [model, message] of refusedModels) {
        await expect(trace(model as tfl.LayersModel, x(), y())).rejects.toMatchObject({ name: 'SeeRnnError', message: message.replace("'x'", `'${disposed.name}'`) });
      }
    });

    test('a recurrent layer that is handed what it was not built for', async () => {
      const input = tfl.input({ shape: [T, F] });
      const state = tfl.input({ shape: [3] });
      const layer = lstm(3, 1, { name: 'lstm' });
      apply(layer, input); // only the first use is checked by TF.js
      const short = tfl.model({ inputs: [input, state], outputs: apply(layer, input, { initialState: [state] }) });
      await refused(short, [x(), tensor(1, [S, 3])], tensor(2, [S, 3]), "layer 'lstm' (LSTM): expected 2 initial states, found 1");
      class Lying extends tfl.layers.Layer {
        static readonly className = 'Lying';
        constructor(private readonly made: () => tf.Tensor) { super({ name: 'lying' }); }
        override call(): tf.Tensor { return this.made(); }
      }
      const lied: [() => tf.Tensor, string][] = [
        [() => tf.zeros([S, T]), "layer 'lstm' (LSTM): expected inputs of 4 features, found 2"],
        [() => tf.zeros([S, T, F + 1]), "layer 'lstm' (LSTM): expected inputs of 4 features, found 5"], [() => tf.zeros([S, 0, F]), "layer 'lstm' (LSTM): expected at least one timestep, found none"],
      ];
      for (const [made, message] of lied) {
        const model = tfl.model({ inputs: input, outputs: apply(lstm(3, 1, { name: 'lstm' }), apply(new Lying(made), input)) });
        await refused(model, x(), tensor(2, [S, 3]), message);
        model.dispose();
      }
      const lyingState = tfl.model({ inputs: [input, state], outputs: apply(tfl.layers.gru({ units: 3, name: 'gru', recurrentInitializer: 'zeros' }), input, { initialState: [apply(new Lying(() => tf.zeros([S + 1, 3])), state)] }) });
      await refused(lyingState, [x(), tensor(1, [S, 3])], tensor(2, [S, 3]), "layer 'gru' (GRU): expected initial states of shape (3, 3), found (4, 3)");
      short.dispose();
      lyingState.dispose();
    });
  });
});
