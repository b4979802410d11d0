import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { activations } from '../../../src/cells/activations.js';
import { accelerate } from '../../../src/from/tfjs/accelerate/accelerate.js';
import { trace } from '../../../src/trace/trace.js';
import { describeOnBackends } from '../../backends.js';
import { expectClose } from '../../trace/close.js';
import { apply, applyAll, dense, lstm, recurrent, RECURRENT_KINDS, recurrentWeights, tensor, type Symbolic } from '../../trace/seeded.js';

const S = 4;
const T = 6;
const F = 4;
const input = (): tfl.layers.Layer => tfl.layers.inputLayer({ batchInputShape: [S, T, F] });

/** Dropout whose factors look random and are the same every time. */
const dropped = (x: tf.Tensor, rate: number): tf.Tensor => tf.mul(x, tf.cast(tf.greater(tensor(Math.round(100 * rate), x.shape), -0.3), 'float32'));

/** Models to train, by what is special about them. */
const builds: Record<string, () => tfl.layers.Layer[]> = {
  ...Object.fromEntries(RECURRENT_KINDS.map((kind) => [kind, () => [recurrent(kind, 5, 1, { returnSequences: true }), recurrent(kind, 3, 4)]])),
  bidirectional: () => [tfl.layers.bidirectional({ layer: recurrent('gru', 4, 1, { returnSequences: true }), mergeMode: 'concat' }), tfl.layers.bidirectional({ layer: lstm(3, 4), mergeMode: 'sum' })],
  masked: () => [tfl.layers.masking(), lstm(5, 1, { returnSequences: true }), recurrent('gru', 3, 4, { goBackwards: true })],
  stateful: () => [lstm(5, 1, { returnSequences: true, stateful: true }), recurrent('gru', 3, 4, { stateful: true })],
  'of a cell': () => [tfl.layers.rnn({ cell: tfl.layers.gruCell({ units: 3, ...recurrentWeights(1) }) })],
  dropping: () => RECURRENT_KINDS.map((kind, i) => recurrent(kind, 5, 1 + 3 * i, { dropout: 0.3, recurrentDropout: 0.4, dropoutFunc: dropped, returnSequences: i < 2 })),
  regularised: () => [tfl.layers.timeDistributed({ layer: dense(4, 1, { kernelRegularizer: 'l1l2' }) }), lstm(3, 4)],
};

function modelOf(layers: readonly tfl.layers.Layer[]): tfl.LayersModel {
  const model = tfl.sequential({ layers: [input(), ...layers, dense(2, 7)] });
  model.compile({ loss: 'meanSquaredError', optimizer: tf.train.adam(0.01) });
  return model;
}

/** Noise with the last steps of some samples set to zero. */
function data(seed: number): tf.Tensor {
  const x = tensor(seed, [S, T, F]).dataSync().slice();
  x.fill(0, (T - 2) * F, T * F);
  x.fill(0, (2 * T - 1) * F, 2 * T * F);
  return tf.tensor(x, [S, T, F]);
}

const own = (layer: tfl.layers.Layer): boolean => Object.hasOwn(layer, 'call');
const numbers = (values: readonly tf.Tensor[]): Float32Array[] => values.map((value) => value.dataSync().slice() as Float32Array);

describeOnBackends('accelerate', (backend) => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  test.each(Object.keys(builds))('%s: three steps of fit end in the same weights, to float32 rounding', async (name) => {
    const [plain, fast] = [modelOf(builds[name]!()), modelOf(builds[name]!())];
    const { restore, unchanged } = accelerate(fast);
    expect(unchanged).toEqual([]);
    const before = numbers(fast.getWeights());
    for (let step = 0; step < 3; step++) {
      const [x, y] = [data(step), tensor(10 + step, [S, 2])];
      const [a, b] = [await plain.fit(x, y, { batchSize: S, shuffle: false, verbose: 0 }), await fast.fit(x, y, { batchSize: S, shuffle: false, verbose: 0 })];
      expectClose(b.history['loss'] as number[], a.history['loss'] as number[], `loss of step ${step}`, 1e-5);
    }
    const after = numbers(plain.getWeights());
    numbers(fast.getWeights()).forEach((weight, i) => {
      expectClose(weight, after[i]!, `weight ${i}`, 1e-4);
      expect(weight, `weight ${i}`).not.toEqual(before[i]);
    });
    const [x, y] = [data(7), tensor(8, [S, 2])];
    if (name === 'stateful') for (const model of [plain, fast]) model.resetStates();
    expectClose((fast.evaluate(x, y, { batchSize: S }) as tf.Scalar).dataSync(), (plain.evaluate(x, y, { batchSize: S }) as tf.Scalar).dataSync(), 'evaluate', 1e-4);
    expectClose((fast.predict(x, { batchSize: S }) as tf.Tensor).dataSync(), (plain.predict(x, { batchSize: S }) as tf.Tensor).dataSync(), 'predict');
    restore();
    plain.dispose();
    fast.dispose();
  });

  test.each(Object.keys(builds))('%s: no batch leaves anything behind', async (name) => {
    const model = modelOf(builds[name]!());
    const { restore } = accelerate(model);
    const [x, y] = [data(1), tensor(2, [S, 2])];
    const batch = async (): Promise<{ tensors: number; bytes: number }> => {
      await model.trainOnBatch(x, y);
      tf.dispose(model.predict(x, { batchSize: S }));
      const { numTensors, numBytes } = tf.memory();
      return { tensors: numTensors, bytes: numBytes };
    };
    const first = await batch();
    for (let n = 0; n < 3; n++) await batch();
    expect(await batch()).toEqual(first);
    restore();
    model.dispose();
  });

  test('restore gives every layer its own call back, and the results it had', () => {
    const model = modelOf(builds['masked']!());
    const x = data(1);
    const before = (model.predict(x, { batchSize: S }) as tf.Tensor).dataSync();
    const acceleration = accelerate(model);
    const recurrentLayers = model.layers.slice(2, 4);
    expect(acceleration.layers).toEqual(recurrentLayers.map(({ name }) => name));
    expect(recurrentLayers.map(own)).toEqual([true, true]);
    acceleration.restore();
    expect(model.layers.map(own)).toEqual(model.layers.map(() => false));
    expect((model.predict(x, { batchSize: S }) as tf.Tensor).dataSync()).toEqual(before);
    acceleration.restore();
    expect(model.layers.map(own)).toEqual(model.layers.map(() => false));
    model.dispose();
  });

  test('a call that a layer had of its own comes back as it was', () => {
    const model = modelOf(builds['lstm']!());
    const layer = model.layers[1]!;
    const theirs = (): tf.Tensor => tf.zeros([S, T, 5]);
    layer.call = theirs;
    accelerate(model).restore();
    expect(layer.call).toBe(theirs);
    model.dispose();
  });

  test('twice: the second finds nothing left to do, and undoes nothing', () => {
    const model = modelOf(builds['lstm']!());
    const x = data(1);
    const theirs = (model.predict(x, { batchSize: S }) as tf.Tensor).dataSync();
    const [first, second] = [accelerate(model), accelerate(model)];
    expect([first.layers.length, second.layers.length]).toEqual([2, 0]);
    second.restore();
    expect(own(model.layers[1]!)).toBe(true);
    expectClose((model.predict(x, { batchSize: S }) as tf.Tensor).dataSync(), theirs, 'predict');
    first.restore();
    expect(own(model.layers[1]!)).toBe(false);
    const third = accelerate(model);
    expect(third.layers.length).toBe(2);
    third.restore();
    model.dispose();
  });

  test('layers wherever they are: in wrappers and nested models, a shared one once', () => {
    const both = tfl.layers.bidirectional({ layer: lstm(4, 1, { returnSequences: true, name: 'half' }), mergeMode: 'concat' });
    const inner = tfl.sequential({ layers: [recurrent('gru', F, 4, { inputShape: [T, 8], returnSequences: true, name: 'inside' })] });
    const shared = recurrent('simpleRNN', F, 5, { name: 'shared', returnSequences: true });
    const x = tfl.input({ shape: [T, F] });
    const hidden = [both, inner, shared, shared, tfl.layers.repeatVector({ n: 2 })].slice(0, 4).reduce((z: Symbolic, layer) => apply(layer, z), x);
    const steps = apply(tfl.layers.timeDistributed({ layer: lstm(2, 1, { name: 'each' }) }), apply(tfl.layers.reshape({ targetShape: [2, 3, F] }), hidden));
    const model = tfl.model({ inputs: x, outputs: steps });
    const theirs = (model.predict(data(1)) as tf.Tensor).dataSync();
    const { layers, unchanged, restore } = accelerate(model);
    expect([...layers].sort()).toEqual(['backward_half', 'each', 'forward_half', 'inside', 'shared']);
    expect(unchanged).toEqual([]);
    expectClose((model.predict(data(1)) as tf.Tensor).dataSync(), theirs, 'predict');
    restore();
    model.dispose();
  });

  describe('what stays as it is is named, with the reason', () => {
    const list = [...activations.keys()].join(', ');

    test("StackedRNNCells, ConvLSTM2D, a class derived from theirs, an activation of one's own", () => {
      const stack = tfl.layers.rnn({ name: 'stack', cell: tfl.layers.stackedRNNCells({ cells: [tfl.layers.gruCell({ units: 3, ...recurrentWeights(1) })] }) });
      const conv = tfl.layers.convLstm2d({ name: 'conv', filters: 2, kernelSize: 2, ...recurrentWeights(1) });
      const Lstm = lstm(3, 1).constructor as new (args: object) => tfl.layers.Layer;
      class Peephole extends Lstm { static readonly className = 'Peephole'; }
      class Nameless extends Lstm {}
      const Cell = lstm(3, 1).cell.constructor as new (args: object) => ReturnType<typeof tfl.layers.lstmCell>;
      class NamelessCell extends Cell {}
      const Activation = Object.getPrototypeOf((lstm(3, 1).cell as unknown as { activation: object }).activation.constructor) as new () => object;
      class Cubed extends Activation {
        static readonly className = 'cubed';
        apply(x: tf.Tensor): tf.Tensor { return tf.pow(x, 3); }
      }
      const cases: [tfl.layers.Layer, number[], string][] = [
        [stack, [T, F], 'is an RNN of StackedRNNCells, which has no cell here'], [conv, [T, 5, 5, 2], 'is a ConvLSTM2D, which has no cell here'],
        [new Peephole({ name: 'peephole', units: 3, ...recurrentWeights(1) }), [T, F], 'is a Peephole, which has no cell here'],
        [new Nameless({ name: 'nameless', units: 3, ...recurrentWeights(1) }), [T, F], 'is of a class derived from LSTM, which has no cell here'],
        [tfl.layers.rnn({ name: 'nameless_cell', cell: new NamelessCell({ units: 3, ...recurrentWeights(1) }) }), [T, F], 'is of a class derived from LSTMCell, which has no cell here'],
        [lstm(3, 1, { name: 'odd', activation: new Cubed() as unknown as 'tanh' }), [T, F], `has the activation 'cubed', which is not among ours (${list})`],
        [recurrent('gru', 3, 1, { name: 'odd_gates', recurrentActivation: new Cubed() as unknown as 'tanh' }), [T, F], `has the activation 'cubed', which is not among ours (${list})`],
      ];
      for (const [layer, shape, reason] of cases) {
        const x = tfl.input({ shape });
        const model = tfl.model({ inputs: x, outputs: apply(layer, x) });
        const { layers, unchanged, restore } = accelerate(model);
        expect({ layers, unchanged }).toEqual({ layers: [], unchanged: [{ layer: layer.name, reason }] });
        expect(own(layer)).toBe(false);
        restore();
        // On TF.js it runs all the same, and so does a trace.
        expect((model.predict(tensor(1, [S, ...shape])) as tf.Tensor).shape[0]).toBe(S);
        model.dispose();
      }
    });

    test('a trace goes through it on TF.js', async () => {
      const stack = tfl.layers.rnn({ name: 'stack', cell: tfl.layers.stackedRNNCells({ cells: [tfl.layers.gruCell({ units: 3, ...recurrentWeights(1) })] }) });
      const model = modelOf([lstm(5, 1, { returnSequences: true, name: 'lstm' }), stack]);
      const { restore, unchanged } = accelerate(model);
      expect(unchanged.map(({ layer }) => layer)).toEqual(['stack']);
      const run = await trace(model, data(1), tensor(2, [S, 2]));
      restore();
      const again = await trace(model, data(1), tensor(2, [S, 2]));
      expect(run.layer('lstm').gradient()).toEqual(again.layer('lstm').gradient());
      model.dispose();
    });

    test('nothing recurrent', () => {
      const model = tfl.sequential({ layers: [dense(2, 1, { inputShape: [F] })] });
      expect(accelerate(model)).toMatchObject({ layers: [], unchanged: [] });
      model.dispose();
    });
  });

  test('a decoder that starts from the states of an encoder', async () => {
    for (const kind of RECURRENT_KINDS) {
      const build = (): tfl.LayersModel => {
        const [source, target] = [tfl.input({ shape: [T, F] }), tfl.input({ shape: [T, F] })];
        const [, ...initialState] = applyAll(recurrent(kind, 3, 1, { returnState: true }), source);
        const decoded = apply(recurrent(kind, 3, 4), target, { initialState });
        const model = tfl.model({ inputs: [source, target], outputs: apply(dense(2, 7), decoded) });
        model.compile({ loss: 'meanSquaredError', optimizer: tf.train.adam(0.01) });
        return model;
      };
      const [plain, fast] = [build(), build()];
      const { restore } = accelerate(fast);
      const [x, y] = [[data(1), data(2)], tensor(3, [S, 2])];
      for (const model of [plain, fast]) await model.trainOnBatch(x, y);
      const after = numbers(plain.getWeights());
      numbers(fast.getWeights()).forEach((weight, i) => { expectClose(weight, after[i]!, `weight ${i}`, 1e-4); });
      expectClose((fast.predict(x) as tf.Tensor).dataSync(), (plain.predict(x) as tf.Tensor).dataSync(), 'predict');
      restore();
      plain.dispose();
      fast.dispose();
    }
  });

  test('an output and the state that it equals, both read', async () => {
    for (const kind of RECURRENT_KINDS) {
      const x = tfl.input({ shape: [T, F] });
      const outputs = applyAll(recurrent(kind, 3, 1, { returnState: true }), x);
      const read = outputs.map((output) => apply(tfl.layers.activation({ activation: 'tanh' }), output));
      const model = tfl.model({ inputs: x, outputs: apply(dense(2, 7), apply(tfl.layers.concatenate(), read)) });
      const truth = (await trace(model, data(1))).predictions[0]!.data;
      // TF.js's own layers give one tensor twice, of which its executor disposes after the first use.
      if (backend === 'wasm') expect(() => model.predict(data(1))).toThrow(TypeError);
      const { restore } = accelerate(model);
      expectClose((model.predict(data(1)) as tf.Tensor).dataSync(), truth, 'predict');
      restore();
      model.dispose();
    }
  });

  test('stateful: the states go on from batch to batch, and are reset, as in TF.js', () => {
    const [plain, fast] = [modelOf(builds['stateful']!()), modelOf(builds['stateful']!())];
    const { restore } = accelerate(fast);
    const outputs = (model: tfl.LayersModel): Float32Array[] => {
      const run = (seed: number): Float32Array => (model.predict(data(seed), { batchSize: S }) as tf.Tensor).dataSync().slice() as Float32Array;
      const [first, second] = [run(1), run(1)];
      model.resetStates();
      return [first, second, run(1)];
    };
    const [ours, theirs] = [outputs(fast), outputs(plain)];
    ours.forEach((output, i) => { expectClose(output, theirs[i]!, `pass ${i}`); });
    expect(ours[1]).not.toEqual(ours[0]);
    expect(ours[2]).toEqual(ours[0]);
    const states = (model: tfl.LayersModel): Float32Array[] => model.layers.slice(1, 3).flatMap((layer) => numbers((layer as tfl.RNN).states));
    states(fast).forEach((state, i) => { expectClose(state, states(plain)[i]!, `state ${i}`); });
    restore();
    // TF.js goes on from our states.
    expectClose((fast.predict(data(2), { batchSize: S }) as tf.Tensor).dataSync(), (plain.predict(data(2), { batchSize: S }) as tf.Tensor).dataSync(), 'after restore');
    plain.dispose();
    fast.dispose();
  });

  test('what is no model of layers is refused', () => {
    class GraphModel { inputs = []; outputs = []; }
    const refused: [unknown, string][] = [
      [new GraphModel(), 'accelerate: expected a live model of TF.js (a tf.LayersModel), found GraphModel'], [null, 'accelerate: expected a live model of TF.js (a tf.LayersModel), found null'],
      [lstm(3, 1), 'accelerate: expected a live model of TF.js (a tf.LayersModel), found LSTM'], [tfl.sequential(), 'accelerate: the model has no layers'],
    ];
    for (const [model, message] of refused) expect(() => accelerate(model as tfl.LayersModel)).toThrow(message);
  });
});
