import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import type { Floats } from '../../src/cells/floats.js';
import { sizeOf, type NamedArray } from '../../src/core/array.js';
import { SeeRnnError } from '../../src/core/errors.js';
import type { Layer, Masked } from '../../src/graph/layer.js';
import type { LossDialect } from '../../src/graph/losses/loss.js';
import { lossByName } from '../../src/graph/losses/named.js';
import { penaltyTerm } from '../../src/graph/losses/penalty.js';
import { multiply, subtract } from '../../src/graph/operations/arithmetic.js';
import { mean } from '../../src/graph/operations/reductions.js';
import { abs } from '../../src/graph/operations/unary.js';
import { Tape } from '../../src/graph/tape.js';
import { scalar, Tensor } from '../../src/graph/tensor.js';
import { StoredWeight, type Penalty } from '../../src/graph/weight.js';
import { Model } from '../../src/model/model.js';
import { partsOf, type Part } from '../../src/model/parts.js';
import { penaltyOf, weightLoss, weightPenalties } from '../../src/model/penalties.js';
import { totalLoss, type LossSettings, type OwnLoss } from '../../src/model/total-loss.js';

/** A model's whole loss, and its gradient by what it predicted, are held to real Keras, 2 and 3, in float64. `make/total-loss.py` has made the numbers. */

interface Held { readonly shape: readonly number[]; readonly data: readonly number[] }
interface Spec { readonly name: string; readonly options: Record<string, unknown> }
interface Case {
  readonly what: string;
  readonly losses: readonly (Spec | null)[];
  readonly lossWeights: readonly number[] | null;
  readonly classWeight: Record<number, number> | null;
  readonly y: readonly Held[];
  readonly predictions: readonly Held[];
  readonly masks: readonly (Held | null)[];
  readonly weights: readonly (Held | null)[];
  /** NaN is null. */
  readonly loss: number | null;
  readonly gradients: readonly (readonly (number | null)[] | null)[];
}
interface PenaltyCase { readonly what: string; readonly shape: readonly number[]; readonly data: readonly number[]; readonly value: number; readonly gradient: readonly number[] }

const held = (generation: 2 | 3): { readonly cases: Case[]; readonly penalties: PenaltyCase[] } =>
  JSON.parse(readFileSync(new URL(`fixtures/total-loss-keras-${generation}.json`, import.meta.url), 'utf8')) as { cases: Case[]; penalties: PenaltyCase[] };

const array = ({ shape, data }: Held): NamedArray => ({ shape, data: Float64Array.from(data), axes: shape.map((_, i) => `axis${i}`) });
const NOTHING: LossSettings = { loss: undefined, lossWeights: undefined, sampleWeight: undefined, classWeight: undefined };
const KERAS_3: LossDialect = { kerasMajor: 3, tfjs: false };
const KERAS_2: LossDialect = { kerasMajor: 2, tfjs: false };

const layerOf = (name: string, weights: readonly StoredWeight[] = []): Layer => ({
  name, className: 'Dense', weights, parts: [], graph: null, stateful: false, recurrent: null, notRecurrent: null, call: () => { throw new Error('nobody calls it'); },
});

/** A model that has no more than its outputs, of these shapes, and perhaps weights. */
function modelOf(outputs: readonly { readonly shape: readonly number[]; readonly masked?: boolean }[], dialect: LossDialect = KERAS_3, more: Partial<ConstructorParameters<typeof Model>[0]> = {}, weights: readonly StoredWeight[] = []): Model {
  const layers = [...outputs.map((_, i) => layerOf('abc'.charAt(i))), ...(weights.length > 0 ? [layerOf('dense', weights)] : [])];
  const values = outputs.map(({ shape, masked = false }, index) => ({
    shape: [null, ...shape.slice(1)], dtype: 'float' as const, masked, index, node: { layer: layers[index], inputs: [], argumentSizes: null, given: {}, options: {}, outputs: [] },
  }));
  const graph = { name: 'made', nodes: values.map(({ node }) => node), inputs: [], outputs: values, layers };
  return new Model({ graph, kind: 'Functional', inputNames: [], outputNames: layers.slice(0, outputs.length).map(({ name }) => name), dialect, ...more });
}

/** Some of an array's samples. */
const cut = ({ shape, data }: Held, part: Part | null): Held => {
  if (!part) return { shape, data };
  const each = sizeOf(shape.slice(1));
  return { shape: [part.to - part.from, ...shape.slice(1)], data: data.slice(part.from * each, part.to * each) };
};

const OWN: Readonly<Record<string, OwnLoss>> = {
  elements: (t, p) => multiply(multiply(abs(subtract(t, p)), abs(subtract(t, p))), abs(subtract(t, p))),
  steps: (t, p) => mean(OWN['elements'](t, p), [-1]),
  samples: (t, p) => mean(OWN['elements'](t, p), [1, 2]),
  batch: (t, p) => mean(OWN['elements'](t, p), null),
};

/** The loss and its gradients by the predictions, of all samples at once or of parts of so many. */
function computed(one: Case, dialect: LossDialect, size = Infinity): { readonly loss: number; readonly gradients: readonly (number[] | null)[] } {
  const own = one.losses[0]?.name.startsWith('own ') ? OWN[one.losses[0].name.slice(4)] : null;
  const compiled = own ? null : { losses: one.losses.map((spec) => spec && lossByName(spec.name, spec.options, dialect)!), lossWeights: one.lossWeights };
  const model = modelOf(one.predictions.map(({ shape }, i) => ({ shape, masked: one.masks[i] !== null })), dialect, { compiled });
  const settings: LossSettings = { ...NOTHING, loss: own ?? undefined, sampleWeight: one.weights.map((weight) => weight ? array(weight) : undefined), classWeight: one.classWeight ?? undefined };
  const loss = totalLoss(model, one.y.map(array), settings, 'float64');
  const samples = one.predictions[0].shape[0];
  const parts = size >= samples ? [null] : partsOf(samples, size);
  const outputs = (part: Part | null, tape: Tape | null): Masked[] => one.predictions.map((prediction, i) => {
    const { shape, data } = cut(prediction, part);
    const plain = new Tensor(Float64Array.from(data), shape);
    const mask = one.masks[i] && cut(one.masks[i], part);
    return { value: tape?.follow(plain) ?? plain, mask: mask && new Tensor(Float64Array.from(mask.data), mask.shape, 'bool') };
  });
  if (loss.measuresParts) for (const part of parts) if (part) loss.measure({ outputs: outputs(part, null) }, part);
  let total = 0;
  const gradients = one.predictions.map((): number[] | null => null);
  for (const part of parts) {
    const tape = new Tape();
    const followed = outputs(part, tape);
    const value = loss.of({ outputs: followed, activity: [], weight: () => { throw new Error('there is none'); } }, part);
    expect([value.shape, value.data]).toEqual([[], expect.any(Float64Array)]);
    tape.backward(value);
    total += value.data[0];
    followed.forEach((output, i) => {
      const adjoint: Floats | null = tape.adjoint(output.value);
      if (adjoint) gradients[i] = [...gradients[i] ?? [], ...adjoint];
    });
  }
  return { loss: total, gradients };
}

function compare(found: ReturnType<typeof computed>, { loss, gradients, losses }: Case, what: string): void {
  // TensorFlow's CTC is in float32 whatever it is given.
  const tolerance = losses[0]?.name === 'CTC' ? 2e-6 : 1e-12;
  const close = (value: number, wanted: number | null, of: string): void => {
    if (wanted === null) expect(value, of).toBeNaN();
    else expect(Math.abs(value - wanted), `${of}: ${value} for ${wanted}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(wanted)));
  };
  close(found.loss, loss, what);
  gradients.forEach((gradient, i) => {
    expect(found.gradients[i]?.length).toBe(gradient?.length);
    gradient?.forEach((wanted, n) => { close(found.gradients[i]![n], wanted, `${what}, gradient ${i}, ${n}`); });
  });
}

describe.each([2, 3] as const)('Keras %s', (kerasMajor) => {
  const dialect: LossDialect = { kerasMajor, tfjs: false };
  const { cases, penalties } = held(kerasMajor);
  it.each(cases)('$what', (one) => { compare(computed(one, dialect), one, one.what); });

  it.each(cases.filter(({ losses }) => !/^(Circle|Dice|own batch)$/.test(losses[0]?.name ?? '')))('$what: parts add up', (one) => {
    for (const size of [1, 2]) compare(computed(one, dialect, size), one, `${one.what}, ${size} at a time`);
  });

  it.each(penalties)('a penalty of $what', ({ what, shape, data, value, gradient }) => {
    const none: Penalty = { l1: 0, l2: 0, orthogonal: null, other: null };
    const penalty: Penalty = what === 'rows' || what === 'columns' ? { ...none, orthogonal: { factor: 0.7, mode: what } } : { ...none, ...(what !== 'l2' && { l1: 0.3 }), ...(what !== 'l1' && { l2: 0.2 }) };
    const tape = new Tape();
    const x = tape.follow(new Tensor(Float64Array.from(data), shape));
    const term = penaltyTerm(penalty, x, dialect)!;
    tape.backward(term);
    // Keras 3's orthogonal one works in float32 alone.
    const digits = kerasMajor === 3 && penalty.orthogonal ? 6 : 14;
    expect(term.data[0]).toBeCloseTo(value, digits);
    gradient.forEach((wanted, n) => { expect(tape.adjoint(x)![n]).toBeCloseTo(wanted, digits); });
  });
});

/** The loss of one output, from what is given for it. */
function lossOf(y: Held, prediction: Held, settings: Partial<LossSettings>, { mask = null, masked = mask !== null, dialect = KERAS_3, part = null }: { readonly mask?: Held | null; readonly masked?: boolean; readonly dialect?: LossDialect; readonly part?: Part | null } = {}): number {
  const model = modelOf([{ shape: prediction.shape, masked }], dialect);
  const tensor = ({ shape, data }: Held): Tensor => new Tensor(Float64Array.from(data), shape);
  const outputs = [{ value: tensor(cut(prediction, part)), mask: mask && tensor(cut(mask, part)) }];
  return totalLoss(model, [array(y)], { ...NOTHING, ...settings }, 'float64').of({ outputs, activity: [], weight: () => { throw new Error('there is none'); } }, part).data[0];
}

const ones = (...shape: number[]): Held => ({ shape, data: Array.from({ length: sizeOf(shape) }, () => 1) });
const counting = (...shape: number[]): Held => ({ shape, data: Array.from({ length: sizeOf(shape) }, (_, n) => n) });

describe('weights', () => {
  it('of samples hold for all of their steps, also where Keras 3 throws', () => {
    const weights = [0.5, 2, 3];
    const by = (sampleWeight: Held, mask: Held | null): number => lossOf(counting(3, 4, 2), ones(3, 4, 2), { loss: 'mse', sampleWeight: [array(sampleWeight)] }, { mask });
    const mask = { shape: [3, 4], data: [1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1] };
    for (const one of [null, mask]) {
      expect(by({ shape: [3], data: weights }, one)).toBe(by({ shape: [3, 4], data: weights.flatMap((value) => [value, value, value, value]) }, one));
    }
  });

  it('of steps go with targets (samples, timesteps) of an output (samples, timesteps, 1)', () => {
    const sampleWeight = [array(counting(3, 4))];
    expect(lossOf(counting(3, 4), ones(3, 4, 1), { loss: 'mse', sampleWeight })).toBe(lossOf(counting(3, 4, 1), ones(3, 4, 1), { loss: 'mse', sampleWeight }));
    const mask = { shape: [3, 4], data: [1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1] };
    expect(lossOf(counting(3, 4), ones(3, 4, 1), { loss: 'mse' }, { mask })).toBe(lossOf(counting(3, 4, 1), ones(3, 4, 1), { loss: 'mse' }, { mask }));
  });

  it('of classes and samples multiply', () => {
    const settings = { loss: 'sparse_categorical_crossentropy', classWeight: { 0: 2, 1: 3 } };
    const [y, p] = [{ shape: [2], data: [0, 1] }, { shape: [2, 2], data: [0.5, 0.5, 0.5, 0.5] }];
    expect(lossOf(y, p, { ...settings, sampleWeight: [array({ shape: [2], data: [5, 7] })] })).toBeCloseTo(Math.LN2 * (10 + 21) / 2, 12);
    expect(lossOf(y, p, { ...settings, classWeight: { 1: 3 } })).toBeCloseTo(Math.LN2 * 2, 12);
  });

  it("of classes are TF.js's too", () => {
    const dialect = { kerasMajor: 2, tfjs: true } as const;
    expect(lossOf({ shape: [2, 1], data: [0, 1] }, { shape: [2, 2], data: [0.5, 0.5, 0.5, 0.5] }, { loss: 'sparseCategoricalCrossentropy', classWeight: { 0: 2, 1: 3 } }, { dialect })).toBeCloseTo(Math.LN2 * 2.5, 6);
  });
});

test('TF.js knows of no masks in a loss', () => {
  const mask = { shape: [2, 2], data: [1, 0, 0, 0] };
  const of = (dialect: LossDialect): number => lossOf(counting(2, 2, 1), ones(2, 2, 1), { loss: 'mse' }, { mask, dialect });
  expect(of({ kerasMajor: 2, tfjs: true })).toBe((1 + 0 + 1 + 4) / 4);
  expect([of(KERAS_2), of(KERAS_3)]).toEqual([1, 1]);
});

describe('losses and factors', () => {
  const [a, b] = [counting(2, 3), counting(2, 1)];
  const model = modelOf([a, b]);
  const outputs = [ones(2, 3), ones(2, 1)].map(({ shape, data }) => ({ value: new Tensor(Float64Array.from(data), shape), mask: null }));
  const of = (settings: Partial<LossSettings>, made = model): number =>
    totalLoss(made, [array(a), array(b)], { ...NOTHING, ...settings }, 'float64').of({ outputs, activity: [], weight: () => { throw new Error('there is none'); } }, null).data[0];
  const [mse, mae] = [(1 + 0 + 1 + 4 + 9 + 16) / 6, (1 + 0 + 1 + 2 + 3 + 4) / 6];

  it('one for all, as a list, by name; given as such', () => {
    expect(of({ loss: 'mse' })).toBeCloseTo(mse + 0.5, 12);
    expect(of({ loss: ['mae', 'mse'] })).toBeCloseTo(mae + 0.5, 12);
    expect(of({ loss: { b: 'mse', a: lossByName('MeanSquaredError', { reduction: 'sum' })! } })).toBeCloseTo(2 * mse + 0.5, 12);
    expect(of({ loss: (t, p) => subtract(t, p) })).toBeCloseTo(1.5 - 0.5, 12);
  });

  it('factors', () => {
    expect(of({ loss: 'mse', lossWeights: 0.1 })).toBeCloseTo((mse + 0.5) / 10, 12);
    expect(of({ loss: 'mse', lossWeights: [2, -3] })).toBeCloseTo(2 * mse - 1.5, 12);
    expect(of({ loss: 'mse', lossWeights: { b: 7 } })).toBeCloseTo(mse + 3.5, 12);
  });

  it('compiled ones, whose factors go with their losses alone', () => {
    const compiled = modelOf([a, b], KERAS_3, { compiled: { losses: [lossByName('mse'), null], lossWeights: [5, 1] } });
    expect(of({}, compiled)).toBeCloseTo(5 * mse, 12);
    expect(of({ loss: 'mae' }, compiled)).toBeCloseTo(mae + 0.5, 12);
    expect(of({ lossWeights: { a: 2 } }, compiled)).toBeCloseTo(2 * mse, 12);
  });

  it('what is wrong is said', () => {
    const refused = (message: string, settings: Partial<LossSettings>, made = model): void => { expect(() => of(settings, made)).toThrow(new SeeRnnError(message)); };
    refused("the model has no loss: compile it, or give one by the option 'loss', e.g. { loss: 'meanSquaredError' }", {});
    refused("unknown loss 'hing'; did you mean 'hinge'?", { loss: 'hing' });
    refused("loss 'b': nothing was given", { loss: { a: 'mse' } });
    refused("loss 'b': expected a name or a function, found 3", { loss: ['mse', 3 as unknown as string] });
    refused("loss: the model has no output 'c'; did you mean 'a'?", { loss: { c: 'mse' } });
    refused("lossWeights 'a': expected a number, found \"2\"", { loss: 'mse', lossWeights: ['2' as unknown as number, 1] });
    refused("classWeight: only a model with one output can have class weights, and this has 2: give each sample its weight by sampleWeight", { loss: 'mse', classWeight: { 0: 1 } });
    refused("loss 'b': with the reduction 'none' it is a list of numbers, to which Keras can add no other loss or penalty", { loss: ['mse', lossByName('mse', { reduction: 'none' })!] });
  });
});

describe('what does not fit', () => {
  const refused = (message: string, ...given: Parameters<typeof lossOf>): void => { expect(() => lossOf(...given)).toThrow(new SeeRnnError(message)); };

  it('targets', () => {
    refused('y: expected shape (2, 3), found (2, 2)', ones(2, 2), ones(2, 3), { loss: 'mse' });
    refused('y: expected shape (2, 3), found (2,)', ones(2), ones(2, 3), { loss: 'mse' });
    refused('y: expected shape (2, 3), found (3, 3)', ones(3, 3), ones(2, 3), { loss: 'mse' });
    refused('y: expected shape (2, 1), found (2, 3)', ones(2, 3), ones(2, 3), { loss: 'sparse_categorical_crossentropy' });
    refused('y: expected class indices from 0 to 2, found 3', { shape: [2], data: [3, 0] }, ones(2, 3), { loss: 'sparse_categorical_crossentropy' });
    refused('y: expected 2 samples, as predicted, found 3', ones(3, 3), ones(2, 3), { loss: (_, p) => p });
    refused('y: expected 2 samples, as predicted, found a single number', ones(), ones(2, 3), { loss: (_, p) => p });
    refused('y: expected 4 samples, as x has, found 3', ones(3, 3), ones(4, 3), { loss: 'mse' }, { part: { from: 0, to: 2, of: 4 } });
    refused('y: expected shape (4, 3), found (4, 2)', ones(4, 2), ones(4, 3), { loss: 'mse' }, { part: { from: 0, to: 2, of: 4 } });
    expect(() => totalLoss(modelOf([ones(2, 3)]), [undefined], { ...NOTHING, loss: 'mse' }, 'float64')).toThrow(new SeeRnnError('y: nothing was given'));
  });

  it('weights', () => {
    refused('sampleWeight: expected shape (2,), found (3,)', ones(2, 3), ones(2, 3), { loss: 'mse', sampleWeight: [array(ones(3))] });
    refused('sampleWeight: expected shape (2, 4) or (2,), found (2, 3)', ones(2, 4, 3), ones(2, 4, 3), { loss: 'mse', sampleWeight: [array(ones(2, 3))] });
    refused('sampleWeight: expected 4 samples, as x has, found 2', ones(4, 3), ones(4, 3), { loss: 'mse', sampleWeight: [array(ones(2))] }, { part: { from: 0, to: 2, of: 4 } });
    refused('sampleWeight: the loss function gives one number for the batch, not one for each sample, so there is nothing to weigh', ones(2, 3), ones(2, 3), { loss: (t) => mean(t, null), sampleWeight: [array(ones(2))] });
  });

  it('class weights', () => {
    refused('classWeight: nothing was given for class 1, which is among the targets', { shape: [2], data: [0, 1] }, ones(2, 2), { loss: 'sparse_categorical_crossentropy', classWeight: { 0: 1 } }, { dialect: KERAS_2 });
    refused('classWeight: expected numbers by class index, e.g. { 0: 1, 1: 20 }, found {"cat":1}', { shape: [2], data: [0, 1] }, ones(2, 2), { loss: 'sparse_categorical_crossentropy', classWeight: { cat: 1 } as Record<number, number> });
    refused('classWeight: Keras takes targets of shape (2, 4) for one-hot ones, of the class that is largest along the last axis: give class indices of steps as (2, 4, 1)', ones(2, 4), ones(2, 4, 3), { loss: 'sparse_categorical_crossentropy', classWeight: { 0: 1, 1: 2 } });
  });

  it('masks', () => {
    refused("loss: cosineProximity goes along an axis of the output's mask, (2, 4), so that nothing is masked in its values, (2, 3): Keras can't weigh them either", ones(2, 4, 3), ones(2, 4, 3), { loss: lossByName('CosineSimilarity', { axis: 1 })! }, { mask: ones(2, 4) });
  });

  it('parts', () => {
    const part = { from: 0, to: 2, of: 4 };
    const inParts = (reason: string, loss: LossSettings['loss'], shape: number[], y = ones(...shape)): void => { refused(`the batch cannot run in parts (option batchSize): ${reason}`, y, ones(...shape), { loss }, { part }); };
    inParts('loss is a function that gives one value for the batch, not one for each sample', (t) => mean(t, null), [4, 3]);
    inParts('the loss dice takes the samples of a batch together', 'dice', [4, 3]);
    inParts('the loss cosineProximity takes the samples of a batch together', lossByName('CosineSimilarity', { axis: -2 })!, [4, 3]);
    inParts('the loss circle compares the samples of a batch with one another', 'circle', [4, 3], ones(4));
    refused('the batch cannot run in parts (option batchSize): an output has a mask that was not foreseen', ones(4, 2, 3), ones(4, 2, 3), { loss: 'mse' }, { mask: ones(4, 2), masked: false, part });
  });
});

describe('penalties', () => {
  const none: Penalty = { l1: 0, l2: 0, orthogonal: null, other: null };
  const weight = (name: string, penalty: Penalty | null, frozen = false): StoredWeight => {
    const made = new StoredWeight({ name, shape: [2, 2], axes: ['features', 'units'], penalty });
    made.frozen = frozen;
    made.set(Float32Array.of(1, -2, 0, 3));
    return made;
  };
  const weights = (): StoredWeight[] => [
    weight('kernel', { ...none, l1: 0.5 }), weight('frozen', { ...none, l2: 0.25 }, true), weight('upright', { ...none, orthogonal: { factor: 2, mode: 'rows' } }),
    weight('unknown', { ...none, other: 'Mine' }), weight('own', { ...none, other: 'Largest', compute: (x) => multiply(scalar(10), mean(abs(x), null)) }), weight('bias', null), weight('nothing', none),
  ];
  // |(1, -2) (0, 3)| / (|(1, -2)| |(0, 3)|) = 2 / sqrt 5, of one pair.
  const [l1, frozen, upright, own] = [0.5 * 6, 0.25 * 14, 2 * 2 / Math.sqrt(5), 15];

  it('of frozen weights count in Keras 2 and TF.js, and not in Keras 3', async () => {
    for (const [dialect, sum] of [[KERAS_3, l1 + upright + own], [KERAS_2, l1 + frozen + upright + own], [{ kerasMajor: 2, tfjs: true }, l1 + frozen + upright + own]] as const) {
      const model = modelOf([ones(2, 3)], dialect, {}, weights());
      expect(Math.abs(await weightLoss(model) - sum)).toBeLessThan(1e-6 * sum);
      expect(Object.keys(weightPenalties(model))).toEqual(['dense/kernel', ...(dialect === KERAS_3 ? [] : ['dense/frozen']), 'dense/upright', 'dense/unknown', 'dense/own']);
    }
  });

  it('are named', () => {
    const model = modelOf([ones(2, 3)], KERAS_2, {}, weights());
    expect(weightPenalties(model)).toEqual({
      'dense/kernel': { l1: 0.5, l2: 0, other: null }, 'dense/frozen': { l1: 0, l2: 0.25, other: null }, 'dense/upright': { l1: 0, l2: 0, other: 'OrthogonalRegularizer' },
      'dense/unknown': { l1: 0, l2: 0, other: 'Mine' }, 'dense/own': { l1: 0, l2: 0, other: 'Largest' },
    });
    expect(penaltyOf(model, { weight: weight('bias', null) })).toBeNull();
    expect(() => weightPenalties(3 as unknown as Model)).toThrow('weightPenalties: expected a model made of layers (of loadModel, or a tf.LayersModel), found 3');
  });

  it('come into the loss once, those of activities as they are meant', () => {
    const model = modelOf([ones(4, 3)], KERAS_3, {}, weights());
    const loss = totalLoss(model, [array(counting(4, 3))], { ...NOTHING, loss: 'mse' }, 'float64');
    const mse = lossOf(counting(4, 3), ones(4, 3), { loss: 'mse' });
    const pass = (samples: number): Parameters<typeof loss.of>[0] => ({
      outputs: [{ value: new Tensor(new Float64Array(samples * 3).fill(1), [samples, 3]), mask: null }],
      activity: [{ term: scalar(100), mean: true }, { term: scalar(1000), mean: false }],
      weight: (one) => new Tensor(Float64Array.from(one.read() as Float32Array), one.shape),
    });
    expect(loss.of(pass(4), null).data[0]).toBeCloseTo(mse + l1 + upright + own + 1100, 9);
    const [first, second] = [loss.of(pass(1), { from: 0, to: 1, of: 4 }).data[0], loss.of(pass(3), { from: 1, to: 4, of: 4 }).data[0]];
    expect(first + second).toBeCloseTo(mse + l1 + upright + own + 100 + 2000, 9);
    // Of the second part no weights.
    expect(second - 75 - 1000).toBeLessThan(mse);
  });

  it('give no gradient by an l1 weight that is 0', () => {
    const tape = new Tape();
    const x = tape.follow(new Tensor(Float64Array.of(1, -2, 0), [3]));
    tape.backward(penaltyTerm({ ...none, l1: 0.5 }, x, KERAS_3)!);
    expect(Array.from(tape.adjoint(x)!)).toEqual([0.5, -0.5, 0]);
    expect(penaltyTerm(none, x, KERAS_3)).toBeNull();
    expect(() => penaltyTerm({ ...none, orthogonal: { factor: 1, mode: 'rows' } }, x, KERAS_3)).toThrow(new SeeRnnError('an OrthogonalRegularizer takes matrices alone, found shape (3,)'));
  });
});
