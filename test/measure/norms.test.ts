import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { weightsNorm, type WeightNorms } from '../../src/measure/norms.js';
import '../backends.js';
import { dense, recurrent } from '../trace/seeded.js';

let model: tfl.LayersModel;
beforeAll(() => {
  model = tfl.sequential({ layers: [dense(2, 1, { inputShape: [5, 2], name: 'dense' }), recurrent('gru', 2, 2, { name: 'gru' })] });
  model.layers[0]!.setWeights([tf.tensor2d([[3, -1], [4, 2]]), tf.tensor1d([-0.5, 0.25])]);
});

describe('weightsNorm', () => {
  test('by hand: l2 and l1 of columns, their largest and mean; another axis; one number for all', async () => {
    expect(await weightsNorm(model, 'dense')).toEqual({ dense: { kernel: { max: [5], mean: [(5 + Math.sqrt(5)) / 2] }, bias: { max: [0.5], mean: [0.375] } } });
    expect(await weightsNorm(model, 'dense', { norm: 'l1', omitNames: 'bias' })).toEqual({ dense: { kernel: { max: [7], mean: [5] } } });
    expect(await weightsNorm(model, 'dense/kernel', { norm: 'l1', axis: 0, statistics: ['min', 'max'] })).toEqual({ dense: { kernel: { min: [4], max: [6] } } });
    expect(await weightsNorm(model, [[0, 0]], {
      norm: (values) => Math.max(...values), statistics: { spread: (norms) => Math.max(...norms) - Math.min(...norms), first: (norms) => norms[0]! },
    })).toEqual({ dense: { kernel: { spread: [2], first: [4] } } });
  });

  test('by layer and weight, in the forms that getWeights takes', async () => {
    const of = (norms: WeightNorms): Record<string, string[]> => Object.fromEntries(Object.entries(norms).map(([layer, weights]) => [layer, Object.keys(weights)]));
    expect(of(await weightsNorm(model, '*'))).toEqual({ dense: ['kernel', 'bias'], gru: ['kernel', 'recurrent_kernel', 'bias'] });
    expect(of(await weightsNorm(model, ['gru', 0, [1, 1]], { omitNames: 'bias' }))).toEqual({ gru: ['kernel', 'recurrent_kernel'], dense: ['kernel'] });
  });

  test('gate by gate: of a GRU, of both directions of an LSTM, of a layer in a model; other layers as they are', async () => {
    const all = await weightsNorm(model, '*', { byGate: true, omitNames: 'bias' });
    expect(Object.keys(all['dense']!)).toEqual(['kernel']);
    expect(Object.keys(all['gru']!)).toEqual(['kernel/update', 'kernel/reset', 'kernel/new', 'recurrent_kernel/update', 'recurrent_kernel/reset', 'recurrent_kernel/new']);
    // By hand: the second gate's columns are 2 and 3 of 6.
    const [kernel] = model.getLayer('gru').getWeights();
    const rows = kernel!.arraySync() as number[][];
    const column = (at: number): number => Math.hypot(...rows.map((row) => row[at]!));
    expect(all['gru']!['kernel/reset']!['max']![0]).toBeCloseTo(Math.max(column(2), column(3)), 12);
    const both = tfl.sequential({ layers: [tfl.layers.bidirectional({ layer: recurrent('lstm', 2, 3), mergeMode: 'concat', inputShape: [4, 3], name: 'both' } as never)], name: 'inner' });
    const outer = tfl.sequential({ layers: [both, dense(1, 5, { name: 'last' })] });
    expect(Object.keys((await weightsNorm(both, 'both/bias', { byGate: true }))['both']!)).toEqual(['forward', 'backward'].flatMap((part) => ['input', 'forget', 'cell', 'output'].map((gate) => `${part}/bias/${gate}`)));
    expect(Object.keys((await weightsNorm(outer, 'inner', { byGate: true, omitNames: ['kernel'] }))['inner']!)).toContain('both/backward/bias/forget');
    const [before, after] = [await weightsNorm(model, 'gru', { byGate: true }), await weightsNorm(model, 'gru')];
    await expect(weightsNorm(model, 'gru', { byGate: true, onto: after })).rejects.toThrow("weightsNorm: 'onto' has of layer 'gru' the weight 'kernel', which is not asked for now: it was taken with another id or other options");
    expect((await weightsNorm(model, 'gru', { byGate: true, onto: before }))['gru']!['bias/new']!['mean']).toHaveLength(2);
  });

  test('accumulates in a copy', async () => {
    const one = await weightsNorm(model, 'dense/bias');
    const frozen = structuredClone(one);
    const two = await weightsNorm(model, 'dense/bias', { onto: one });
    const three = await weightsNorm(model, 'dense/bias', { onto: two });
    expect(one).toEqual(frozen);
    expect(three).toEqual({ dense: { bias: { max: [0.5, 0.5, 0.5], mean: [0.375, 0.375, 0.375] } } });
    expect(await weightsNorm(model, 'dense/bias', { onto: null })).toEqual(one);
  });

  test('NaN and infinite weights show; large ones do not overflow', async () => {
    const odd = tfl.sequential({ layers: [dense(3, 1, { inputShape: [2], name: 'dense', useBias: false })] });
    const norms = async (values: number[]): Promise<unknown> => {
      odd.layers[0]!.setWeights([tf.tensor2d(values, [2, 3])]);
      return (await weightsNorm(odd, 'dense', { statistics: ['max', 'mean', 'min'] }))['dense']!['kernel'];
    };
    expect(await norms([1, NaN, 2, 0, 0, 0])).toEqual({ max: [NaN], mean: [NaN], min: [NaN] });
    expect(await norms([1, Infinity, 2, 0, 0, 0])).toEqual({ max: [Infinity], mean: [Infinity], min: [1] });
    expect((await norms([3e38, 0, 0, 3e38, 0, 0]) as { max: number[] }).max[0]! / (Math.SQRT2 * 3e38)).toBeCloseTo(1, 6);
  });

  test('what cannot be', async () => {
    const wrong = async (id: unknown, options: object): Promise<string> => weightsNorm(model, id as string, options).then(() => 'no error', (error: unknown) => (error as Error).message);
    expect(await wrong('dense', { axes: 1 })).toBe("weightsNorm: unknown option 'axes'; did you mean 'axis'?");
    expect(await wrong('dense', { norm: 'l3' })).toBe("weightsNorm: option 'norm' must be 'l1', 'l2' or a function of the values, found \"l3\"");
    expect(await wrong('dense', { statistics: ['median'] })).toBe("weightsNorm: option 'statistics' must be a list of 'max', 'mean', 'min', or functions of the norms by name, found [\"median\"]");
    expect(await wrong('dense', { axis: 1 })).toBe("weightsNorm: option 'axis' is 1, but 'dense/bias' has 1 axis; leave such weights out by 'omitNames'");
    expect(await wrong('dense', { norm: () => [1] })).toBe("weightsNorm: option 'norm' must give a number, found [1]");
    expect(await wrong('dens/goo', {})).toBe("weightsNorm: no weight 'goo' in layer 'dense'; there are: kernel, bias");
    const onto = await weightsNorm(model, 'dense');
    expect(await wrong('dense', { onto, omitNames: 'bias' })).toBe("weightsNorm: 'onto' has of layer 'dense' the weight 'bias', which is not asked for now: it was taken with another id or other options");
    expect(await wrong('*', { onto })).toBe("weightsNorm: 'onto' lacks the layer 'gru': it was taken with another id or other options");
    expect(await wrong('dense', { onto, statistics: ['max'] })).toBe("weightsNorm: 'onto' has of 'dense/kernel' the statistic 'mean', which is not asked for now: it was taken with another id or other options");
    expect(await wrong('dense', { onto: 3 })).toBe("weightsNorm: 'onto' is not what weightsNorm gave: the layer is 3");
  });
});
