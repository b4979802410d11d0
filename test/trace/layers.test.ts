import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accelerate } from '../../src/from/tfjs/accelerate/accelerate.js';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { expectClose } from './close.js';
import { meanSquaredError, Probes } from './probes.js';
import { apply, applyAll, dense, lstm, recurrent, RECURRENT_KINDS, recurrentWeights, tensor, weights, type Symbolic } from './seeded.js';

/** The layers that a trace calls in ways of its own, held to TF.js's own executor and its own automatic differentiation by probes. */

const S = 3;
const T = 5;
const F = 4;
const sequence = (name?: string): Symbolic => tfl.input({ shape: [T, F], ...(name === undefined ? {} : { name }) });
const data = (seed: number): tf.Tensor => tensor(seed, [S, T, F]);

/** Adds a constant to its first input and doubles its second: two inputs, two outputs, written by a caller. */
class Crossed extends tfl.layers.Layer {
  static readonly className = 'Crossed';
  override computeOutputShape(shapes: tfl.Shape | tfl.Shape[]): tfl.Shape[] { return [...(shapes as tfl.Shape[])].reverse(); }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
    const [a, b] = inputs as [tf.Tensor, tf.Tensor];
    return [tf.mul(b, 2), tf.add(a, 1)];
  }
}
tf.serialization.registerClass(Crossed);

/** A dense layer and a recurrent cell in one: what a layer of a caller's own may hold, under names that TF.js's layers use too. */
class Attention extends tfl.layers.Layer {
  static readonly className = 'Attention';
  readonly cell = dense(5, 11, { name: 'cell' });
  readonly steps = [tfl.layers.batchNormalization({ name: 'norm' })];
  override build(shapes: tfl.Shape | tfl.Shape[]): void {
    this.cell.build((shapes as tfl.Shape[])[0]!);
    this.steps[0]!.build((shapes as tfl.Shape[])[0]!);
    this.built = true;
  }
  override computeOutputShape(shapes: tfl.Shape | tfl.Shape[]): tfl.Shape { return (shapes as tfl.Shape[])[0]!; }
  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor {
    const [sequences, query] = inputs as [tf.Tensor, tf.Tensor];
    const keys = this.cell.call(this.steps[0]!.call(sequences, kwargs) as tf.Tensor, kwargs) as tf.Tensor;
    return tf.mul(sequences, tf.expandDims(tf.softmax(tf.squeeze(tf.matMul(keys, tf.expandDims(query, -1)), [-1])), -1));
  }
}

describeOnBackends('layers', () => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  describe('recurrent layers', () => {
    const y = (): tf.Tensor => tensor(3, [S, 2]);

    test.each(RECURRENT_KINDS)('%s that returns its states', async (kind) => {
      for (const returnSequences of [false, true]) {
        const probes = new Probes(S);
        const x = sequence();
        const outputs = applyAll(recurrent(kind, 5, 1, { name: 'rnn', returnState: true, returnSequences }), x).map((output, i) => probes.behind(output, 'rnn', i));
        const [first, ...states] = outputs as [Symbolic, ...Symbolic[]];
        const flat = returnSequences ? apply(tfl.layers.flatten(), first) : first;
        const run = await probes.check(tfl.model({ inputs: x, outputs: apply(dense(2, 3), apply(tfl.layers.concatenate(), [flat, ...states])) }), data(1), y(), meanSquaredError(y()));
        expect(run.layer('rnn').outputCount).toBe(kind === 'lstm' ? 3 : 2);
        expect(run.layer('rnn').value('outputs', 1).axes).toEqual(['samples', 'units']);
      }
    });

    test("both of a layer's outputs as the model's", async () => {
      const x = sequence();
      const [sequenceOut, hidden] = applyAll(recurrent('gru', 3, 1, { name: 'gru', returnState: true, returnSequences: true }), x) as [Symbolic, Symbolic];
      const model = tfl.model({ inputs: x, outputs: [sequenceOut, hidden] });
      const [a, b] = [tensor(2, [S, T, 3]), tensor(3, [S, 3])];
      const run = await trace(model, data(1), [a, b], { loss: 'meanSquaredError' });
      const [first, second] = model.predict(data(1)) as tf.Tensor[];
      expectClose(run.layer('gru').gradient('outputs', 0).data, tf.mul(2 / (S * T * 3), tf.sub(first!, a)).dataSync(), 'by the sequence');
      expectClose(run.layer('gru').gradient('outputs', 1).data, tf.mul(2 / (S * 3), tf.sub(second!, b)).dataSync(), 'by the state');
      await expect(trace(model, data(1), { gru: a }, { loss: 'meanSquaredError' })).rejects.toThrow("y: the model has several outputs of the name 'gru': give a list");
      model.dispose();
    });

    test.each(RECURRENT_KINDS)('%s: an encoder whose states start a decoder', async (kind) => {
      const probes = new Probes(S);
      const [source, target] = [sequence('source'), sequence('target')];
      const [, ...states] = applyAll(recurrent(kind, 5, 1, { name: 'encoder', returnState: true }), source);
      const seen = states.map((state, i) => probes.behind(state, 'encoder', i + 1));
      const decoded = apply(recurrent(kind, 5, 4, { name: 'decoder', returnSequences: true }), target, { initialState: seen });
      const output = apply(dense(2, 7), probes.behind(decoded, 'decoder'));
      const y3 = tensor(5, [S, T, 2]);
      await probes.check(tfl.model({ inputs: [source, target], outputs: output }), [data(1), data(2)], y3, meanSquaredError(y3));
    });

    test('Bidirectional: every merge mode, sequences or not, with its states or not', async () => {
      for (const mergeMode of ['concat', 'sum', 'ave', 'mul', null] as const) {
        for (const returnSequences of [false, true]) {
          for (const returnState of [false, true]) {
            const probes = new Probes(S);
            const x = sequence();
            const below = probes.behind(apply(dense(F, 9, { name: 'below' }), x), 'below');
            const layer = tfl.layers.bidirectional({ layer: lstm(4, 1, { returnSequences, returnState }), mergeMode: mergeMode!, name: 'both' });
            // With states and no merging TF.js says it has fewer outputs than it gives: its own fault.
            if (mergeMode === null && returnState) continue;
            const outputs = [layer.apply(below)].flat() as Symbolic[];
            expect(outputs.length).toBe((mergeMode === null ? 2 : 1) + (returnState ? 4 : 0));
            const flat = outputs.map((output, i) => probes.behind(output, 'both', i)).map((output) => (output.rank === 3 ? apply(tfl.layers.flatten(), output) : output));
            const joined = flat.length === 1 ? flat[0]! : apply(tfl.layers.concatenate(), flat);
            await probes.check(tfl.model({ inputs: x, outputs: apply(dense(2, 3), joined) }), data(1), y(), meanSquaredError(y()));
          }
        }
      }
    });

    test.each(RECURRENT_KINDS)('Bidirectional %s with initial states', async (kind) => {
      const probes = new Probes(S);
      const count = kind === 'lstm' ? 4 : 2;
      const x = sequence();
      const starts = Array.from({ length: count }, () => tfl.input({ shape: [4] }));
      const initialState = starts.map((start, i) => probes.behind(apply(dense(4, i, { name: `start_${i}` }), start), `start_${i}`));
      const layer = tfl.layers.bidirectional({ layer: recurrent(kind, 4, 1, { returnSequences: true }), mergeMode: 'concat', name: 'both' });
      const output = probes.behind(apply(layer, x, { initialState }), 'both');
      const y3 = tensor(5, [S, T, 2]);
      const model = tfl.model({ inputs: [x, ...starts], outputs: apply(tfl.layers.conv1d({ filters: 2, kernelSize: 1, ...weights(3) }), output) });
      await probes.check(model, [data(1), ...starts.map((_, i) => tensor(10 + i, [S, 4]))], y3, meanSquaredError(y3));
    });

    test('RNN of a cell of theirs runs on ours', async () => {
      const cells = {
        lstm: () => tfl.layers.lstmCell({ units: 5, ...recurrentWeights(1) }), gru: () => tfl.layers.gruCell({ units: 5, ...recurrentWeights(1) }),
        simpleRNN: () => tfl.layers.simpleRNNCell({ units: 5, ...recurrentWeights(1) }),
      };
      for (const make of Object.values(cells)) {
        const probes = new Probes(S);
        const x = sequence();
        const hidden = probes.behind(apply(dense(F, 3, { name: 'below' }), x), 'below');
        const output = probes.behind(apply(tfl.layers.rnn({ cell: make(), name: 'rnn', returnSequences: true }), hidden), 'rnn');
        const model = tfl.model({ inputs: x, outputs: apply(dense(2, 3), apply(tfl.layers.flatten(), output)) });
        await probes.check(model, data(1), y(), meanSquaredError(y()));
      }
    });

    test('StackedRNNCells, with its states: on TF.js', async () => {
      const probes = new Probes(S);
      const x = sequence();
      const below = probes.behind(apply(dense(F, 9, { name: 'below' }), x), 'below');
      const cell = tfl.layers.stackedRNNCells({ cells: [tfl.layers.lstmCell({ units: 5, ...recurrentWeights(1) }), tfl.layers.gruCell({ units: 3, ...recurrentWeights(4) })] });
      const outputs = applyAll(tfl.layers.rnn({ cell, name: 'stack', returnState: true }), below).map((output, i) => probes.behind(output, 'stack', i));
      const model = tfl.model({ inputs: x, outputs: apply(dense(2, 3), apply(tfl.layers.concatenate(), outputs)) });
      await probes.check(model, data(1), y(), meanSquaredError(y()));
    });

    test('TimeDistributed: a layer, a model, a recurrent layer', async () => {
      const inner = tfl.sequential({ layers: [dense(5, 1, { inputShape: [F], activation: 'tanh' }), dense(3, 2)] }) as unknown as tfl.layers.Layer;
      for (const layer of [dense(3, 2), inner]) {
        const probes = new Probes(S);
        const x = sequence();
        const below = probes.behind(apply(lstm(F, 9, { name: 'below', returnSequences: true }), x), 'below');
        const output = probes.behind(apply(tfl.layers.timeDistributed({ layer, name: 'each' }), below), 'each');
        const y3 = tensor(5, [S, T, 3]);
        await probes.check(tfl.model({ inputs: x, outputs: output }), data(1), y3, meanSquaredError(y3));
      }
      const probes = new Probes(S);
      const x = tfl.input({ shape: [2, T, F] });
      const below = probes.behind(apply(dense(F, 9, { name: 'below' }), x), 'below');
      const output = probes.behind(apply(tfl.layers.timeDistributed({ layer: lstm(3, 1), name: 'each' }), below), 'each');
      const y3 = tensor(5, [S, 2, 3]);
      const run = await probes.check(tfl.model({ inputs: x, outputs: output }), tensor(1, [S, 2, T, F]), y3, meanSquaredError(y3));
      expect(run.layer('below').value().axes).toEqual(['samples', 'axis1', 'axis2', 'units']);
    });
  });

  describe('layers that merge', () => {
    const y = (): tf.Tensor => tensor(3, [S, 2]);
    const kinds: [string, () => tfl.layers.Layer][] = [
      ['add', () => tfl.layers.add()], ['average', () => tfl.layers.average()], ['concatenate', () => tfl.layers.concatenate()],
      ['maximum', () => tfl.layers.maximum()], ['minimum', () => tfl.layers.minimum()], ['multiply', () => tfl.layers.multiply()], ['dot', () => tfl.layers.dot({ axes: [2, 2] })],
    ];

    test.each(kinds)('%s, of two layers and of one given twice', async (_, make) => {
      for (const twice of [false, true]) {
        const probes = new Probes(S);
        const x = sequence();
        const left = probes.behind(apply(lstm(4, 1, { name: 'left', returnSequences: true }), x), 'left');
        const right = twice ? left : probes.behind(apply(recurrent('gru', 4, 4, { name: 'right', returnSequences: true }), x), 'right');
        const output = apply(dense(2, 3), apply(tfl.layers.flatten(), apply(make(), [left, right])));
        const loss = meanSquaredError(y());
        await probes.check(tfl.model({ inputs: x, outputs: output }), data(1), y(), loss);
      }
    });
  });

  describe("layers of the caller's own", () => {
    test('two inputs, two outputs', async () => {
      const probes = new Probes(S);
      const [a, b] = [sequence(), tfl.input({ shape: [2] })];
      const hidden = probes.behind(apply(lstm(5, 1, { name: 'lstm' }), a), 'lstm');
      const [p, q] = applyAll(new Crossed({ name: 'crossed' }), [hidden, b]) as [Symbolic, Symbolic];
      const output = apply(dense(2, 3), apply(tfl.layers.concatenate(), [probes.behind(p, 'crossed', 0), probes.behind(q, 'crossed', 1)]));
      const y = tensor(3, [S, 2]);
      const run = await probes.check(tfl.model({ inputs: [a, b], outputs: output }), [data(1), tensor(2, [S, 2])], y, meanSquaredError(y));
      expect(run.layer('crossed').className).toBe('Crossed');
    });

    test('one that is made of other layers, one of them by the name of `cell`', async () => {
      const probes = new Probes(S);
      const [a, b] = [sequence(), tfl.input({ shape: [2] })];
      const hidden = probes.behind(apply(lstm(5, 1, { name: 'lstm', returnSequences: true }), a), 'lstm');
      const query = probes.behind(apply(dense(5, 4, { name: 'query' }), b), 'query');
      const attention = new Attention({ name: 'attention' });
      const attended = probes.behind(apply(attention, [hidden, query]), 'attention');
      const y = tensor(3, [S, 2]);
      const model = tfl.model({ inputs: [a, b], outputs: apply(dense(2, 3), apply(tfl.layers.flatten(), attended)) });
      const { restore, ...accelerated } = accelerate(model);
      restore();
      expect(accelerated).toEqual({ layers: ['lstm'], unchanged: [] });
      // Its normalisation is found, and its statistics stay.
      await trace(model, [data(1), tensor(2, [S, 2])], y, { loss: 'meanSquaredError', training: true });
      expect([...attention.steps[0]!.getWeights()[2]!.dataSync()]).toEqual([0, 0, 0, 0, 0]);
      await probes.check(model, [data(1), tensor(2, [S, 2])], y, meanSquaredError(y), { training: false });
    });
  });
});
