import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { lossByName, lossNames, namedLoss, type LossOptions } from '../../src/model/losses.js';
import '../backends.js';

/** Losses by their formulas in float64, which know nothing of TF.js. */

type Row = readonly number[];
const sum = (values: Row): number => values.reduce((a, b) => a + b, 0);
const mean = (values: Row): number => sum(values) / values.length;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softmax = (x: Row): Row => x.map((v) => Math.exp(v) / sum(x.map(Math.exp)));
const binary = (t: number, p: number): number => -(t * Math.log(p) + (1 - t) * Math.log(1 - p));
const smooth = (t: number, share: number, classes: number): number => t * (1 - share) + share / classes;

const scores: Row[] = [[2.5, -1, 0.25], [-0.5, 3, -4]];
const shares: Row[] = scores.map(softmax);
const odds: Row[] = scores.map((row) => row.map(sigmoid));
const classes: Row[] = [[0, 0, 1], [0, 1, 0]];
const several: Row[] = [[1, 0, 1], [0, 1, 0]];

const cases: [string, LossOptions, Row[], Row[], (t: Row, p: Row) => number][] = [
  ['Huber', {}, several, scores, (t, p) => mean(p.map((v, i) => { const e = Math.abs(t[i]! - v); return e <= 1 ? e * e / 2 : e - 0.5; }))],
  ['huber_loss', { delta: 2 }, several, scores, (t, p) => mean(p.map((v, i) => { const e = Math.abs(t[i]! - v); return e <= 2 ? e * e / 2 : 2 * e - 2; }))],
  ['LogCosh', {}, several, scores, (t, p) => mean(p.map((v, i) => Math.log(Math.cosh(v - t[i]!))))],
  ['log_cosh', {}, several, scores, (t, p) => mean(p.map((v, i) => Math.log(Math.cosh(v - t[i]!))))],
  ['BinaryCrossentropy', { from_logits: true }, several, scores, (t, p) => mean(p.map((v, i) => binary(t[i]!, sigmoid(v))))],
  ['BinaryCrossentropy', { label_smoothing: 0.2, from_logits: false }, several, odds, (t, p) => mean(p.map((v, i) => binary(smooth(t[i]!, 0.2, 2), v)))],
  ['CategoricalCrossentropy', { from_logits: true, label_smoothing: 0.3 }, classes, scores, (t, p) => -sum(softmax(p).map((v, i) => smooth(t[i]!, 0.3, 3) * Math.log(v)))],
  ['categorical_crossentropy', { label_smoothing: 0.1 }, classes, shares, (t, p) => -sum(p.map((v, i) => smooth(t[i]!, 0.1, 3) * Math.log(v)))],
  ['SparseCategoricalCrossentropy', { from_logits: true }, [[2], [1]], scores, ([k], p) => -Math.log(softmax(p)[k!]!)],
  ['sparse_categorical_crossentropy', {}, [[2], [1]], shares, ([k], p) => -Math.log(p[k!]!)],
  ['BinaryFocalCrossentropy', { gamma: 3 }, several, odds, (t, p) => mean(p.map((v, i) => (1 - (t[i] ? v : 1 - v)) ** 3 * binary(t[i]!, v)))],
  ['BinaryFocalCrossentropy', { apply_class_balancing: true, alpha: 0.4, from_logits: true }, several, scores, (t, p) => mean(p.map(sigmoid).map((v, i) => (t[i] ? 0.4 : 0.6) * (1 - (t[i] ? v : 1 - v)) ** 2 * binary(t[i]!, v)))],
  ['CategoricalFocalCrossentropy', { from_logits: true }, classes, scores, (t, p) => sum(softmax(p).map((v, i) => -t[i]! * 0.25 * (1 - v) ** 2 * Math.log(v)))],
  ['CosineSimilarity', {}, several, scores, (t, p) => -sum(p.map((v, i) => v * t[i]!)) / Math.hypot(...p) / Math.hypot(...t)],
  ['KLDivergence', {}, shares, [...shares].reverse(), (t, p) => sum(t.map((v, i) => v * Math.log(v / p[i]!)))],
];

test.each(cases)('%s %j: by its formula', (name, options, targets, predictions, formula) => {
  const loss = lossByName(name, options)!;
  const found = tf.tidy(() => loss.apply(tf.tensor2d(targets as number[][]), tf.tensor2d(predictions as number[][])).dataSync());
  expect(found.length).toBe(2);
  targets.forEach((target, i) => { expect(found[i]).toBeCloseTo(formula(target, predictions[i]!), 5); });
});

describe('names', () => {
  test.each([
    ['meanSquaredError', ['mean_squared_error', 'mse', 'MSE', 'MeanSquaredError']], ['meanAbsoluteError', ['mae', 'mean_absolute_error']],
    ['meanAbsolutePercentageError', ['mape', 'MeanAbsolutePercentageError']], ['meanSquaredLogarithmicError', ['msle']], ['logcosh', ['log_cosh', 'LogCosh', 'logcosh']],
    ['huber', ['Huber', 'huber', 'huber_loss']], ['binaryCrossentropy', ['bce', 'binary_crossentropy']],
    ['kullbackLeiblerDivergence', ['kld', 'kl_divergence', 'KLDivergence', 'kullback_leibler_divergence']], ['cosineProximity', ['cosine', 'cosine_proximity', 'cosine_similarity', 'CosineSimilarity']],
    ['squaredHinge', ['squared_hinge', 'SquaredHinge']], ['poisson', ['Poisson']], ['sparseCategoricalCrossentropy', ['SparseCategoricalCrossentropy']],
  ])('%s', (name, aliases) => { for (const alias of [name, ...aliases]) expect(lossByName(alias)?.name, alias).toBe(name); });

  test('those that are none', () => {
    for (const name of ['', 'toString', '__proto__', 'mean', 'mse2']) expect(lossByName(name)).toBeNull();
    expect(lossNames).toContain('huber');
  });

  test('a function is known again', () => {
    const loss = lossByName('SparseCategoricalCrossentropy', { from_logits: true })!;
    expect(namedLoss(loss.apply)).toBe(loss);
    expect([loss.targets, loss.isTfjs, lossByName('mse')!.isTfjs]).toEqual(['indices', false, true]);
    expect(namedLoss(() => tf.scalar(0))).toBeNull();
  });
});
