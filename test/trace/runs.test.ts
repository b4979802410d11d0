import { describe, expect, test } from 'vitest';
import type { ArrayInputs } from '../../src/model/inputs.js';
import { getWeights } from '../../src/model/get-weights.js';
import { getGradients, getOutputs } from '../../src/trace/get.js';
import { trace } from '../../src/trace/trace.js';
import { call, callAll, input, layer, modelOf, nested, normals } from './build.js';

/** What a run holds, and what is said of what it doesn't. */

const [S, T, F] = [3, 5, 4];
const LOSS = { loss: 'meanSquaredError' } as const;
const x = normals(1, [S, T, F]);

const made = () => {
  const given = input('x', [T, F]);
  return modelOf([given], [call(layer('Dense', 'head', { units: 2 }), call(layer('Bidirectional', 'both', {}, { layer: layer('LSTM', 'lstm', { units: 3 }) }), call(layer('GRU', 'gru', { units: 2, return_sequences: true }), given)))]);
};

describe('layers of a run', () => {
  test('names, classes, axes; parts and their recurrences', async () => {
    const run = await trace(made(), x, normals(2, [S, 2]), { ...LOSS, quantities: ['outputs', 'inputs', 'hidden', 'gates', 'weights', 'weight-steps'] });
    expect(run.layers).toEqual(['gru', 'both', 'head']);
    const [gru, both, head] = [run.layer('gru'), run.layer(2), run.layer('hea')];
    expect([both.name, both.className, both.outputCount, both.inputCount]).toEqual(['both', 'Bidirectional', 1, 1]);
    expect([gru.parts, both.parts, head.parts]).toEqual([[''], ['forward', 'backward'], []]);
    expect(both.recurrences).toEqual([
      { part: 'forward', kind: 'LSTM', units: 3, gates: ['input', 'forget', 'cell', 'output'], backwards: false }, { part: 'backward', kind: 'LSTM', units: 3, gates: ['input', 'forget', 'cell', 'output'], backwards: true },
    ]);
    expect(gru.value('outputs')).toMatchObject({ shape: [S, T, 2], axes: ['samples', 'timesteps', 'units'] });
    expect(gru.gradient('inputs')).toMatchObject({ shape: [S, T, F], axes: ['samples', 'timesteps', 'features'] });
    expect(both.gradient('outputs')).toMatchObject({ shape: [S, 6], axes: ['samples', 'units'] });
    expect(Object.keys(both.gradient('gates')).slice(3, 5)).toEqual(['forward/output', 'backward/input']);
    expect(Object.keys(both.gradient('weights'))).toEqual(['forward/kernel', 'forward/recurrent_kernel', 'forward/bias', 'backward/kernel', 'backward/recurrent_kernel', 'backward/bias']);
    expect(both.gradient('weight-steps')['backward/bias']).toMatchObject({ shape: [T], axes: ['timesteps'] });
    expect(gru.gradient('weights')['kernel']).toMatchObject({ shape: [F, 6], axes: ['features', 'gates'] });
    expect(run.predictions[0]).toMatchObject({ shape: [S, 2], axes: ['samples', 'units'] });
  });

  test('in float64 every array of real numbers is', async () => {
    const run = await trace(made(), x, normals(2, [S, 2]), { ...LOSS, precision: 'float64', quantities: ['outputs', 'hidden', 'cell', 'gates', 'weights'] });
    const both = run.layer('both');
    const arrays = [run.predictions[0]!, both.value(), both.gradient(), both.value('hidden', 'forward'), both.gradient('cell', 'backward'), ...Object.values(both.gradient('gates')), ...Object.values(both.gradient('weights'))];
    for (const { data } of arrays) expect(data).toBeInstanceOf(Float64Array);
    const single = await trace(made(), x, normals(2, [S, 2]), { ...LOSS, quantities: ['hidden'] });
    expect(Math.abs(single.loss! / run.loss! - 1)).toBeLessThan(1e-5);
    single.layer('both').gradient('hidden', 'forward').data.forEach((value, n) => { expect(value).toBeCloseTo(both.gradient('hidden', 'forward').data[n]!, 6); });
  });

  test('what was not recorded, or is not there', async () => {
    const run = await trace(made(), x, normals(2, [S, 2]), { ...LOSS, layers: ['both', 'head'], quantities: ['outputs', 'hidden'] });
    const messages: [() => unknown, string][] = [
      [() => run.layer('gru'), "layer 'gru' was not recorded: the run holds both, head"],
      [() => run.layer('both').gradient('hidden'), "layer 'both' has the parts forward, backward: give one of them"],
      [() => run.layer('both').gradient('hidden', 'forwards'), "layer 'both' has no part 'forwards'; did you mean 'forward'?"],
      [() => run.layer('head').gradient('hidden'), "layer 'head' (Dense) has no 'hidden': it is not recurrent"],
      [() => run.layer('head').gradient('outputs', 1), "layer 'head': no output 1: it has 1"],
      [() => run.layer('head').gradient('inputs'), "layer 'head': 'inputs' was not recorded: ask for it by { quantities: ['inputs'] }"],
      [() => run.layer('head').gradient('wieghts' as 'weights'), "layer 'head': unknown quantity 'wieghts'; did you mean 'weights'?"],
      [() => run.layer('head').gradient(null as never), "layer 'head': unknown quantity null; "],
      [() => run.layer('head').value(5 as never), "layer 'head': unknown quantity 5; there are: outputs"],
    ];
    for (const [what, message] of messages) expect(what).toThrow(message);
    const forward = await trace(made(), x);
    expect([forward.loss, forward.madeOf!.y]).toEqual([null, null]);
    expect(() => forward.layer('head').gradient()).toThrow("layer 'head': there are no gradients, since the run was made without targets: trace(model, x, y)");
    const blind = await trace(made(), x, normals(2, [S, 2]), { ...LOSS, values: false });
    expect(() => blind.layer('head').value()).toThrow("layer 'head': values were not recorded, since the run was made with { values: false }");
  });

  test('a nested model in TimeDistributed: its layers by a path, with the timesteps as an axis', async () => {
    const [given, u] = [input('x', [4, T, F]), input('u', [T, F])];
    const inner = nested('inner', [u], [call(layer('Dense', 'dense', { units: 2 }), call(layer('LSTM', 'lstm', { units: 3 }), call(layer('GRU', 'gru', { units: 2, return_sequences: true }), u)))]);
    const model = modelOf([given], [call(layer('TimeDistributed', 'each', {}, { layer: inner }), given)]);
    const run = await trace(model, normals(1, [S, 4, T, F]), normals(2, [S, 4, 2]), { ...LOSS, quantities: ['outputs', 'hidden'] });
    expect(run.layers).toEqual(['each/gru', 'each/lstm', 'each/dense', 'each']);
    expect(run.layer('each/dense').value()).toMatchObject({ shape: [S, 4, 2], axes: ['samples', 'timesteps', 'units'] });
    expect(run.layer('each/dense').value().data).toEqual(run.layer('each').value().data);
    expect(run.layer('gru').gradient()).toMatchObject({ shape: [S, 4, T, 2], axes: ['samples', 'axis1', 'timesteps', 'units'] });
    expect(run.layer('lstm').gradient('hidden')).toMatchObject({ shape: [S, 4, T, 3], axes: ['samples', 'axis1', 'timesteps', 'units'] });
    expect(run.layer('each').parts).toEqual([]);
  });
});

describe('where no path leads to the loss', () => {
  test('a loss that looks at one output only; a zero weight is a path all the same', async () => {
    const given = input('x', [T, F]);
    const [left, right] = [call(layer('LSTM', 'left', { units: 3 }), given), call(layer('LSTM', 'right', { units: 3 }), given)];
    const model = modelOf([given], [call(layer('Dense', 'p', { units: 2 }), left), call(layer('Dense', 'q', { units: 2 }), right)]);
    const y = normals(3, [S, 2]);
    const run = await trace(model, x, [y, y], { loss: ['meanSquaredError', (target) => target], quantities: ['outputs', 'hidden', 'weights'] });
    expect([run.layer('left').reachesLoss(), run.layer('right').reachesLoss(), run.layer('right').reachesLoss(undefined, 'hidden')]).toEqual([true, false, false]);
    expect(run.layer('right').gradient()).toEqual({ data: new Float32Array(S * 3), shape: [S, 3], axes: ['samples', 'units'] });
    expect(run.layer('right').gradient('hidden')).toEqual({ data: new Float32Array(S * T * 3), shape: [S, T, 3], axes: ['samples', 'timesteps', 'units'] });
    expect(run.layer('right').gradient('weights')['bias']!.data).toEqual(new Float32Array(12));
    expect([...run.layer('right').zeros('hidden').structural.data]).toEqual(Array.from({ length: T }, () => S * 3));
    const zero = await trace(model, x, [y, y], { ...LOSS, lossWeights: [1, 0], precision: 'float64' });
    expect(zero.layer('right').reachesLoss()).toBe(true);
    expect(zero.layer('right').gradient().data).toEqual(new Float64Array(S * 3));
  });

  test('an output of a layer that nobody reads', async () => {
    const given = input('x', [T, F]);
    const [, hidden] = callAll(layer('LSTM', 'lstm', { units: 3, return_state: true, return_sequences: true }), given);
    const run = await trace(modelOf([given], [call(layer('Dense', 'head', { units: 2 }), hidden!)]), x, normals(3, [S, 2]), LOSS);
    expect([0, 1, 2].map((output) => run.layer('lstm').reachesLoss(output))).toEqual([false, true, false]);
    expect(run.layer('lstm').outputCount).toBe(3);
  });

  test('zeros of a recurrence of which the last step alone is read', async () => {
    const given = input('x', [T, F]);
    const run = await trace(modelOf([given], [call(layer('SimpleRNN', 'rnn', { units: 3, activation: 'relu' }), given)]), x, normals(3, [S, 3]), { ...LOSS, quantities: ['hidden', 'gates'] });
    const { structural, exact } = run.layer('rnn').zeros('gates');
    expect(structural.data.every((count) => count === 0)).toBe(true);
    const zeros = Array.from({ length: T }, (_, t) => run.layer('rnn').gradient('gates')['state']!.data.filter((value, n) => Math.floor(n / 3) % T === t && value === 0).length);
    expect([...exact.data]).toEqual(zeros);
  });
});

describe("See RNN's names", () => {
  const y: ArrayInputs = normals(2, [S, 2]);

  test('getOutputs and getGradients: one id, lists, all, by name', async () => {
    const model = made();
    const run = await trace(model, x, y, { ...LOSS, quantities: ['outputs', 'inputs'] });
    expect(await getOutputs(model, 'gru', x)).toEqual(run.layer('gru').value());
    expect(await getOutputs(model, ['gru', 'head'], x)).toEqual([run.layer('gru').value(), run.layer('head').value()]);
    expect(await getGradients(model, '*', x, y, { ...LOSS, byName: true })).toEqual({ gru: run.layer('gru').gradient(), both: run.layer('both').gradient(), head: run.layer('head').gradient() });
    expect(await getGradients(model, 'both', x, y, { ...LOSS, mode: 'inputs' })).toEqual(run.layer('both').gradient('inputs'));
    expect((await getGradients(model, 'gru', x, y, { ...LOSS, precision: 'float64' })).data).toBeInstanceOf(Float64Array);
  });

  test('by weights, under the names of getWeights', async () => {
    const model = made();
    const { layer: layerOf } = { layer: (await trace(model, x, y, { ...LOSS, quantities: ['weights'] })) };
    expect(await getGradients(model, 'gru', x, y, { ...LOSS, mode: 'weights' })).toEqual(layerOf.layer('gru').gradient('weights'));
    const all = await getGradients(model, '*', x, y, { ...LOSS, mode: 'weights', omitNames: 'bias' });
    expect(Object.keys(all)).toEqual(Object.keys(await getWeights(model, '*', { omitNames: 'bias' })));
    expect(all['both/backward/kernel']).toEqual(layerOf.layer('both').gradient('weights')['backward/kernel']);
    expect(Object.keys(await getGradients(model, 'both/forward', x, y, { ...LOSS, mode: 'weights' }))).toEqual(['forward/kernel', 'forward/recurrent_kernel', 'forward/bias']);
  });

  test('by weights and values that are given', async () => {
    const model = made();
    const run = await trace(model, x, y, { ...LOSS, quantities: ['weights', 'outputs'] });
    const [gru, head] = [model.layers[1]!, model.layers[3]!];
    const value = model.graph.nodes.find((node) => node.layer === gru)!.outputs[0]!;
    expect(await getGradients(model, null, x, y, { ...LOSS, params: [head.weights[1]!, value] })).toEqual([run.layer('head').gradient('weights')['bias'], run.layer('gru').gradient()]);
    expect(await getGradients(model, null, x, y, { ...LOSS, params: gru.weights[0]! })).toEqual(run.layer('gru').gradient('weights')['kernel']);
    const other = made();
    const refused: [unknown, string][] = [
      [other.layers[1]!.weights[0], 'getGradients: params[0] is not a weight of this model'], [other.graph.nodes[1]!.outputs[0], 'getGradients: params[0] is not an output of a layer of this model'],
      [3, 'getGradients: params[0]: expected a weight of the model (of layer.weights), or what a layer gives (layer.output), found 3'],
    ];
    for (const [param, message] of refused) await expect(getGradients(model, null, x, y, { ...LOSS, params: [param as object] })).rejects.toThrow(message);
    await expect(getGradients(model, null as unknown as string, x, y)).rejects.toThrow("getGradients: expected a layer, a list of layers or '*', or the option 'params', found null");
  });
});

test('the model stays as it was: states of stateful layers, which prediction moves on', async () => {
  const given = input('x', [T, F]);
  const model = modelOf([given], [call(layer('LSTM', 'lstm', { units: 3, stateful: true }), given)]);
  const first = (await trace(model, x)).predictions;
  expect((await trace(model, x, normals(2, [S, 3]), { ...LOSS, training: true })).predictions).toEqual(first);
  expect((await trace(model, x)).predictions).toEqual(first);
  expect(await model.predict(x)).toEqual(first[0]);
  const second = (await trace(model, x)).predictions;
  expect(second).not.toEqual(first);
  // In another precision than the states were left in.
  (await trace(model, x, null, { precision: 'float64' })).predictions[0]!.data.forEach((value, n) => { expect(value).toBeCloseTo(second[0]!.data[n]!, 6); });
  model.resetStates();
  expect((await trace(model, x)).predictions).toEqual(first);
});
