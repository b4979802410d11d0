import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Run } from '../../../src/trace/run.js';
import { trace, type TraceOptions } from '../../../src/trace/trace.js';
import { describeOnBackends } from '../../backends.js';
import { expectClose } from '../../trace/close.js';
import { kinds, modelOf, noKinds } from './kinds.js';
import { apply, dense, integers, lstm, recurrent, RECURRENT_KINDS, recurrentWeights, tensor } from '../../trace/seeded.js';

/** A trace leaves nothing behind in TF.js's memory, and changes nothing: for every kind of layer, and also when it throws. */

const S = 3;
const T = 6;
const F = 4;

const memory = (): { tensors: number; bytes: number; buffers: number } => {
  const { numTensors, numBytes, numDataBuffers } = tf.memory();
  return { tensors: numTensors, bytes: numBytes, buffers: numDataBuffers };
};

/** Every weight, statistic and recurrent state of a model. */
function contents(model: tfl.LayersModel): Float32Array[] {
  const states = model.layers.flatMap((layer) => {
    const { stateful, forwardLayer, backwardLayer } = layer as unknown as { stateful: boolean; forwardLayer?: tfl.RNN; backwardLayer?: tfl.RNN };
    if (!stateful) return [];
    return (forwardLayer ? [forwardLayer, backwardLayer!] : [layer as tfl.RNN]).flatMap((one) => one.states);
  });
  return [...model.getWeights(), ...states].map((value) => value.dataSync().slice() as Float32Array);
}

/** A trace that must neither leave anything behind nor change the model, whether it comes to its end or not. */
async function traceUntouched(model: tfl.LayersModel, x: tf.Tensor, y: tf.Tensor | null, given: TraceOptions): Promise<Run> {
  const before = { memory: memory(), contents: contents(model) };
  try {
    return await trace(model, x, y, given);
  } finally {
    expect({ memory: memory(), contents: contents(model) }).toEqual(before);
    expect([x.isDisposed, y?.isDisposed ?? false]).toEqual([false, false]);
  }
}

/** With targets and without, in training and not. */
const ways = [[true, false], [true, true], [false, false], [false, true]] as const;
const options = (training: boolean): TraceOptions => ({ training, loss: 'meanSquaredError' });

describeOnBackends('untouched', (backend) => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  test('every kind of layer that TF.js has is among those tested, or is none', () => {
    expect(Object.keys(tfl.layers).sort()).toEqual([...Object.keys(kinds).filter((name) => name !== 'stackedRNNCells'), 'stackedRNNCells', ...Object.keys(noKinds)].sort());
  });

  test.each(Object.keys(kinds))('%s: nothing is left behind, nothing changes, also where TF.js has no gradient', async (name) => {
    const kind = kinds[name]!;
    const model = modelOf(kind);
    const x = kind.whole ? integers(1, [S, ...kind.shape], 0, 3) : tensor(1, [S, ...kind.shape]);
    const y = tensor(2, [S, 2]);
    const prediction = (): Float32Array => tf.tidy(() => (model.predict(x) as tf.Tensor).dataSync().slice() as Float32Array);
    // TF.js's own cells keep a dropout mask after the first pass.
    prediction();
    const before = prediction();
    for (const [withTargets, training] of ways) {
      const run = traceUntouched(model, x, withTargets ? y : null, options(training));
      if (withTargets && kind.noGradient !== undefined) {
        await expect(run).rejects.toThrow(`the backward pass below the output of layer 'layer': ${kind.noGradient}`);
      } else {
        expect((await run).layers).toContain('layer');
        if (!training && kind.wrong?.[backend] !== 'values') expectClose((await run).predictions[0]!.data, before, "TF.js's prediction");
      }
    }
    expect(prediction()).toEqual(before);
    model.dispose();
  });

  test("batch normalisation in training: the batch's statistics, while the moving ones stay", async () => {
    const x = tfl.input({ shape: [T, F] });
    const norm = tfl.layers.batchNormalization({ name: 'norm', momentum: 0.5 });
    const model = tfl.model({ inputs: x, outputs: apply(dense(2, 3), apply(lstm(3, 1), apply(norm, x))) });
    const data = tf.add(tf.mul(tensor(1, [S, T, F]), 3), 5);
    const run = await traceUntouched(model, data, tensor(2, [S, 2]), options(true));
    const { mean, variance } = tf.moments(tf.tensor(run.layer('norm').value().data, [S * T, F]), 0);
    expect(Math.max(...mean.dataSync().map(Math.abs))).toBeLessThan(1e-5);
    expectClose(variance.dataSync(), [1, 1, 1, 1], 'variance', 1e-3);
    const still = await trace(model, data, null, options(false));
    // Moving mean 0 and variance 1: the input, but for epsilon.
    expectClose(still.layer('norm').value().data, tf.div(data, Math.sqrt(1.001)).dataSync(), 'not in training');
    // TF.js does move them.
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    await model.trainOnBatch(data, tensor(2, [S, 2]));
    expect(Math.max(...norm.getWeights()[2]!.dataSync())).toBeGreaterThan(1);
    await traceUntouched(model, data, tensor(2, [S, 2]), options(true));
    model.dispose();
  });

  describe('stateful layers', () => {
    const builds: [string, () => tfl.layers.Layer][] = [
      ...RECURRENT_KINDS.map((kind): [string, () => tfl.layers.Layer] => [kind, () => recurrent(kind, 3, 1, { stateful: true })]),
      ['bidirectional', () => tfl.layers.bidirectional({ layer: lstm(3, 1, { stateful: true }), mergeMode: 'concat' })],
      ['stackedRNNCells', () => tfl.layers.rnn({ cell: tfl.layers.stackedRNNCells({ cells: [tfl.layers.lstmCell({ units: 3, ...recurrentWeights(1) }), tfl.layers.gruCell({ units: 2, ...recurrentWeights(4) })] }), stateful: true })],
    ];

    test.each(builds)('%s: the state is where a trace starts, and stays where it was', async (_, make) => {
      const x = tfl.input({ batchShape: [S, T, F] });
      const layer = make();
      const model = tfl.model({ inputs: x, outputs: apply(dense(2, 3), apply(layer, x)) });
      const [first, second, y] = [tensor(1, [S, T, F]), tensor(2, [S, T, F]), tensor(3, [S, 2])];
      const fresh = (await traceUntouched(model, second, null, {})).predictions[0]!.data;
      tf.dispose(model.predict(first));
      const states = contents(model).slice(model.weights.length);
      expect(states.some((state) => state.some((value) => value !== 0))).toBe(true);
      const runs = [];
      for (const [withTargets, training] of ways) runs.push(await traceUntouched(model, second, withTargets ? y : null, options(training)));
      await expect(traceUntouched(model, second, y, { loss: () => { throw new Error('no'); } })).rejects.toThrow('no');
      const prediction = (model.predict(second) as tf.Tensor).dataSync();
      for (const run of runs) expectClose(run.predictions[0]!.data, prediction, 'prediction');
      expect(prediction).not.toEqual(fresh);
      // The next pass goes on from there, as if no trace had been.
      expect(contents(model).slice(model.weights.length)).not.toEqual(states);
      model.resetStates();
      expectClose((model.predict(second) as tf.Tensor).dataSync(), fresh, 'after a reset');
      model.dispose();
    });

    test('states that training kept for itself are kept', async () => {
      const cell = tfl.layers.stackedRNNCells({ cells: [tfl.layers.gruCell({ units: 2, ...recurrentWeights(4) })] });
      const layer = tfl.layers.rnn({ cell, stateful: true, batchInputShape: [S, T, F] });
      const model = tfl.sequential({ layers: [layer, dense(2, 3)] });
      model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
      await model.trainOnBatch(tensor(1, [S, T, F]), tensor(2, [S, 2]));
      const kept = (layer as unknown as { keptStates: tf.Tensor[][] }).keptStates;
      const numbers = (): Float32Array[] => kept.flat().map((state) => state.dataSync().slice() as Float32Array);
      const before = numbers();
      expect(before.length).toBe(1);
      await traceUntouched(model, tensor(3, [S, T, F]), tensor(2, [S, 2]), options(true));
      expect(numbers()).toEqual(before);
      model.dispose();
    });
  });

  test('dropout masks that a cell holds are not used, disposed of, or replaced', async () => {
    // TF.js's RNN layer makes a cell's mask once and never again: in a trace without training it would end dropout for good.
    const cell = tfl.layers.stackedRNNCells({ cells: [tfl.layers.gruCell({ units: 2, ...recurrentWeights(4), dropout: 0.5 })] });
    const model = tfl.sequential({ layers: [tfl.layers.rnn({ cell, inputShape: [T, F] }), dense(2, 3)] });
    const held = (cell as unknown as { cells: { dropoutMask: tf.Tensor[] | null }[] }).cells[0]!;
    await traceUntouched(model, tensor(1, [S, T, F]), tensor(2, [S, 2]), options(true));
    expect(held.dropoutMask).toBeNull();
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    await model.trainOnBatch(tensor(1, [S, T, F]), tensor(2, [S, 2]));
    const mask = held.dropoutMask!;
    await traceUntouched(model, tensor(1, [S, T, F]), tensor(2, [S, 2]), options(false));
    expect(held.dropoutMask).toBe(mask);
    expect(mask.some((one) => one.isDisposed)).toBe(false);
    model.dispose();
  });

  describe('when it throws', () => {
    class Faulty extends tfl.layers.Layer {
      static readonly className = 'Faulty';
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        tf.square((inputs as tf.Tensor[])[0]!);
        throw new RangeError('the layer\nis broken');
      }
    }
    class Stubborn extends tfl.layers.Layer {
      static readonly className = 'Stubborn';
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return tf.customGrad((value) => ({ value: tf.clone(value as tf.Tensor), gradFunc: () => { throw new RangeError('no way back'); } }))((inputs as tf.Tensor[])[0]!);
      }
    }
    const build = (...extra: tfl.layers.Layer[]): tfl.LayersModel => {
      const x = tfl.input({ shape: [T, F] });
      const layers = [tfl.layers.batchNormalization({ name: 'norm' }), lstm(3, 1, { name: 'lstm', returnSequences: true }), ...extra, recurrent('gru', 3, 4), dense(2, 3)];
      return tfl.model({ inputs: x, outputs: layers.reduce((z, layer) => apply(layer, z), x) });
    };
    const x = (): tf.Tensor => tensor(1, [S, T, F]);
    const y = (): tf.Tensor => tensor(2, [S, 2]);

    test('in a layer', async () => {
      const model = build(new Faulty({ name: 'faulty' }));
      for (const [withTargets, training] of ways) {
        const error: unknown = await traceUntouched(model, x(), withTargets ? y() : null, options(training)).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ name: 'SeeRnnError', message: "layer 'faulty': the layer is broken", cause: { name: 'RangeError' } });
      }
      model.dispose();
    });

    test("in a layer's gradient", async () => {
      const model = build(new Stubborn({ name: 'stubborn' }));
      const error: unknown = await traceUntouched(model, x(), y(), options(true)).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'SeeRnnError', message: "the backward pass below the output of layer 'stubborn': no way back", cause: { name: 'RangeError' } });
      model.dispose();
    });

    test("in the caller's own loss, or its gradient", async () => {
      const model = build();
      const thrown = new RangeError('the loss is broken');
      const broken = (): tf.Tensor => { tf.square(tf.scalar(2)); throw thrown; };
      await expect(traceUntouched(model, x(), y(), { loss: broken, training: true })).rejects.toBe(thrown);
      const oneWay = tf.customGrad((value) => ({ value: tf.mean(value as tf.Tensor), gradFunc: () => { throw thrown; } }));
      await expect(traceUntouched(model, x(), y(), { loss: (_: tf.Tensor, p: tf.Tensor) => oneWay(p) })).rejects.toThrow('the backward pass: the loss is broken');
      model.dispose();
    });

    test('for wrong shapes, names and losses', async () => {
      const model = build();
      const wrong: [tf.Tensor, tf.Tensor, TraceOptions][] = [
        [tensor(1, [S, T]), y(), {}], [x(), tensor(2, [S, 3]), {}], [x(), tensor(2, [S + 1, 2]), {}], [x(), y(), { layers: 'none' }],
        [x(), y(), { loss: 'none' }], [x(), y(), { sampleWeight: [1, 2] }], [x(), y(), { lossWeights: [1, 2] }],
      ];
      for (const [badX, badY, bad] of wrong) {
        await expect(traceUntouched(model, badX, badY, { loss: 'meanSquaredError', training: true, ...bad })).rejects.toMatchObject({ name: 'SeeRnnError' });
      }
      model.dispose();
    });

    test('and is right the next time', async () => {
      const model = build();
      const once = await trace(model, x(), y(), options(false));
      await expect(trace(model, x(), y(), { loss: () => { throw new Error('no'); } })).rejects.toThrow('no');
      const again = await trace(model, x(), y(), options(false));
      expect(again.loss).toBe(once.loss);
      expect(again.layer('lstm').gradient()).toEqual(once.layer('lstm').gradient());
      model.dispose();
    });
  });

  test('a model trains the same with traces in between as without', async () => {
    const make = (): tfl.LayersModel => {
      const x = tfl.input({ batchShape: [S, T, F] });
      const layers = [tfl.layers.batchNormalization(), lstm(3, 1, { stateful: true, returnSequences: true }), recurrent('simpleRNN', 3, 4), dense(2, 3)];
      const model = tfl.model({ inputs: x, outputs: layers.reduce((z, layer) => apply(layer, z), x) });
      model.compile({ loss: 'meanSquaredError', optimizer: 'adam' });
      return model;
    };
    const [traced, plain] = [make(), make()];
    for (let batch = 0; batch < 3; batch++) {
      const [x, y] = [tensor(batch, [S, T, F]), tensor(10 + batch, [S, 2])];
      await trace(traced, x, y, { training: true });
      const [a, b] = [await traced.trainOnBatch(x, y), await plain.trainOnBatch(x, y)];
      expect(a).toEqual(b);
      await trace(traced, x, y);
    }
    expect(contents(traced)).toEqual(contents(plain));
    traced.dispose();
    plain.dispose();
  });

  test('names that TF.js gives to later layers are those they would have got', async () => {
    const number = (): number => Number(/\d+$/.exec(tfl.layers.activation({ activation: 'relu' }).name)![0]);
    const model = tfl.sequential({ layers: [dense(2, 3, { inputShape: [F] })] });
    const before = number();
    await trace(model, tensor(1, [S, F]), tensor(2, [S, 2]), { loss: backend === 'cpu' ? 'poisson' : 'hinge' });
    expect(number()).toBe(before + 1);
    model.dispose();
  });
});
