import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { weightsNorm } from '../../src/measure/norms.js';
import { trackWeights, type TrackWeightsOptions, type WeightTracker } from '../../src/measure/track-weights.js';
import { weightLoss } from '../../src/model/penalties.js';
import { trackedWeights } from '../../src/paint/tracked-weights.js';
import '../backends.js';
import { dense, recurrent, tensor } from '../trace/seeded.js';

const model = (): tfl.LayersModel => {
  const it = tfl.sequential({ layers: [
    recurrent('gru', 3, 1, { inputShape: [5, 4], name: 'gru', recurrentRegularizer: tfl.regularizers.l2({ l2: 0.125 }) }), dense(2, 2, { name: 'head', kernelRegularizer: tfl.regularizers.l1({ l1: 0.5 }) }),
  ] });
  it.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  return it;
};
const [x, y] = [tensor(1, [8, 5, 4]), tensor(2, [8, 2])];
const fit = (it: tfl.LayersModel, callbacks: tfl.ModelFitArgs['callbacks'], epochs = 2): Promise<unknown> => it.fit(x, y, { epochs, batchSize: 4, shuffle: false, callbacks: callbacks!, verbose: 0 });

describe('trackWeights', () => {
  test('records before training, then after each epoch; a second fit goes on', async () => {
    const it = model();
    const start = await weightsNorm(it, '*');
    const tracker = trackWeights(it, '*');
    await fit(it, tracker);
    expect(tracker.batches).toEqual([0, 2, 4]);
    const end = await weightsNorm(it, '*');
    for (const [layer, weight, stat] of [['gru', 'kernel', 'max'], ['head', 'bias', 'mean']] as const) {
      const values = tracker.norms[layer]![weight]![stat]!;
      expect([values[0], values[2]]).toEqual([start[layer]![weight]![stat]![0], end[layer]![weight]![stat]![0]]);
      expect(values[1]).not.toBe(values[2]);
    }
    await fit(it, tracker, 1);
    expect(tracker.batches).toEqual([0, 2, 4, 6]);
    expect(tracker.norms['gru']!['bias']!['max']).toHaveLength(4);
  });

  test('penalties: by weight, and all of them, as the loss has them', async () => {
    const it = model();
    const tracker = trackWeights(it, '*', { every: 'batch' });
    await fit(it, tracker, 1);
    expect(tracker.batches).toEqual([0, 1, 2]);
    expect(Object.keys(tracker.penalties)).toEqual(['gru/recurrent_kernel', 'head/kernel']);
    tracker.weightLoss.forEach((loss, i) => { expect(Math.abs(loss - Object.values(tracker.penalties).reduce((sum, values) => sum + values[i]!, 0))).toBeLessThan(1e-6); });
    expect(tracker.weightLoss[2]).toBe(await weightLoss(it));
    expect(tracker.weightLoss[0]).not.toBe(tracker.weightLoss[2]);
  });

  test("beside other callbacks, first and last, and in a loop of one's own", async () => {
    const it = model();
    const seen: number[] = [];
    const plain = { onEpochEnd: (epoch: number) => { seen.push(epoch); } };
    for (const order of [(t: WeightTracker) => [plain, t], (t: WeightTracker) => [t], (t: WeightTracker) => [new tfl.EarlyStopping({ monitor: 'loss' }), t]]) {
      const tracker = trackWeights(it, 'gru');
      await fit(it, order(tracker) as never);
      expect(tracker.batches).toEqual([0, 2, 4]);
    }
    expect(seen).toEqual([0, 1]);
    const tracker = trackWeights(it, 'head/kernel', { norm: 'l1', statistics: { largest: (norms) => Math.max(...norms) } });
    await tracker.record();
    for (let i = 0; i < 3; i++) {
      await it.trainOnBatch(x, y);
      await tracker.record();
    }
    expect(tracker.batches).toEqual([0, 1, 2, 3]);
    expect(tracker.norms['head']!['kernel']!['largest']).toHaveLength(4);
    expect(Object.keys(tracker.norms)).toEqual(['head']);
  });

  test('leaves nothing in memory, and the model trains as without', async () => {
    const [tracked, plain] = [model(), model()];
    // The first fit makes what stays.
    await fit(tracked, {}, 1);
    await fit(plain, {}, 1);
    const before = tf.memory().numTensors;
    await fit(tracked, trackWeights(tracked, '*', { every: 'batch' }));
    expect(tf.memory().numTensors).toBe(before);
    await fit(plain, {});
    expect(tracked.getWeights().map((w) => Array.from(w.dataSync()))).toEqual(plain.getWeights().map((w) => Array.from(w.dataSync())));
  });

  test('draws a panel a weight, and penalties', async () => {
    const it = model();
    const tracker = trackWeights(it, '*', { omitNames: 'bias' });
    expect(() => trackedWeights(tracker)).toThrow(/^trackedWeights: nothing was recorded yet: give the tracker to model\.fit, or call its record\(\)$/);
    await fit(it, tracker, 4);
    const { figure } = trackedWeights(tracker, { of: 'mean' });
    expect(figure.panels).toHaveLength(3);
    expect(tracker.values('mean')).toMatchObject({ shape: [5, 3], axes: ['steps', 'weights'] });
    const lines = figure.panels.map(({ marks }) => marks.find((mark) => mark.kind === 'line')!);
    expect(Array.from(lines[1]!.y)).toEqual(tracker.norms['gru']!['recurrent_kernel']!['mean']);
    const words = trackedWeights(tracker, { of: 'penalty' }).svg();
    expect(words).toContain('head/kernel');
    expect(words).toContain('Penalties on weights, a step each epoch');
    expect(words).not.toContain('sample');
    expect(() => trackedWeights(tracker, { of: 'median' })).toThrow(/^trackWeights: 'median' was not recorded; did you mean 'mean'\?$/);
    const bare = trackWeights(it, 'gru/kernel');
    await bare.record();
    expect(() => trackedWeights(bare, { of: 'penalty' })).toThrow(/^trackedWeights: no tracked weight has a penalty by l1 or l2$/);
  });

  test('what cannot be is told at once', () => {
    const wrong = (id: string, options: object): (() => unknown) => () => trackWeights(model(), id, options as TrackWeightsOptions);
    expect(wrong('lstm', {})).toThrow(/^no layer 'lstm'/);
    expect(wrong('gru', { each: 'batch' })).toThrow(/^trackWeights: unknown option 'each'/);
    expect(wrong('gru', { every: 'step' })).toThrow(/^trackWeights: option 'every' must be 'epoch' or 'batch', found "step"$/);
  });
});
