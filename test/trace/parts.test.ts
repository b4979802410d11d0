import { expect, test } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import type { Value } from '../../src/graph/graph.js';
import type { ArrayInputs } from '../../src/model/inputs.js';
import type { Model } from '../../src/model/model.js';
import { JoinedRuns } from '../../src/trace/joined-runs.js';
import type { Run } from '../../src/trace/run.js';
import { trace, traceParts, type TraceOptions } from '../../src/trace/trace.js';
import { call, input, integers, layer, modelOf, nested, normals, ragged } from './build.js';

/** Samples in parts: the same loss, predictions and gradients as all at once. */

const [N, T, F] = [7, 5, 4];
const ALL: TraceOptions = { layers: '*', quantities: ['outputs', 'inputs', 'hidden', 'cell', 'gates', 'weights', 'weight-steps'] };

interface Case { readonly model: Model; readonly x: ArrayInputs; readonly y: ArrayInputs; readonly options: TraceOptions }

const chain = (...layers: readonly ReturnType<typeof layer>[]): Model => {
  const x = input('x', [T, F]);
  return modelOf([x], [layers.reduce<Value>((below, one) => call(one, below), x)]);
};

const cases: Record<string, () => Case> = {
  'LSTM over LSTM': () => ({
    model: chain(layer('LSTM', 'lower', { units: 3, return_sequences: true }), layer('LSTM', 'upper', { units: 2 }), layer('Dense', 'head', { units: 2 })),
    x: normals(1, [N, T, F]), y: normals(2, [N, 2]), options: { loss: 'meanSquaredError' },
  }),
  'both directions, every step, and a weight for each timestep': () => ({
    model: chain(layer('Bidirectional', 'both', { merge_mode: 'concat' }, { layer: layer('GRU', 'gru', { units: 3, return_sequences: true }) }), layer('TimeDistributed', 'each', {}, { layer: layer('Dense', 'dense', { units: 2 }) })),
    x: normals(1, [N, T, F]), y: normals(2, [N, T, 2]), options: { loss: 'meanAbsoluteError', sampleWeight: { ...normals(3, [N, T]), data: normals(3, [N, T]).data.map(Math.abs) } },
  }),
  'class indices, and a weight for each sample': () => ({
    model: chain(layer('SimpleRNN', 'rnn', { units: 3 }), layer('Dense', 'head', { units: 4, activation: 'softmax' })),
    x: normals(1, [N, T, F]), y: integers(2, [N], 4), options: { loss: 'sparseCategoricalCrossentropy', sampleWeight: [1, 0, 2, 0.5, 3, 1, 4] },
  }),
  'penalties': () => ({
    model: chain(layer('LSTM', 'lstm', { units: 3, kernel_regularizer: { class_name: 'L2', config: { l2: 0.2 } }, recurrent_regularizer: { class_name: 'L1', config: { l1: 0.1 } } }), layer('Dense', 'head', { units: 2 })),
    x: normals(1, [N, T, F]), y: normals(2, [N, 2]), options: { loss: 'meanSquaredError' },
  }),
  'masked steps, which the loss leaves out': () => ({
    model: chain(layer('Masking', 'mask', {}), layer('Bidirectional', 'both', { merge_mode: 'sum' }, { layer: layer('GRU', 'gru', { units: 3, return_sequences: true }) }), layer('TimeDistributed', 'each', {}, { layer: layer('Dense', 'dense', { units: 2 }) })),
    x: ragged(1, [N, T, F]), y: normals(2, [N, T, 2]), options: { loss: 'meanSquaredError' },
  }),
  'a layer that is used twice, and a nested model in TimeDistributed': () => {
    const [x, u] = [input('x', [T, F]), input('u', [F])];
    const shared = layer('LSTM', 'shared', { units: F, return_sequences: true });
    const inner = nested('inner', [u], [call(layer('Dense', 'b', { units: 2 }), call(layer('Dense', 'a', { units: 3, activation: 'tanh' }), u))]);
    return { model: modelOf([x], [call(layer('TimeDistributed', 'each', {}, { layer: inner }), call(shared, call(shared, x)))]), x: normals(1, [N, T, F]), y: normals(2, [N, T, 2]), options: { loss: 'meanSquaredError' } };
  },
  'a nested recurrent model in TimeDistributed': () => {
    const [x, u] = [input('x', [3, T, F]), input('u', [T, F])];
    const inner = nested('inner', [u], [call(layer('GRU', 'gru', { units: 3 }), u)]);
    return { model: modelOf([x], [call(layer('LSTM', 'lstm', { units: 2 }), call(layer('TimeDistributed', 'each', {}, { layer: inner }), x))]), x: normals(1, [N, 3, T, F]), y: normals(2, [N, 2]), options: { loss: 'meanSquaredError' } };
  },
};

/** Everything that a run holds. */
function contents(run: Run, withSteps = true): Record<string, ArrayLike<number>> {
  const held: Record<string, ArrayLike<number>> = { loss: [run.loss!] };
  const add = (name: string, { data, shape, axes }: NamedArray): void => { held[`${name}, ${axes.join(' x ')}, ${shape.join(' x ')}`] = data; };
  run.predictions.forEach((array, i) => { add(`prediction ${i}`, array); });
  for (const layer of run.select('*')) {
    for (let i = 0; i < layer.outputCount; i++) {
      add(`${layer.name}: output ${i}`, layer.value('outputs', i));
      add(`${layer.name}: gradient by output ${i}`, layer.gradient('outputs', i));
    }
    for (let i = 0; i < layer.inputCount; i++) {
      add(`${layer.name}: input ${i}`, layer.value('inputs', i));
      add(`${layer.name}: gradient by input ${i}`, layer.gradient('inputs', i));
    }
    for (const part of layer.parts) {
      add(`${layer.name}: hidden ${part}`, layer.value('hidden', part));
      add(`${layer.name}: gradient by hidden ${part}`, layer.gradient('hidden', part));
    }
    if (layer.parts.length > 0) {
      for (const [name, array] of Object.entries(layer.value('gates'))) add(`${layer.name}: gate ${name}`, array);
      for (const [name, array] of Object.entries(layer.gradient('gates'))) add(`${layer.name}: gradient by gate ${name}`, array);
      if (withSteps) for (const [name, array] of Object.entries(layer.gradient('weight-steps'))) add(`${layer.name}: steps of ${name}`, array);
    }
    for (const [name, array] of Object.entries(layer.gradient('weights'))) add(`${layer.name}: gradient by ${name}`, array);
    const flushed = layer.flushed();
    if (flushed) add(`${layer.name}: flushed`, flushed);
  }
  return held;
}

function expectSame(found: Record<string, ArrayLike<number>>, expected: Record<string, ArrayLike<number>>, what: string): void {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, data] of Object.entries(expected)) {
    // Float32's rounding, of sums in another order.
    const scale = Math.max(1e-6, ...Array.from(data, Math.abs));
    Array.from(data).forEach((value, n) => { expect(Math.abs(found[name]![n]! - value), `${what}, ${name}, number ${n}`).toBeLessThanOrEqual(1e-5 * scale); });
  }
}

test.each(Object.entries(cases))('%s', async (_, make) => {
  const { model, x, y, options } = make();
  const whole = contents(await trace(model, x, y, { ...ALL, ...options }));
  expect(Object.values(whole).filter((data) => Array.from(data).some((value) => value !== 0)).length).toBeGreaterThan(5);
  for (const batchSize of [1, 2, 3, N - 1, N, N + 1]) {
    const told: number[][] = [];
    expectSame(contents(await trace(model, x, y, { ...ALL, ...options, batchSize, progress: (...done) => told.push(done) })), whole, `batches of ${batchSize}`);
    expect(told).toEqual(batchSize >= N ? [] : Array.from({ length: Math.ceil(N / batchSize) }, (__, i) => [Math.min((i + 1) * batchSize, N), N]));
  }
  // Forwards only, and with fewer things recorded.
  const [prediction] = (await trace(model, x, null, { layers: [], batchSize: 2 })).predictions;
  expectSame({ it: prediction!.data }, { it: (await trace(model, x)).predictions[0]!.data }, 'forwards');
  // Part by part, put together.
  const joined = new JoinedRuns(Infinity);
  await traceParts(model, x, y, { ...ALL, ...options, batchSize: 3 }, ({ recordings, part }) => { joined.add(recordings, part!.of); });
  const { withoutSteps } = { withoutSteps: contents(await trace(model, x, y, { ...ALL, ...options }), false) };
  expectSame(contents(joined.run(), false), withoutSteps, 'joined');
});

test('many parts lose no digits', async () => {
  const x = input('x', [2, F]);
  const model = modelOf([x], [call(layer('LSTM', 'lstm', { units: 3 }), x)]);
  const [many, target] = [normals(1, [600, 2, F]), normals(2, [600, 3])];
  const options: TraceOptions = { loss: 'meanSquaredError', quantities: ['weights'] };
  const [whole, parts] = [await trace(model, many, target, options), await trace(model, many, target, { ...options, batchSize: 1 })];
  expect(Math.abs(parts.loss! - whole.loss!)).toBeLessThan(2e-6 * whole.loss!);
  for (const [name, { data }] of Object.entries(whole.layer('lstm').gradient('weights'))) {
    const scale = Math.max(...Array.from(data, Math.abs));
    parts.layer('lstm').gradient('weights')[name]!.data.forEach((value, n) => { expect(Math.abs(value - data[n]!)).toBeLessThan(2e-6 * scale); });
  }
});

test('one sample short: said of all samples, not of a part', async () => {
  const { model, options } = cases['LSTM over LSTM']!();
  const x = normals(1, [N, T, F]);
  const refused = async (message: string, given: ArrayInputs, target: ArrayInputs, more: TraceOptions = {}): Promise<void> => {
    await expect(trace(model, given, target, { ...options, ...more, batchSize: 2 })).rejects.toMatchObject({ name: 'SeeRnnError', message });
  };
  await refused('y: expected shape (7, 2), found (7, 3)', x, normals(2, [N, 3]));
  await refused('x: expected shape (any, 5, 4), found (7, 5, 3)', normals(2, [N, T, 3]), normals(2, [N, 2]));
  await refused('x: nothing was given', {}, normals(2, [N, 2]));
  await refused('x: expected shape (any, 5, 4), found ()', 5, normals(2, [N, 2]));
  await refused('sampleWeight: expected shape (7,), found (7, 2)', x, normals(2, [N, 2]), { sampleWeight: normals(1, [N, 2]) });
  await refused('y: expected class indices from 0 to 1, found 2', x, { data: new Float64Array(N).fill(2), shape: [N] }, { loss: 'sparseCategoricalCrossentropy' });
});

test('refused where parts would not give what all at once do', async () => {
  const refused = async (model: Model, reason: string, more: TraceOptions = {}): Promise<void> => {
    await expect(trace(model, normals(1, [N, T, F]), null, { batchSize: 4, ...more })).rejects.toMatchObject({ name: 'SeeRnnError', message: `the batch cannot run in parts (option batchSize): ${reason}` });
    // All at once they run.
    await trace(model, normals(1, [N, T, F]), null, { ...more, batchSize: N });
  };
  await refused(chain(layer('LSTM', 'memory', { units: 3, stateful: true })), "layer 'memory' is stateful, so that a part would go on from the states that the one before it left");
  const majors = layer('LSTM', 'turned', { units: 3, time_major: true });
  await refused(chain(majors), "layer 'turned' is time-major, so that the first axis is not that of the samples");
});

test('the pass lets others have their turn between parts', async () => {
  const { model, x, y, options } = cases['LSTM over LSTM']!();
  let turns = 0;
  const count = setInterval(() => { turns++; }, 0);
  await trace(model, x, y, { ...options, batchSize: 1 });
  clearInterval(count);
  expect(turns).toBeGreaterThan(0);
});
