import { describe, expect, it } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import type { Call, Value } from '../../src/graph/graph.js';
import { allCalls } from '../../src/graph/graph.js';
import type { StoredWeight } from '../../src/graph/weight.js';
import type { ArrayInputs } from '../../src/model/inputs.js';
import type { Model } from '../../src/model/model.js';
import { layerWeights } from '../../src/model/weights.js';
import { trace, type TraceOptions } from '../../src/trace/trace.js';
import { call, callAll, input, integers, layer, modelOf, nested, normals, ragged } from './build.js';
import { differences, probed, Probe } from './probe.js';

/**
 * Gradients by outputs, inputs and weights are central differences of the loss, in float64. A probe adds something to what goes through it: what it
 * reads is by definition read by nobody else, so that the loss's derivative by the probe is that by the output below, through its readers alone.
 */

interface Case { readonly model: Model; readonly x: ArrayInputs; readonly y: ArrayInputs; readonly options?: TraceOptions }

const S = 3;
const T = 4;
const DOUBLE: TraceOptions = { precision: 'float64', loss: 'meanSquaredError' };

const through = (name: string, value: Value): Value => probed(name, value, S).value;
const dense = (name: string, units: number, config = {}): ReturnType<typeof layer> => layer('Dense', name, { units, ...config });

const CASES: Readonly<Record<string, () => Case>> = {
  'Dense over Dense': () => {
    const x = input('x', [2]);
    return { model: modelOf([x], [call(dense('last', 2), through('p', call(dense('first', 4, { activation: 'tanh' }), through('q', x))))]), x: normals(1, [S, 2]), y: normals(2, [S, 2]) };
  },
  'a layer that is used twice, and what is read twice': () => {
    const x = input('x', [3]);
    const shared = dense('shared', 3, { activation: 'tanh' });
    const once = call(shared, x);
    const both = call(layer('Add', 'both'), through('p', call(shared, through('q', once))), once);
    return { model: modelOf([x], [call(dense('last', 2), both)]), x: normals(1, [S, 3]), y: normals(2, [S, 2]) };
  },
  'a nested model, also used twice': () => {
    const [x, u] = [input('x', [3]), input('u', [3])];
    const inner = nested('inner', [u], [call(dense('b', 3), call(dense('a', 2, { activation: 'sigmoid' }), u))]);
    return { model: modelOf([x], [call(dense('last', 2), through('p', call(inner, through('q', call(inner, x)))))]), x: normals(1, [S, 3]), y: normals(2, [S, 2]) };
  },
  'two inputs and two outputs, by their names, with weights of losses and samples': () => {
    const [a, b] = [input('a', [2]), input('b', [3])];
    const hidden = through('p', call(dense('left', 3, { activation: 'tanh' }), a));
    const sum = call(layer('Multiply', 'product'), hidden, through('q', call(dense('right', 3), b)));
    return {
      model: modelOf([a, b], [call(dense('first', 2), hidden), call(dense('second', 1, { activation: 'sigmoid' }), through('r', sum))]), x: { b: normals(1, [S, 3]), a: normals(2, [S, 2]) }, y: [normals(3, [S, 2]), integers(4, [S], 2)],
      options: { loss: { first: 'meanSquaredError', second: 'binaryCrossentropy' }, lossWeights: [0.3, 2], sampleWeight: { second: [1, 0.5, 2] } },
    };
  },
  'LSTM over LSTM': () => {
    const x = input('x', [T, 2]);
    return { model: modelOf([x], [call(layer('LSTM', 'upper', { units: 2 }), through('p', call(layer('LSTM', 'lower', { units: 3, return_sequences: true }), through('q', x))))]), x: normals(1, [S, T, 2]), y: normals(2, [S, 2]) };
  },
  'both directions of a GRU, every step, under TimeDistributed': () => {
    const x = input('x', [T, 2]);
    const gru = layer('GRU', 'gru', { units: 2, return_sequences: true });
    const both = through('p', call(layer('Bidirectional', 'both', { merge_mode: 'concat' }, { layer: gru }), x));
    return { model: modelOf([x], [call(layer('TimeDistributed', 'each', {}, { layer: dense('dense', 2) }), both)]), x: normals(1, [S, T, 2]), y: normals(2, [S, T, 2]) };
  },
  'a model in TimeDistributed': () => {
    const [x, u] = [input('x', [3, T, 2]), input('u', [T, 2])];
    const inner = nested('inner', [u], [call(dense('last', 2), call(layer('SimpleRNN', 'rnn', { units: 3 }), u))]);
    return { model: modelOf([x], [call(layer('GRU', 'gru', { units: 2 }), through('p', call(layer('TimeDistributed', 'each', {}, { layer: inner }), through('q', x))))]), x: normals(1, [S, 3, T, 2]), y: normals(2, [S, 2]) };
  },
  'masked steps, which the loss leaves out': () => {
    const x = input('x', [T, 2]);
    const masked = call(layer('Masking', 'mask', {}), x);
    return { model: modelOf([x], [call(layer('LSTM', 'upper', { units: 2, return_sequences: true }), through('p', call(layer('GRU', 'lower', { units: 3, return_sequences: true }), masked)))]), x: ragged(1, [S, T, 2]), y: normals(2, [S, T, 2]) };
  },
  'stacked cells that read from the end, over an Embedding': () => {
    const x = input('x', [T]);
    const stack = layer('RNN', 'stack', { go_backwards: true, return_sequences: true }, { cell: [layer('LSTMCell', 'a', { units: 2 }), layer('SimpleRNNCell', 'b', { units: 3 })] });
    return { model: modelOf([x], [call(stack, through('p', call(layer('Embedding', 'words', { input_dim: 4, output_dim: 2 }), x)))]), x: integers(1, [S, T], 4), y: normals(2, [S, T, 3]) };
  },
  'an encoder whose states start a decoder': () => {
    const [x, z] = [input('x', [T, 2]), input('z', [3, 2])];
    const [, h, c] = callAll(layer('LSTM', 'encoder', { units: 2, return_state: true }), x) as [Value, Value, Value];
    return { model: modelOf([x, z], [call(layer('LSTM', 'decoder', { units: 2, return_sequences: true }), z, through('p', h), through('q', c))]), x: [normals(1, [S, T, 2]), normals(2, [S, 3, 2])], y: normals(3, [S, 3, 2]) };
  },
};

function close(found: NamedArray, expected: Float64Array, what: string): void {
  expect(found.data, what).toBeInstanceOf(Float64Array);
  expect(found.data.length, what).toBe(expected.length);
  const scale = Math.max(1e-3, ...expected.map(Math.abs));
  // Central differences with steps of 1e-5 are off by the third derivative times 1e-11, and by rounding of about as much.
  expected.forEach((value, n) => { expect(Math.abs(found.data[n]! - value), `${what}, number ${n}: ${found.data[n]!} for ${value}`).toBeLessThan(1e-7 * scale); });
}

describe.each(Object.entries(CASES))('%s', (_, make) => {
  it('has the gradients that central differences have', async () => {
    const { model, x, y, options = {} } = make();
    const loss = async (): Promise<number> => (await trace(model, x, y, { ...DOUBLE, ...options, layers: [] })).loss!;
    const run = await trace(model, x, y, { ...DOUBLE, ...options, quantities: ['outputs', 'inputs', 'weights'], layers: ['*', ...model.inputNames] });
    expect(Math.abs(run.loss! - await loss())).toBeLessThan(1e-15);
    for (const { weight, layer: owner, name } of allCalls(model.calls).flatMap((one) => layerWeights(one.layer).map((held) => ({ ...held, layer: one.label })))) {
      close(run.layer(owner).gradient('weights')[name]!, await differences(weight as StoredWeight, loss), `${owner}/${name}`);
    }
    const labelOf = (value: Value): string => model.calls.calls.find(({ node }) => node === value.node)!.label;
    const probes = model.calls.calls.filter((one): one is Call & { readonly layer: Probe } => one.layer instanceof Probe);
    for (const { label, layer: { shift }, node } of probes) {
      const expected = await differences(shift, loss);
      const below = node.inputs[0]!;
      const readers = model.calls.calls.filter((one) => one.node.inputs.includes(below));
      if (readers.length === 1) close(run.layer(labelOf(below)).gradient('outputs', below.index), expected, `outputs of ${labelOf(below)}`);
      close(run.layer(label).gradient('outputs'), expected, `outputs of ${label}`);
      const above = model.calls.calls.filter((one) => one.node.inputs.includes(node.outputs[0]!));
      if (above.length === 1) close(run.layer(above[0]!.label).gradient('inputs', above[0]!.node.inputs.indexOf(node.outputs[0]!)), expected, `inputs of ${above[0]!.label}`);
    }
  });
});
