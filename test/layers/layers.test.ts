import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SeeRnnError } from '../../src/core/errors.js';
import { onTensors, setActivation } from '../../src/layers/activations.js';
import { activations } from '../../src/cells/activations.js';
import { describeOnBackends } from '../backends.js';
import { expectClose } from '../trace/close.js';
import { dense, tensor } from '../trace/seeded.js';
import { fill, own } from './own.js';

/** The layers that are not recurrent, each against its definition written out in plain numbers. */

const [S, T, F] = [2, 6, 3];
type Nested = number[][][];
const x = (): tf.Tensor => tensor(1, [S, T, F]);
const numbers = (y: tf.Tensor): Nested => y.arraySync() as Nested;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function ready(name: string, config: Record<string, unknown> = {}, ...shapes: (number | null)[][]): tfl.layers.Layer {
  const layer = own(name, config);
  const all = shapes.length > 0 ? shapes : [[null, T, F]];
  layer.build(all.length === 1 ? all[0]! : all);
  fill(layer);
  return layer;
}
const call = (layer: tfl.layers.Layer, inputs: tf.Tensor | tf.Tensor[], args: object = {}): tf.Tensor => [layer.call(inputs, args)].flat()[0]!;
const mask = (...rows: number[][]): tf.Tensor => tf.tensor2d(rows);

describeOnBackends('layers', () => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  describe('TimeDistributed', () => {
    test('is its layer at every timestep, and keeps the mask', () => {
      const layer = ready('TimeDistributed', { layer: dense(4, 2) });
      const inner = (layer as unknown as { layer: tfl.layers.Layer }).layer;
      const found = numbers(call(layer, x()));
      for (let t = 0; t < T; t++) {
        const step = inner.call(tf.reshape(tf.slice(x(), [0, t, 0], [S, 1, F]), [S, F]), {}) as tf.Tensor;
        expectClose(found.flatMap((sample) => sample[t]!), step.dataSync(), `step ${t}`, 1e-6);
      }
      expect(layer.computeOutputShape([null, null, F])).toEqual([null, null, 4]);
      const steps = mask([1, 0, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1]);
      expect((layer.computeMask(x(), steps) as tf.Tensor).dataSync()).toEqual(steps.dataSync());
    });

    test('holds a recurrent layer, or a model, over sequences of sequences', () => {
      const four = tensor(4, [S, 3, T, F]);
      const layer = ready('TimeDistributed', { layer: own('LSTM', { units: 2 }) }, [null, 3, T, F]);
      const inner = (layer as unknown as { layer: tfl.layers.Layer }).layer;
      const found = call(layer, four);
      expect(found.shape).toEqual([S, 3, 2]);
      expectClose(found.dataSync(), (inner.call(tf.reshape(four, [S * 3, T, F]), {}) as tf.Tensor).dataSync(), 'LSTM', 1e-6);
      const steps = tf.cast(tf.greater(tensor(5, [S, 3, T]), 0), 'bool');
      expectClose(call(layer, four, { mask: steps }).dataSync(), (inner.call(tf.reshape(four, [S * 3, T, F]), { mask: tf.reshape(steps, [S * 3, T]) }) as tf.Tensor).dataSync(), 'masked', 1e-6);
      expect((layer.computeMask(four, steps) as tf.Tensor).shape).toEqual([S, 3]);
      const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 2, inputShape: [F], kernelInitializer: 'ones' })] });
      const held = own('TimeDistributed', { layer: model });
      held.build([null, T, F]);
      expect(held.weights.length).toBe(2);
      expectClose(call(held, x()).dataSync(), numbers(x()).flat().flatMap((step) => [sum(step), sum(step)]), 'model', 1e-5);
    });
  });

  describe('Attention', () => {
    const [Q, V] = [4, 5];
    const query = (): tf.Tensor => tensor(2, [S, Q, F]);
    const value = (): tf.Tensor => tensor(3, [S, V, F]);
    const key = (): tf.Tensor => tensor(4, [S, V, F]);
    const queryMask = [[1, 1, 0, 1], [0, 1, 1, 1]];
    const valueMask = [[1, 0, 1, 1, 0], [0, 1, 1, 0, 0]];

    /** softmax(score(q, k)) v over the values that are seen. */
    function attended(score: (q: number[], k: number[]) => number, seen: (s: number, q: number, v: number) => boolean, keys = key()): number[] {
      const [qs, ks, vs] = [numbers(query()), numbers(keys), numbers(value())];
      return qs.flatMap((sample, s) => sample.flatMap((q, i) => {
        const shares = ks[s]!.map((k, j) => (seen(s, i, j) ? Math.exp(score(q, k)) : 0));
        return Array.from({ length: F }, (_, f) => sum(shares.map((share, j) => share * vs[s]![j]![f]!)) / sum(shares));
      }));
    }
    const dotted = (a: readonly number[], b: readonly number[]): number => sum(a.map((one, i) => one * b[i]!));
    const all = (): boolean => true;

    test('dot, with a key, a scale, a causal mask', () => {
      const shapes = [[null, Q, F], [null, V, F], [null, V, F]];
      expectClose(call(ready('Attention', {}, ...shapes), [query(), value(), key()]).dataSync(), attended(dotted, all), 'dot', 1e-5);
      expectClose(call(ready('Attention', {}, ...shapes.slice(0, 2)), [query(), value()]).dataSync(), attended(dotted, all, value()), 'key is value', 1e-5);
      const scaled = ready('Attention', { useScale: true }, ...shapes);
      const scale = scaled.getWeights()[0]!.dataSync()[0]!;
      expectClose(call(scaled, [query(), value(), key()]).dataSync(), attended((q, k) => scale * dotted(q, k), all), 'scale', 1e-5);
      expectClose(call(ready('Attention', { useCausalMask: true }, ...shapes), [query(), value(), key()]).dataSync(), attended(dotted, (_, q, v) => v <= q), 'causal', 1e-5);
    });

    test('concat, and AdditiveAttention', () => {
      const shapes = [[null, Q, F], [null, V, F], [null, V, F]];
      const concat = ready('Attention', { scoreMode: 'concat', useScale: true }, ...shapes);
      const [scale, weight] = concat.getWeights().map((one) => one.dataSync()[0]!);
      expectClose(call(concat, [query(), value(), key()]).dataSync(), attended((q, k) => weight! * sum(q.map((one, i) => Math.tanh(scale! * (one + k[i]!)))), all), 'concat', 1e-5);
      const additive = ready('AdditiveAttention', {}, ...shapes);
      const scales = additive.getWeights()[0]!.dataSync();
      expect(scales.length).toBe(F);
      expectClose(call(additive, [query(), value(), key()]).dataSync(), attended((q, k) => sum(q.map((one, i) => scales[i]! * Math.tanh(one + k[i]!))), all), 'additive', 1e-5);
    });

    test('masked values are not seen, masked queries give zeros', () => {
      const layer = ready('Attention', {}, [null, Q, F], [null, V, F], [null, V, F]);
      const expected = attended(dotted, (s, _, v) => valueMask[s]![v] === 1).map((one, n) => one * queryMask.flat()[Math.floor(n / F)]!);
      const found = call(layer, [query(), value(), key()], { masks: [mask(...queryMask), mask(...valueMask), null] });
      expectClose(found.dataSync(), expected, 'masked', 1e-5);
      const [out] = [layer.computeMask([query(), value(), key()], [mask(...queryMask), mask(...valueMask)])].flat();
      expect(Array.from(out!.dataSync())).toEqual(queryMask.flat());
    });

    test('scores are returned where asked for', () => {
      const layer = ready('Attention', { returnAttentionScores: true }, [null, Q, F], [null, V, F]);
      const [, scores] = layer.call([query(), value()], {}) as tf.Tensor[];
      expect(scores!.shape).toEqual([S, Q, V]);
      expect(layer.computeOutputShape([[null, Q, F], [null, V, F]])).toEqual([[null, Q, F], [null, Q, V]]);
      numbers(scores!).flat().forEach((row) => { expect(sum(row)).toBeCloseTo(1, 5); });
      expect(() => layer.computeOutputShape([null, Q, F])).toThrow(new SeeRnnError('Attention: expected a query, a value and maybe a key, each (samples, timesteps, width), found (any, 4, 3)'));
    });

    test('MultiHeadAttention: every head attends by itself', () => {
      const [heads, keyDim, valueDim] = [2, 4, 3];
      const layer = ready('MultiHeadAttention', { numHeads: heads, keyDim, valueDim, outputShape: 5 }, [null, Q, F], [null, V, F], [null, V, F]);
      expect(layer.getWeights().map(({ shape }) => shape)).toEqual([[F, 2, 4], [2, 4], [F, 2, 4], [2, 4], [F, 2, 3], [2, 3], [2, 3, 5], [5]]);
      const weights = layer.getWeights().map((weight) => weight.arraySync());
      const project = (input: tf.Tensor, at: number, head: number): Nested => numbers(input).map((sample) => sample.map((step) =>
        (weights[at + 1] as number[][])[head]!.map((bias, d) => bias + sum(step.map((one, f) => one * (weights[at] as Nested)[f]![head]![d]!)))));
      const seen = (s: number, q: number, v: number): boolean => queryMask[s]![q] === 1 && valueMask[s]![v] === 1;
      const expected = Array.from({ length: S * Q * 5 }, (_, n) => {
        const [s, q, w] = [Math.floor(n / (Q * 5)), Math.floor(n / 5) % Q, n % 5];
        let total = (weights[7] as number[])[w]!;
        for (let head = 0; head < heads; head++) {
          const [qs, ks, vs] = [project(query(), 0, head)[s]!, project(key(), 2, head)[s]!, project(value(), 4, head)[s]!];
          const scores = ks.map((k) => dotted(qs[q]!, k) / Math.sqrt(keyDim));
          // Where nothing is seen, all is hidden alike, and the scores alone count.
          const any = scores.some((_one, v) => seen(s, q, v));
          const shares = scores.map((score, v) => (!any || seen(s, q, v) ? Math.exp(score) : 0));
          for (let d = 0; d < valueDim; d++) total += (weights[6] as Nested)[head]![d]![w]! * sum(shares.map((share, v) => share * vs[v]![d]!)) / sum(shares);
        }
        return queryMask[s]![q] === 1 ? total : NaN;
      });
      const found = call(layer, [query(), value(), key()], { masks: [mask(...queryMask), mask(...valueMask), null] }).dataSync();
      // A masked query's output is masked in turn; what it holds is rounding.
      const kept = expected.map((_, n) => n).filter((n) => !Number.isNaN(expected[n]!));
      expectClose(kept.map((n) => found[n]!), kept.map((n) => expected[n]!), 'heads', 1e-5);
      expect(layer.computeOutputShape([[null, Q, F], [null, V, F]])).toEqual([null, Q, 5]);
    });
  });

  describe('merging', () => {
    const [a, b] = [(): tf.Tensor => tensor(2, [S, T, F]), (): tf.Tensor => tensor(3, [S, T, F])];

    test.each([
      ['Add', (p: number, q: number) => p + q], ['Subtract', (p: number, q: number) => p - q], ['Multiply', (p: number, q: number) => p * q],
      ['Average', (p: number, q: number) => (p + q) / 2], ['Maximum', Math.max], ['Minimum', Math.min],
    ] as const)('%s', (name, of) => {
      const layer = own(name);
      expectClose(call(layer, [a(), b()]).dataSync(), Array.from(a().dataSync(), (one, n) => of(one, b().dataSync()[n]!)), name, 1e-6);
      // A vector for all timesteps.
      const vector = tensor(4, [S, F]);
      expectClose(call(layer, [a(), vector]).dataSync(), Array.from(a().dataSync(), (one, n) => of(one, vector.dataSync()[Math.floor(n / (T * F)) * F + (n % F)]!)), `${name}, broadcast`, 1e-6);
      expect(layer.computeOutputShape([[null, null, F], [null, F]])).toEqual([null, null, F]);
    });

    test('masks: both must skip a step in Keras 3, one is enough before', () => {
      const [p, q] = [mask([1, 0, 0, 1, 1, 1], [1, 1, 1, 1, 1, 1]), mask([1, 0, 1, 0, 1, 1], [1, 1, 1, 1, 0, 0])];
      const of = (name: string, kerasMajor: 2 | 3, ...masks: (tf.Tensor | null)[]): number[] | null => {
        const [found] = [own(name, {}, { kerasMajor }).computeMask([a(), b()], masks as tf.Tensor[])].flat();
        return found ? Array.from(found.dataSync()) : null;
      };
      const [either, both] = [[1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0]];
      for (const name of ['Add', 'Concatenate']) {
        expect(of(name, 3, p, q)).toEqual(either);
        expect(of(name, 2, p, q)).toEqual(both);
      }
      expect([of('Add', 3, p, null), of('Add', 2, p, null), of('Add', 3, null, null)]).toEqual([null, Array.from(p.dataSync()), null]);
      expect(of('Concatenate', 2, p, null)).toEqual(Array.from(p.dataSync()));
      expect(of('Concatenate', 3, p, null)).toEqual(Array.from({ length: S * T }, () => 1));
    });

    test('Concatenate, along the features and along time', () => {
      const [features, time] = [own('Concatenate'), own('Concatenate', { axis: 1 })];
      expectClose(call(features, [a(), b()]).dataSync(), tf.concat([a(), b()], 2).dataSync(), 'features', 0);
      expect(features.computeOutputShape([[null, T, F], [null, null, 2]])).toEqual([null, T, F + 2]);
      expect(time.computeOutputShape([[null, T, F], [null, 2, F]])).toEqual([null, T + 2, F]);
      const steps = mask([1, 0, 0, 1, 1, 1], [1, 1, 1, 1, 1, 1]);
      expect((time.computeMask([a(), b()], [steps, null] as unknown as tf.Tensor[]) as tf.Tensor).shape).toEqual([S, 2 * T]);
      expect(() => time.computeOutputShape([[null, T, F], [null, T, 2]])).toThrow(new SeeRnnError("Concatenate: its inputs' shapes do not go together along axis 1: (any, 6, 3), (any, 6, 2)"));
      expect(() => own('Subtract').call([a(), b(), b()], {})).toThrow(new SeeRnnError('Subtract: expected 2 inputs, found 3'));
    });
  });

  describe('normalisation', () => {
    test('BatchNormalization in training takes the unmasked steps, and moves its statistics', () => {
      const layer = ready('BatchNormalization', { momentum: 0.8, epsilon: 0.01 });
      const [gamma, beta, before, beforeVariance] = layer.getWeights().map((weight) => Array.from(weight.dataSync()));
      const steps = [[1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0]];
      const data = numbers(x());
      const kept = data.flatMap((sample, s) => sample.filter((_, t) => steps[s]![t] === 1));
      const mean = gamma!.map((_, f) => sum(kept.map((step) => step[f]!)) / kept.length);
      const variance = gamma!.map((_, f) => sum(kept.map((step) => (step[f]! - mean[f]!) ** 2)) / kept.length);
      const found = call(layer, x(), { training: true, mask: mask(...steps) });
      expectClose(found.dataSync(), data.flat().flatMap((step) => step.map((one, f) => (one - mean[f]!) / Math.sqrt(variance[f]! + 0.01) * gamma![f]! + beta![f]!)), 'normalised', 1e-5);
      const [, , after, afterVariance] = layer.getWeights().map((weight) => Array.from(weight.dataSync()));
      expectClose(after!, before!.map((one, f) => 0.8 * one + 0.2 * mean[f]!), 'mean', 1e-5);
      expectClose(afterVariance!, beforeVariance!.map((one, f) => 0.8 * one + 0.2 * variance[f]!), 'variance', 1e-5);
      // Frozen, it is as in inference.
      const still = call(layer, x()).dataSync();
      layer.trainable = false;
      expectClose(call(layer, x(), { training: true }).dataSync(), still, 'frozen', 0);
    });

    test('LayerNormalization, RMSNormalization, UnitNormalization', () => {
      const data = numbers(x()).flat();
      const mean = (v: readonly number[]): number => sum(v) / v.length;
      const layer = ready('LayerNormalization', { epsilon: 0.01 });
      const [gamma, beta] = layer.getWeights().map((weight) => Array.from(weight.dataSync()));
      expectClose(call(layer, x()).dataSync(), data.flatMap((v) => v.map((one, f) => (one - mean(v)) / Math.sqrt(mean(v.map((two) => (two - mean(v)) ** 2)) + 0.01) * gamma![f]! + beta![f]!)), 'layer', 1e-5);
      const rms = ready('RMSNormalization', { epsilon: 0.01 });
      const scale = rms.getWeights()[0]!.dataSync();
      expectClose(call(rms, x()).dataSync(), data.flatMap((v) => v.map((one, f) => one / Math.sqrt(mean(v.map((two) => two * two)) + 0.01) * scale[f]!)), 'rms', 1e-5);
      expectClose(call(own('UnitNormalization'), x()).dataSync(), data.flatMap((v) => v.map((one) => one / Math.hypot(...v))), 'unit', 1e-5);
    });

    test('Normalization, by weights and by options', () => {
      const layer = ready('Normalization');
      const [mean, variance] = layer.getWeights().map((weight) => Array.from(weight.dataSync()));
      expect(layer.getWeights().map(({ shape }) => shape)).toEqual([[F], [F], []]);
      const data = numbers(x()).flat();
      const expected = data.flatMap((v) => v.map((one, f) => (one - mean![f]!) / Math.sqrt(variance![f]!)));
      expectClose(call(layer, x()).dataSync(), expected, 'weights', 1e-5);
      const given = ready('Normalization', { mean: [mean], variance: [variance] });
      expect(given.weights).toEqual([]);
      expectClose(call(given, x()).dataSync(), expected, 'options', 1e-5);
      expectClose(call(ready('Normalization', { mean: [mean], variance: [variance], invert: true }), call(given, x())).dataSync(), x().dataSync(), 'there and back', 1e-5);
      expectClose(call(ready('Normalization', { axis: null, mean: 0.5, variance: 4 }), x()).dataSync(), Array.from(x().dataSync(), (one) => (one - 0.5) / 2), 'one for all', 1e-5);
    });
  });

  describe('convolutions over time', () => {
    const cases = [
      {}, { padding: 'same' }, { padding: 'causal' }, { padding: 'same', strides: 2 }, { padding: 'causal', dilationRate: 2 }, { strides: 3 }, { padding: 'same', dilationRate: 2 },
      { padding: 'same', strides: 3, kernelSize: [2] },
    ];
    /** What tap k of output step t reads. */
    function tapsOf({ padding = 'valid', strides = 1, dilationRate = 1, kernelSize = 3 }: { padding?: string; strides?: number; dilationRate?: number; kernelSize?: number | number[] }): { length: number; taps: (t: number, k: number) => number; size: number } {
      const size = [kernelSize].flat()[0]!;
      const span = (size - 1) * dilationRate + 1;
      const length = padding === 'valid' ? Math.floor((T - span) / strides) + 1 : Math.ceil(T / strides);
      const before = padding === 'causal' ? span - 1 : padding === 'same' ? Math.floor(Math.max(0, (length - 1) * strides + span - T) / 2) : 0;
      return { length, size, taps: (t, k) => t * strides + k * dilationRate - before };
    }

    test.each(cases)('Conv1D %j', (options) => {
      const layer = ready('Conv1D', { filters: 4, kernelSize: 3, activation: 'relu', ...options });
      const [kernel, bias] = layer.getWeights().map((weight) => weight.arraySync()) as [Nested, number[]];
      const { length, taps, size } = tapsOf(options);
      const expected = numbers(x()).flatMap((sample) => Array.from({ length }, (_, t) => bias.map((b, f) =>
        Math.max(0, b + sum(Array.from({ length: size }, (_unused, k) => sum((sample[taps(t, k)] ?? []).map((one, c) => one * kernel[k]![c]![f]!))))))).flat());
      const found = call(layer, x());
      expect(found.shape).toEqual([S, length, 4]);
      expect(layer.computeOutputShape([null, T, F])).toEqual([null, length, 4]);
      expectClose(found.dataSync(), expected, 'Conv1D', 1e-5);
    });

    test.each(cases)('SeparableConv1D and DepthwiseConv1D %j', (options) => {
      const config = { kernelSize: 3, depthMultiplier: 2, ...options };
      const depthwise = ready('DepthwiseConv1D', { ...config, useBias: false });
      const kernel = depthwise.getWeights()[0]!.arraySync() as Nested;
      const { length, taps, size } = tapsOf(options);
      const expected = numbers(x()).map((sample) => Array.from({ length }, (_, t) => Array.from({ length: F * 2 }, (_unused, n) =>
        sum(Array.from({ length: size }, (_none, k) => (sample[taps(t, k)]?.[Math.floor(n / 2)] ?? 0) * kernel[k]![Math.floor(n / 2)]![n % 2]!)))));
      expectClose(call(depthwise, x()).dataSync(), expected.flat(2), 'depthwise', 1e-5);
      expect(depthwise.computeOutputShape([null, null, F])).toEqual([null, null, 2 * F]);
      const separable = ready('SeparableConv1D', { ...config, filters: 4 });
      const [, pointwise, bias] = separable.getWeights().map((weight) => weight.arraySync()) as [Nested, Nested, number[]];
      separable.setWeights([depthwise.getWeights()[0]!, ...separable.getWeights().slice(1)]);
      expectClose(call(separable, x()).dataSync(), expected.flatMap((sample) => sample.flatMap((step) => bias.map((b, f) => b + sum(step.map((one, n) => one * pointwise[0]![n]![f]!))))), 'separable', 1e-5);
    });

    test.each([{}, { padding: 'same' }, { strides: 2 }, { strides: 2, padding: 'same' }, { strides: 4, kernelSize: 2, padding: 'same' }, { strides: 4, kernelSize: 2 }])('Conv1DTranspose %j is the transpose of Conv1D', (options) => {
      const config = { kernelSize: 3, useBias: false, ...options };
      const layer = ready('Conv1DTranspose', { ...config, filters: 4 });
      const found = call(layer, x());
      const { strides = 1, padding, kernelSize = 3 } = options as { strides?: number; padding?: string; kernelSize?: number };
      const length = padding === 'same' ? T * strides : (T - 1) * strides + Math.max(kernelSize, strides);
      expect(found.shape).toEqual([S, length, 4]);
      expect(layer.computeOutputShape([null, T, F])).toEqual([null, length, 4]);
      // <conv(y), x> = <y, transposed(x)> for every y.
      const conv = own('Conv1D', { ...config, filters: F });
      conv.build([null, length, 4]);
      conv.setWeights(layer.getWeights());
      const y = tensor(9, [S, length, 4]);
      const [left, right] = [tf.sum(tf.mul(call(conv, y), x())), tf.sum(tf.mul(y, found))].map((one) => one.dataSync()[0]!);
      expect(Math.abs(left! - right!)).toBeLessThan(1e-4 * Math.abs(left!) + 1e-5);
    });

    test('what does not fit', () => {
      expect(() => own('Conv1D', { filters: 2, kernelSize: 3, groups: 2 })).toThrow(new SeeRnnError('Conv1D: groups is 2: only one group is supported'));
      expect(() => own('Conv1D', { filters: 2, kernelSize: 0 })).toThrow(new SeeRnnError('Conv1D: kernelSize must be a whole number of at least 1, found 0'));
      expect(() => call(ready('Conv1D', { filters: 2, kernelSize: 9 }), x())).toThrow(new SeeRnnError('Conv1D: its kernel spans 9 timesteps, of which the input has 6'));
    });
  });

  test('the axis of time: padding, cropping, repeating, pooling, masking', () => {
    const data = numbers(x());
    const flat = (of: (sample: number[][]) => number[][]): number[] => data.flatMap((sample) => of(sample).flat());
    const zero = [0, 0, 0];
    expectClose(call(own('ZeroPadding1D', { padding: [1, 2] }), x()).dataSync(), flat((sample) => [zero, ...sample, zero, zero]), 'padding', 0);
    expectClose(call(own('Cropping1D', { cropping: [1, 2] }), x()).dataSync(), flat((sample) => sample.slice(1, -2)), 'cropping', 0);
    expectClose(call(own('UpSampling1D', { size: 2 }), x()).dataSync(), flat((sample) => sample.flatMap((step) => [step, step])), 'repeating', 0);
    expect(['ZeroPadding1D', 'Cropping1D', 'UpSampling1D'].map((name) => own(name).computeOutputShape([null, T, F]))).toEqual([[null, T + 2, F], [null, T - 2, F], [null, 2 * T, F]]);
    expect(() => own('Cropping1D', { cropping: 3 }).computeOutputShape([null, T, F])).toThrow(new SeeRnnError('Cropping1D: it crops 6 timesteps, of which its input has 6'));

    const steps = [[1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 0, 0]];
    const mean = (v: readonly number[]): number => sum(v) / v.length;
    const pooled = (kept: (s: number, t: number) => boolean, of: (v: number[]) => number): number[] =>
      data.flatMap((sample, s) => zero.map((_, f) => of(sample.filter((_step, t) => kept(s, t)).map((step) => step[f]!))));
    expectClose(call(own('GlobalAveragePooling1D'), x()).dataSync(), pooled(() => true, mean), 'mean', 1e-5);
    expectClose(call(own('GlobalAveragePooling1D'), x(), { mask: mask(...steps) }).dataSync(), pooled((s, t) => steps[s]![t] === 1, mean), 'mean of the unmasked', 1e-5);
    expectClose(call(own('GlobalMaxPooling1D', { keepdims: true }), x()).dataSync(), pooled(() => true, (v) => Math.max(...v)), 'largest', 0);
    expect(own('GlobalMaxPooling1D', { keepdims: true }).computeOutputShape([null, T, F])).toEqual([null, 1, F]);

    const padded = tf.tensor3d([[[1, -1], [-1, -1], [-1, 2]]]);
    expect(Array.from(call(own('Masking', { maskValue: -1 }), padded).dataSync(), (one) => one + 0)).toEqual([1, -1, 0, 0, -1, 2]);
    expect(Array.from((own('Masking', { maskValue: -1 }).computeMask(padded) as tf.Tensor).dataSync())).toEqual([1, 0, 1]);
  });

  describe('activations', () => {
    const points = [-3.6, -1.2, -0.3, 0.4, 1.7, 3.2];

    test('ReLU, LeakyReLU, ELU with their options', () => {
      const of = (name: string, config: object): number[] => Array.from(call(own(name, config as Record<string, unknown>), tf.tensor1d(points)).dataSync());
      const expected = (f: (a: number) => number): number[] => points.map(f);
      expectClose(of('ReLU', { maxValue: 2, negativeSlope: 0.1, threshold: 0.5 }), expected((a) => (a < 0.5 ? 0.1 * (a - 0.5) : Math.min(a, 2))), 'ReLU', 1e-6);
      expectClose(of('ReLU', {}), expected((a) => Math.max(0, a)), 'ReLU', 1e-6);
      expectClose(of('LeakyReLU', {}), expected((a) => (a < 0 ? 0.3 * a : a)), 'LeakyReLU', 1e-6);
      expectClose(of('LeakyReLU', { alpha: 0.2 }), of('LeakyReLU', { negativeSlope: 0.2 }), 'alpha', 0);
      expectClose(of('ELU', { alpha: 0.5 }), expected((a) => (a < 0 ? 0.5 * Math.expm1(a) : a)), 'ELU', 1e-6);
    });

    test.each([
      ['silu', 'swish'], ['swish', 'swish'], ['hard_silu', 'hardSilu'], ['hard_swish', 'hardSilu'], ['exponential', 'exponential'], ['leaky_relu', 'leakyReLU'], ['gelu', 'gelu'],
      ['mish', 'mish'], ['relu', 'relu'], ['softmax', 'softmax'], ['log_softmax', 'logSoftmax'], ['selu', 'selu'], ['softsign', 'softsign'], ['tanh', 'tanh'],
    ])('%s is %s, in a layer of TF.js too', (name, ours) => {
      const expected = new Float32Array(points.length);
      activations.get(ours)!.apply(Float32Array.from(points), expected, 0, points.length, points.length);
      expectClose(call(own('Activation', { activation: name }), tf.tensor2d([points])).dataSync(), expected, name, 1e-5);
      const layer = dense(points.length, 3);
      layer.build([null, 4]);
      const plain = call(layer, tensor(5, [S, 4]));
      setActivation(layer, name, { kerasMajor: 3 });
      expectClose(call(layer, tensor(5, [S, 4])).dataSync(), onTensors(activations.get(ours)!).apply(plain).dataSync(), `Dense, ${name}`, 1e-6);
    });

    test('hard_sigmoid is told apart, unknown ones are refused', () => {
      const of = (kerasMajor: 2 | 3): number[] => Array.from(call(own('Activation', { activation: 'hard_sigmoid' }, { kerasMajor }), tf.tensor1d([-3, 0, 1, 2.7])).dataSync());
      expectClose(of(2), [0, 0.5, 0.7, 1], 'Keras 2', 1e-6);
      expectClose(of(3), [0, 0.5, 4 / 6, 2.7 / 6 + 0.5], 'Keras 3', 1e-6);
      expectClose(call(own('Activation', { activation: { class_name: 'LeakyReLU', config: { negative_slope: 0.5 } } }), tf.tensor1d([-2, 2])).dataSync(), [-1, 2], 'as a layer', 1e-6);
      expect(() => own('Activation', { activation: 'silo' })).toThrow(new SeeRnnError("unknown activation 'silo'; did you mean 'silu'?"));
      expect(() => own('Activation', { activation: { class_name: 'Custom>Mine' } })).toThrow(new SeeRnnError("unknown activation 'Custom>Mine': a layer given as an activation can be LeakyReLU or ReLU"));
    });
  });
});
