import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { median } from 'd3-array';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadArray } from '../../src/files/arrays.js';
import type { NamedArray } from '../../src/core/array.js';
import { analyse, verdict } from '../../src/measure/analyse.js';
import { isMeasured, type Analysis } from '../../src/measure/analysis.js';
import { loadModel } from '../../src/from/keras/load-model.js';
import { trace } from '../../src/trace/trace.js';
import { UsageError } from '../../src/core/errors.js';
import '../backends.js';
import { describeWithModels } from '../models.js';
import { call, input, layer, modelOf } from '../trace/build.js';
import { apply, dense, integers, lstm, recurrent, tensor, type Symbolic } from '../trace/seeded.js';
import { known } from './replays.js';

beforeAll(async () => {
  await tf.setBackend('wasm');
  await tf.ready();
});

const [S, T, F] = [6, 12, 3];

function compiled(layers: tfl.layers.Layer[], last: tfl.layers.Layer[] = [dense(2, 9)]): tfl.LayersModel {
  const model = tfl.sequential({ layers: [tfl.layers.inputLayer({ batchInputShape: [S, T, F] }), ...layers, ...last] });
  model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  return model;
}
const padded = (): Float32Array => {
  const x = tensor(5, [S, T, F]).dataSync().slice() as Float32Array;
  x.fill(0, 0, 2 * F);
  x.fill(0, (2 * T - 3) * F, 2 * T * F);
  return x;
};
const targets = tensor(6, [S, 2]).dataSync() as Float32Array;
const x = { data: tensor(5, [S, T, F]).dataSync() as Float32Array, shape: [S, T, F] };
const y = { data: targets, shape: [S, 2] };

const parts = ({ recurrences }: Analysis): string[] => recurrences.map(({ layer, part }) => (part === '' ? layer : `${layer}/${part}`));

describe('every recurrence of a model is measured', () => {
  const bidirectional = (mergeMode: 'concat' | 'sum' | 'ave' | 'mul', sequences: boolean) => tfl.layers.bidirectional({ name: 'both', layer: recurrent('gru', 4, 1, { returnSequences: sequences }), mergeMode });
  const cases: Record<string, { layers: tfl.layers.Layer[]; data?: Float32Array; parts: string[]; forwards: boolean }> = {
    'two layers': { layers: [lstm(4, 1, { name: 'one', returnSequences: true }), recurrent('simpleRNN', 3, 4, { name: 'two' })], parts: ['one', 'two'], forwards: true },
    'masked': { layers: [tfl.layers.masking(), lstm(4, 1, { name: 'one', returnSequences: true }), recurrent('gru', 3, 4, { name: 'two' })], data: padded(), parts: ['one', 'two'], forwards: true },
    'read from the end': { layers: [lstm(4, 1, { name: 'one', goBackwards: true, returnSequences: true }), recurrent('gru', 3, 4, { name: 'two', goBackwards: true })], parts: ['one', 'two'], forwards: false },
    'stateful': { layers: [lstm(4, 1, { name: 'one', stateful: true })], parts: ['one'], forwards: true },
    ...Object.fromEntries((['concat', 'sum', 'ave'] as const).flatMap((mode) => [false, true].map((sequences) => [`Bidirectional, ${mode}${sequences ? ', sequences' : ''}`, {
      layers: [bidirectional(mode, sequences), ...(sequences ? [lstm(2, 7, { name: 'top' })] : [])], parts: ['both/forward', 'both/backward', ...(sequences ? ['top'] : [])], forwards: false,
    }]))),
  };
  test.each(Object.keys(cases))('%s', async (name) => {
    const of = cases[name]!;
    const model = compiled(of.layers);
    if (name === 'stateful') model.predict(tf.tensor(x.data, [S, T, F]));
    const analysis = await analyse(model, { ...x, data: of.data ?? x.data }, y);
    expect(parts(analysis)).toEqual(of.parts);
    for (const one of analysis.recurrences) {
      const where = `${one.layer} ${one.part}`;
      const [carried] = known(one.carried);
      expect(carried!.norm[0], where).toBeCloseTo(1, 6);
      expect(known(one.gates).map(({ gate }) => gate)).toEqual({ LSTM: ['input', 'forget', 'cell', 'output'], GRU: ['update', 'reset', 'new'], SimpleRNN: ['state'] }[one.kind]);
      expect(known(one.jacobians).samples, where).toBeGreaterThan(0);
      expect(known(one.lyapunov).exponents).toHaveLength(one.kind === 'LSTM' ? 2 * one.units : one.units);
      const learning = known(one.learning);
      for (const [weight, shares] of Object.entries(learning.shares)) expect(shares.reduce((sum, share) => sum + share, 0), `${where} ${weight}`).toBeCloseTo(1, 5);
    }
    expect(isMeasured(analysis.forward)).toBe(of.forwards);
    expect(analysis.verdict.kind).not.toBe('dead');
  });

  test('a carried gradient is the total gradient where the loss comes in at the end alone', async () => {
    const model = compiled([lstm(4, 1, { name: 'one' })]);
    const analysis = await analyse(model, x, y);
    const [{ carried, hidden, cell }] = analysis.recurrences as [Analysis['recurrences'][number]];
    const [byHidden, byCell] = known(carried);
    for (const [curve, total] of [[byHidden!, known(hidden)], [byCell!, known(cell!)]] as const) {
      const { data } = total.bySample;
      for (const lag of [0, 3, 11]) {
        const ratios = Array.from({ length: S }, (_, sample) => data[sample * T + T - 1 - lag]! / data[sample * T + T - 1]!);
        expect(curve.norm[lag]! / median(ratios)!).toBeCloseTo(1, 4);
      }
    }
    const steps = (await trace(model, x, y, { quantities: ['weight-steps'] })).layer('one').gradient('weight-steps')['kernel']!.data;
    known(analysis.recurrences[0]!.learning).norms['kernel']!.forEach((norm, t) => { expect(norm / steps[t]!).toBeCloseTo(1, 4); });
  });

  test('stacked cells, the lower of which learns from the upper one', async () => {
    const cells = [layer('GRUCell', 'gru', { units: 4, reset_after: false }), layer('LSTMCell', 'lstm', { units: 3 })];
    const stack = layer('RNN', 'stack', {}, { cell: layer('StackedRNNCells', 'cells', {}, { cells }) });
    const from = input('x', [T, F]);
    const model = modelOf([from], [call(layer('Dense', 'last', { units: 2 }), call(stack, from))]);
    const analysis = await analyse(model, x, y, { loss: 'mse' });
    expect(parts(analysis)).toEqual(['stack/0', 'stack/1']);
    const [lower, upper] = analysis.recurrences;
    expect(isMeasured(lower!.carried) && isMeasured(upper!.carried) && isMeasured(upper!.learning)).toBe(true);
    expect(lower!.learning).toEqual({ why: 'it hands what it returns to the cell above, and that was not recorded' });
  });

  test('initial states that are inputs, and tokens under an embedding', async () => {
    const [tokens, h, c] = [tfl.input({ shape: [T] }), tfl.input({ shape: [4] }), tfl.input({ shape: [4] })];
    const embedded = apply(tfl.layers.embedding({ inputDim: 7, outputDim: 3, embeddingsInitializer: tfl.initializers.randomNormal({ seed: 1 }) }), tokens);
    const model = tfl.model({ inputs: [tokens, h, c], outputs: apply(dense(2, 9), lstm(4, 1, { name: 'one' }).apply(embedded, { initialState: [h, c] } as object) as Symbolic) });
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    const analysis = await analyse(model, [integers(3, [S, T], 0, 6), tensor(7, [S, 4]), tensor(8, [S, 4])], y);
    expect(isMeasured(analysis.recurrences[0]!.carried)).toBe(true);
    expect(known(analysis.forward).change.at(-1)).toBeCloseTo(1, 6);
  });

  const within = {
    'of Keras': () => {
      const from = input('x', [5, T, F]);
      const each = layer('TimeDistributed', 'each', {}, { layer: layer('LSTM', 'inner', { units: 4 }) });
      return modelOf([from], [call(layer('Dense', 'last', { units: 2 }), call(layer('GRU', 'top', { units: 3 }), call(each, from)))]);
    },
    'of TF.js': () => {
      const from = tfl.input({ shape: [5, T, F] });
      return tfl.model({ inputs: from, outputs: apply(dense(2, 9), apply(recurrent('gru', 3, 4, { name: 'top' }), apply(tfl.layers.timeDistributed({ name: 'each', layer: lstm(4, 1) }), from))) });
    },
  };
  test.each(Object.entries(within))('of a layer within TimeDistributed, %s, it says why not', async (_, make) => {
    const found = await analyse(make(), tensor(5, [S, 5, T, F]), y, { loss: 'mse' });
    expect(found.verdict.kind).toBe("can't tell");
    expect(found.recurrences.map(({ layer: name }) => name)).toEqual(['each', 'top']);
    expect(found.recurrences[0]!.carried).toEqual({ why: 'it is called once for each timestep of another sequence, as in a TimeDistributed layer' });
  });
});

describe('the options', () => {
  test('are refused by name where there are none such', async () => {
    await expect(analyse(compiled([lstm(2, 1)]), x, y, { shares: 0.1 } as object)).rejects.toThrow(new UsageError("analyse: unknown option 'shares'; did you mean 'share'?"));
    await expect(analyse(compiled([lstm(2, 1)]), x, y, { bias: 2 })).rejects.toThrow(new UsageError("analyse: option 'bias' must be a number between 0 and 1, found 2"));
    await expect(analyse(compiled([lstm(2, 1)], [dense(2, 9, { name: 'answer' })]), x, y, { layers: 'answer' }))
      .rejects.toThrow("analyse: layer 'answer' is a Dense, which is not recurrent: expected an LSTM, GRU or SimpleRNN, or a Bidirectional of one");
  });

  test('choose layers, move the horizon, and leave dynamics out', async () => {
    const model = compiled([lstm(4, 1, { name: 'one', returnSequences: true }), recurrent('gru', 3, 4, { name: 'two' })]);
    const [near, far] = await Promise.all([0.5, 0.001].map((share) => analyse(model, x, y, { layers: 'two', share, dynamics: false })));
    expect(parts(near!)).toEqual(['two']);
    expect(near!.recurrences[0]!.jacobians).toEqual({ why: 'it was not asked for' });
    expect(known(near!.recurrences[0]!.carried)[0]!.horizon.steps).toBeLessThan(known(far!.recurrences[0]!.carried)[0]!.horizon.steps);
  });
});

test('neither the model nor the memory is any different afterwards', async () => {
  const model = compiled([lstm(4, 1, { name: 'one', stateful: true })]);
  model.predict(tf.tensor(x.data, [S, T, F]));
  const [before, tensors] = [(model.predict(tf.tensor(x.data, [S, T, F])) as tf.Tensor).dataSync(), tf.memory().numTensors];
  model.resetStates();
  model.predict(tf.tensor(x.data, [S, T, F]));
  await verdict(model, x, y);
  expect((model.predict(tf.tensor(x.data, [S, T, F])) as tf.Tensor).dataSync()).toEqual(before);
  // Inputs and predictions of the three calls here.
  expect(tf.memory().numTensors - tensors).toBeLessThanOrEqual(8);
});

describeWithModels('the published turbofan model', (models) => {
  const of = async (name: string): Promise<NamedArray> => {
    const { data, shape, axes } = await loadArray(join(models, 'turbofan', name));
    return { data: data.slice(0, (16 * data.length) / shape[0]!), shape: [16, ...shape.slice(1)], axes };
  };
  test('its first layer\'s gradient reads as vanished by its outputs, and is not by its hidden state', async () => {
    const model = await loadModel(join(models, 'turbofan', 'regression_model.h5'), { warn: () => undefined });
    const { recurrences: [first, second], verdict: found, forward } = await analyse(model, await of('x.npy'), await of('y_remaining_cycles.npy'), { dynamics: false });
    const at = (norm: Float64Array): string[] => [0, 10, 25, 40, 49].map((t) => norm[t]!.toPrecision(4));
    expect(at(known(first!.outputs).norm)).toEqual(['15.79', '8.492', '0.4668', '3.770', '286.3']);
    expect(at(known(first!.hidden).norm)).toEqual(['110.7', '114.5', '72.54', '133.8', '286.3']);
    // By hand, to the digits that were published.
    expect(known(first!.outputs).norm[0]).toBeCloseTo(15.785, 3);
    expect(known(first!.hidden).norm[0]).toBeCloseTo(110.75, 2);
    expect(known(first!.outputs).entries).toEqual({ steps: 50, of: 50 });
    expect(second!.outputs).toEqual({ why: 'the layer returns its last step alone' });
    expect(known(first!.carried)[1]!.horizon).toEqual({ steps: 49, open: true });
    expect(known(forward).usesInputs).toBe(true);
    expect(found.kind).toBe('long-term');
    expect(found.sentence).toMatch(/^LSTM 'lstm_1' learns long-term: of 49 steps back, 10% of the gradient gets back all 49 steps, and inputs 4\d steps back still change the output\.$/);
  });
});
