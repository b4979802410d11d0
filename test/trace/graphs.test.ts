import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { expectClose } from './close.js';
import { meanSquaredError, Probes } from './probes.js';
import { apply, applyAll, dense, lstm, recurrent, RECURRENT_KINDS, tensor, type Symbolic } from './seeded.js';

/** Every shape of graph, held to TF.js's own executor and its own automatic differentiation by probes. */

const S = 3;
const T = 5;
const F = 4;
const sequence = (name?: string): Symbolic => tfl.input({ shape: [T, F], ...(name === undefined ? {} : { name }) });
const data = (seed: number): tf.Tensor => tensor(seed, [S, T, F]);

describeOnBackends('graphs', () => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  describe('one line of layers', () => {
    const layers = (): tfl.layers.Layer[] => [
      lstm(5, 1, { inputShape: [T, F], returnSequences: true, name: 'first' }), lstm(3, 4, { name: 'second' }), dense(2, 7, { name: 'head' }),
    ];
    const y = (): tf.Tensor => tensor(2, [S, 2]);

    test('Sequential', async () => {
      const model = tfl.sequential({ layers: layers() });
      model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
      const run = await trace(model, data(1), y());
      expect(run.layers).toEqual(['first', 'second', 'head']);
      expect(run.layer('first').gradient()).toMatchObject({ shape: [S, T, 5], axes: ['samples', 'timesteps', 'units'] });
      expect(run.layer('second').gradient()).toMatchObject({ shape: [S, 3], axes: ['samples', 'units'] });
      // The same layers, taken out: TF.js's own derivative from the first layer's output on.
      const [first, second, head] = model.layers;
      const hidden = first!.apply(data(1)) as tf.Tensor;
      const gradient = tf.grad((h) => tf.losses.meanSquaredError(y(), head!.apply(second!.apply(h) as tf.Tensor) as tf.Tensor))(hidden);
      expectClose(run.layer('first').value().data, hidden.dataSync(), 'outputs');
      expectClose(run.layer('first').gradient().data, gradient.dataSync(), 'gradient');
      expectClose(run.predictions[0]!.data, (model.predict(data(1)) as tf.Tensor).dataSync(), 'predictions');
      model.dispose();
    });

    test('the same, functional', async () => {
      const probes = new Probes(S);
      const [first, second, head] = layers();
      const x = sequence();
      const hidden = probes.behind(apply(first!, x), 'first');
      const last = probes.behind(apply(second!, hidden), 'second');
      const run = await probes.check(tfl.model({ inputs: x, outputs: probes.behind(apply(head!, last), 'head') }), data(1), y(), meanSquaredError(y()));
      expect(run.layer('first').className).toBe('LSTM');
      expect(run.layer('first').outputCount).toBe(1);
    });

    test('a Sequential model that was never built or compiled stays so', async () => {
      const model = tfl.sequential({ layers: layers() });
      expect(model.built).toBe(false);
      const run = await trace(model, { first_input: data(1) }, { head: y() }, { loss: 'meanSquaredError' });
      expect(model.built).toBe(false);
      expectClose(run.predictions[0]!.data, (model.predict(data(1)) as tf.Tensor).dataSync(), 'predictions');
      model.dispose();
    });

    test('one sample; a number of timesteps that the model leaves open', async () => {
      for (const kind of RECURRENT_KINDS) {
        for (const [samples, timesteps] of [[1, 7], [2, 3]] as const) {
          const probes = new Probes(samples, timesteps);
          const x = tfl.input({ shape: [null, F] });
          const below = probes.behind(apply(dense(F, 3, { name: 'below' }), x), 'below');
          const hidden = probes.behind(apply(recurrent(kind, 3, 4, { name: 'rnn', returnSequences: true }), below), 'rnn');
          const output = apply(dense(2, 7), apply(recurrent(kind, 3, 7), hidden));
          const target = tensor(2, [samples, 2]);
          await probes.check(tfl.model({ inputs: x, outputs: output }), tensor(1, [samples, timesteps, F]), target, meanSquaredError(target));
        }
      }
    });

    test('one timestep, which TF.js itself has no gradient for: the first of two, where the second is masked', async () => {
      for (const kind of RECURRENT_KINDS) {
        const x = tfl.input({ shape: [null, F] });
        const masked = apply(tfl.layers.masking(), x);
        const hidden = apply(recurrent(kind, 3, 4, { name: 'rnn' }), apply(dense(F, 3, { name: 'below', useBias: false }), masked));
        const model = tfl.model({ inputs: x, outputs: apply(dense(2, 7), hidden) });
        model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
        const [first, y] = [tensor(1, [S, 1, F]), tensor(2, [S, 2])];
        const one = await trace(model, first, y);
        const two = await trace(model, tf.concat([first, tf.zerosLike(first)], 1), y);
        expect(one.layer('below').gradient().shape).toEqual([S, 1, F]);
        expect(one.loss).toBe(two.loss);
        const gradient = tf.tensor(two.layer('below').gradient().data, [S, 2, F]);
        expectClose(one.layer('below').gradient().data, tf.slice(gradient, [0, 0, 0], [S, 1, F]).dataSync(), 'gradient', 1e-6);
        expect(one.layer('below').gradient().data.some((value) => value !== 0)).toBe(true);
        model.dispose();
      }
    });
  });

  describe('several inputs and outputs', () => {
    const build = (probes: Probes): tfl.LayersModel => {
      const [a, b] = [sequence('a'), tfl.input({ shape: [2], name: 'b' })];
      const hidden = probes.behind(apply(lstm(5, 1, { name: 'lstm' }), a), 'lstm');
      const side = probes.behind(apply(dense(3, 2, { name: 'side' }), b), 'side');
      const both = apply(tfl.layers.concatenate({ name: 'both' }), [hidden, side]);
      return tfl.model({ inputs: [a, b], outputs: [apply(dense(2, 3, { name: 'p' }), both), apply(dense(4, 4, { name: 'q' }), hidden)] });
    };
    const x = (): [tf.Tensor, tf.Tensor] => [data(1), tensor(2, [S, 2])];
    const y = (): [tf.Tensor, tf.Tensor] => [tensor(3, [S, 2]), tensor(4, [S, 4])];

    test('as lists', async () => {
      const probes = new Probes(S);
      await probes.check(build(probes), x(), y(), meanSquaredError(...y()));
    });

    test('by name, in any order', async () => {
      const probes = new Probes(S);
      const [a, b] = x();
      const [p, q] = y();
      await probes.check(build(probes), [a, b], { q, p }, meanSquaredError(p, q), { given: { b, a } });
    });

    test('the gradient by a layer read by two heads is the sum of the gradients through each', async () => {
      const model = build(new Probes(S));
      const through = async (lossWeights: number[]): Promise<ArrayLike<number>> =>
        (await trace(model, x(), y(), { loss: 'meanSquaredError', lossWeights })).layer('lstm').gradient().data;
      const [p, q, both] = [await through([1, 0]), await through([0, 1]), await through([1, 1])];
      expectClose(both, Array.from(p, (value, n) => value + q[n]!), 'sum', 1e-6);
      model.dispose();
    });

    test('an output that other layers read', async () => {
      const probes = new Probes(S);
      const input = sequence();
      const hidden = probes.behind(apply(lstm(5, 1, { name: 'lstm' }), input), 'lstm');
      const targets = [tensor(2, [S, 5]), tensor(3, [S, 5])];
      await probes.check(tfl.model({ inputs: input, outputs: [hidden, apply(dense(5, 2), hidden)] }), data(1), targets, meanSquaredError(...targets));
    });

    test('an output that is given twice', async () => {
      const input = sequence();
      const top = apply(dense(5, 2), apply(lstm(5, 1, { name: 'lstm' }), input));
      const warned = vi.spyOn(console, 'warn').mockReturnValue();
      const model = tfl.model({ inputs: input, outputs: [top, top] });
      expect(warned).toHaveBeenCalledOnce(); // TF.js doesn't think well of it
      warned.mockRestore();
      const [a, b] = [tensor(2, [S, 5]), tensor(3, [S, 5])];
      const run = await trace(model, data(1), [a, b], { loss: 'meanSquaredError' });
      const once = await trace(tfl.model({ inputs: input, outputs: top }), data(1), a, {
        loss: (target: tf.Tensor, prediction: tf.Tensor) => tf.add(tf.losses.meanSquaredError(target, prediction), tf.losses.meanSquaredError(b, prediction)),
      });
      expectClose([run.loss!], [once.loss!], 'loss', 1e-6);
      expectClose(run.layer('lstm').gradient().data, once.layer('lstm').gradient().data, 'gradient', 1e-6);
      model.dispose();
    });

    test('an output that is an input', async () => {
      const [a, b] = [sequence('a'), tfl.input({ shape: [2], name: 'b' })];
      const model = tfl.model({ inputs: [a, b], outputs: [apply(lstm(2, 1, { name: 'lstm' }), a), b] });
      const run = await trace(model, x(), [tensor(3, [S, 2]), tensor(4, [S, 2])], { loss: 'meanSquaredError', layers: ['lstm', 'b'] });
      expect(run.predictions[1]!.data).toEqual(tensor(2, [S, 2]).dataSync());
      expectClose(run.layer('b').gradient().data, tf.div(tf.sub(tensor(2, [S, 2]), tensor(4, [S, 2])), S).dataSync(), 'gradient by the input');
      model.dispose();
    });
  });

  describe('inputs', () => {
    test('are recorded where they are asked for: by index or name', async () => {
      const model = tfl.model((() => {
        const x = sequence('seen');
        return { inputs: x, outputs: apply(dense(2, 2), apply(recurrent('gru', 3, 1, { name: 'gru' }), x)) };
      })());
      const y = tensor(2, [S, 2]);
      const run = await trace(model, data(1), y, { loss: 'meanSquaredError', layers: [0, 'gru'] });
      expect(run.layers).toEqual(['seen', 'gru']);
      expect(run.layer('seen')).toMatchObject({ className: 'InputLayer' });
      expect(run.layer(0).value()).toMatchObject({ shape: [S, T, F], axes: ['samples', 'timesteps', 'features'] });
      const truth = tf.grad((x) => tf.losses.meanSquaredError(y, model.apply(x, { training: true }) as tf.Tensor))(data(1));
      expectClose(run.layer('seen').gradient().data, truth.dataSync(), 'gradient by the input');
      expect((await trace(model, data(1), y, { loss: 'meanSquaredError' })).layers).not.toContain('seen');
      model.dispose();
    });
  });

  describe('shared layers', () => {
    test('a layer used twice has a record for each use', async () => {
      const probes = new Probes(S);
      const [a, b] = [sequence('a'), sequence('b')];
      const below = apply(dense(F, 9, { name: 'below' }), a);
      const seen = probes.behind(below, 'below');
      const shared = lstm(5, 1, { name: 'shared' });
      const [first, second] = [probes.behind(apply(shared, seen), 'shared:0'), probes.behind(apply(shared, b), 'shared:1')];
      const output = apply(dense(2, 3), apply(tfl.layers.multiply(), [first, second]));
      const y = tensor(3, [S, 2]);
      const run = await probes.check(tfl.model({ inputs: [a, b], outputs: output }), [data(1), data(2)], y, meanSquaredError(y));
      expect(run.layers.filter((name) => name.startsWith('shared'))).toEqual(['shared:0', 'shared:1']);
    });

    test('a layer used on its own output', async () => {
      const probes = new Probes(S);
      const x = sequence();
      const shared = lstm(F, 1, { name: 'shared', returnSequences: true });
      const once = probes.behind(apply(shared, x), 'shared:0');
      const twice = probes.behind(apply(shared, once), 'shared:1');
      const y = tensor(3, [S, T, F]);
      await probes.check(tfl.model({ inputs: x, outputs: twice }), data(1), y, meanSquaredError(y));
    });
  });

  describe('nested models', () => {
    const y = (): tf.Tensor => tensor(3, [S, 2]);

    test('Sequential in functional, used twice', async () => {
      const encoder = tfl.sequential({ name: 'encoder', layers: [lstm(5, 1, { inputShape: [T, F], name: 'lstm', returnSequences: true }), recurrent('gru', 3, 4, { name: 'gru' })] });
      const probes = new Probes(S);
      const [a, b] = [sequence('a'), sequence('b')];
      const [first, second] = [probes.behind(apply(encoder, a), 'encoder:0'), probes.behind(apply(encoder, b), 'encoder:1')];
      const output = apply(dense(2, 3, { name: 'head' }), apply(tfl.layers.multiply({ name: 'product' }), [first, second]));
      const model = tfl.model({ inputs: [a, b], outputs: output });
      const run = await probes.check(model, [data(1), data(2)], y(), meanSquaredError(y()));
      expect(run.layers).toEqual([
        'encoder:0/lstm', 'encoder:0/gru', 'encoder:0', 'probe_encoder_0_0', 'encoder:1/lstm', 'encoder:1/gru', 'encoder:1', 'probe_encoder_1_0', 'product', 'head',
      ]);
      // The model's output is its last layer's.
      expect(run.layer('encoder:1/gru').gradient().data).toEqual(run.layer('encoder:1').gradient().data);
      expect(run.layer('encoder:0/lstm').gradient().data).not.toEqual(run.layer('encoder:1/lstm').gradient().data);
    });

    test('inside: the gradient within a model that is used twice', async () => {
      const probes = new Probes(S);
      const inner = sequence();
      // One probe stands in both uses: its gradient is the sum of theirs.
      const hidden = probes.behind(apply(lstm(5, 1, { name: 'lstm', returnSequences: true }), inner), 'lstm');
      const encoder = tfl.model({ inputs: inner, outputs: apply(recurrent('gru', 3, 4), hidden), name: 'encoder' });
      const [a, b] = [sequence(), sequence()];
      const model = tfl.model({ inputs: [a, b], outputs: apply(dense(2, 3), apply(tfl.layers.multiply(), [apply(encoder, a), apply(encoder, b)])) });
      const truth = probes.truth(model, [data(1), data(2)], meanSquaredError(y()));
      const run = await trace(model, [data(1), data(2)], y(), { loss: 'meanSquaredError' });
      const [first, second] = [run.layer('encoder:0/lstm').gradient().data, run.layer('encoder:1/lstm').gradient().data];
      expectClose(Array.from(first, (value, n) => value + second[n]!), truth.gradients[0]!, 'sum over both uses');
      model.dispose();
    });

    test('functional in Sequential, with two models one in the other', async () => {
      const probes = new Probes(S);
      const inner = tfl.input({ shape: [T, 5] });
      const hidden = probes.behind(apply(recurrent('gru', 3, 4, { name: 'gru', returnSequences: true }), inner), 'outer/inner/gru');
      const innermost = tfl.model({ inputs: inner, outputs: apply(lstm(4, 5, { name: 'top' }), hidden), name: 'inner' });
      const outer = tfl.sequential({ name: 'outer', layers: [dense(5, 2, { inputShape: [T, 5], name: 'front' }), innermost as unknown as tfl.layers.Layer] });
      const model = tfl.sequential({ layers: [lstm(5, 1, { inputShape: [T, F], name: 'lstm', returnSequences: true }), outer as unknown as tfl.layers.Layer, dense(2, 3, { name: 'head' })] });
      const run = await probes.check(model, data(1), y(), meanSquaredError(y()));
      expect(run.layers).toEqual(['lstm', 'outer/front', 'outer/inner/gru', 'outer/inner/probe_outer_inner_gru_0', 'outer/inner/top', 'outer/inner', 'outer', 'head']);
      expect(run.layer(1).name).toBe('outer');
    });

    test('a model that is the first layer of a Sequential one is dissolved in it', async () => {
      const inner = tfl.sequential({ name: 'inner', layers: [lstm(5, 1, { inputShape: [T, F], name: 'lstm', returnSequences: true }), lstm(3, 4, { name: 'last' })] });
      const model = tfl.sequential({ layers: [inner as unknown as tfl.layers.Layer, dense(2, 3, { name: 'head' })] });
      const run = await trace(model, data(1), y(), { loss: 'meanSquaredError' });
      expect(run.layers).toEqual(['lstm', 'last', 'head']);
      expect(run.layer(0).name).toBe('last');
      expect(run.layer('inner').name).toBe('last');
      expectClose(run.predictions[0]!.data, (model.predict(data(1)) as tf.Tensor).dataSync(), 'predictions');
      model.dispose();
    });

    test('a nested model with two inputs and two outputs', async () => {
      const probes = new Probes(S);
      const [a, b] = [sequence(), tfl.input({ shape: [2] })];
      const hidden = apply(lstm(5, 1, { name: 'lstm' }), a);
      const inner = tfl.model({ inputs: [a, b], outputs: [apply(dense(3, 2), hidden), apply(tfl.layers.concatenate(), [hidden, b])], name: 'inner' });
      const [p, q] = [tfl.input({ shape: [2] }), sequence()];
      const [left, right] = applyAll(inner, [q, p]) as [Symbolic, Symbolic];
      const joined = apply(tfl.layers.concatenate(), [probes.behind(right, 'inner', 1), probes.behind(left, 'inner', 0)]);
      await probes.check(tfl.model({ inputs: [p, q], outputs: apply(dense(2, 3), joined) }), [tensor(2, [S, 2]), data(1)], y(), meanSquaredError(y()));
    });

    test("names that look like another's place don't get in each other's way", async () => {
      const inner = tfl.sequential({ name: 'a', layers: [lstm(3, 1, { inputShape: [T, F], name: 'b' })] });
      const x = sequence();
      const model = tfl.model({ inputs: x, outputs: apply(tfl.layers.add({ name: 'sum' }), [apply(inner, x), apply(recurrent('gru', 3, 4, { name: 'a/b' }), x)]) });
      const run = await trace(model, data(1), null);
      expect(run.layers).toEqual(['a/b', 'a', 'a/b', 'sum']);
      expect(() => run.layer('a/b')).toThrow("several layers are called 'a/b': a/b, a/b; give one of them");
      expect(run.select('*').map(({ className }) => className)).toEqual(['LSTM', 'Sequential', 'GRU', 'Add']);
      const gru = model.layers.findIndex((layer) => layer.name === 'a/b');
      expect(run.layer(gru).className).toBe('GRU');
      expect(run.layer('a').value().data).not.toEqual(run.layer(gru).value().data);
      model.dispose();
    });
  });

  test('a model that was saved and loaded', async () => {
    const encoder = tfl.sequential({ name: 'encoder', layers: [recurrent('gru', F, 1, { inputShape: [T, F], name: 'gru', returnSequences: true }), dense(F, 2, { name: 'each' })] });
    const shared = tfl.layers.bidirectional({ layer: lstm(3, 3, { returnSequences: true }), mergeMode: 'concat', name: 'both' });
    const [a, b] = [sequence('a'), sequence('b')];
    const [, ...initialState] = applyAll(lstm(6, 4, { name: 'states', returnState: true }), apply(shared, apply(encoder, a)));
    const decoded = apply(lstm(6, 5, { name: 'decoder' }), apply(shared, apply(encoder, b)), { initialState });
    const model = tfl.model({ inputs: [a, b], outputs: apply(dense(2, 6, { name: 'head' }), decoded) });
    let saved: tf.io.ModelArtifacts | null = null;
    const warned = vi.spyOn(console, 'warn').mockReturnValue(); // TF.js warns that it can't save an initial state, and does
    await model.save(tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
    }));
    warned.mockRestore();
    const loaded = await tfl.loadLayersModel(tf.io.fromMemory(saved!));
    const [x, y] = [[data(1), data(2)], tensor(3, [S, 2])];
    const [before, after] = [await trace(model, x, y, { loss: 'meanSquaredError' }), await trace(loaded, x, y, { loss: 'meanSquaredError' })];
    expect(before.layers).toContain('encoder:1/gru');
    expect(after.layers.toSorted()).toEqual(before.layers.toSorted());
    for (const name of before.layers) expect(after.layer(name).gradient(), name).toEqual(before.layer(name).gradient());
    model.dispose();
    loaded.dispose();
  });

  test('two traces of one model at a time', async () => {
    const x = sequence();
    const model = tfl.model({ inputs: x, outputs: apply(dense(2, 3), apply(lstm(3, 1, { name: 'lstm' }), x)) });
    const y = tensor(3, [S, 2]);
    const alone = [await trace(model, data(1), y, { loss: 'meanSquaredError' }), await trace(model, data(2), y, { loss: 'meanSquaredError' })];
    const together = await Promise.all([trace(model, data(1), y, { loss: 'meanSquaredError' }), trace(model, data(2), y, { loss: 'meanSquaredError' })]);
    together.forEach((run, i) => {
      expect(run.loss).toBe(alone[i]!.loss);
      expect(run.layer('lstm').gradient().data).toEqual(alone[i]!.layer('lstm').gradient().data);
    });
    model.dispose();
  });
});
