import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/graph/graph.js';
import type { StoredWeight } from '../../src/graph/weight.js';
import { layerWeights } from '../../src/model/weights.js';
import { trace } from '../../src/trace/trace.js';
import { callAll, input, layer, modelOf, normals } from './build.js';
import { probed } from './probe.js';

/**
 * The gradient by a state is the total one: the same as in a model of single steps, one after another, by what a step hands to all that comes later.
 */

const [S, T, F, U] = [3, 5, 2, 3];

describe.each([
  ['LSTM', {}], ['LSTM', { activation: 'relu', recurrent_activation: 'hard_sigmoid', use_bias: false }], ['GRU', {}], ['GRU', { reset_after: false }], ['SimpleRNN', {}],
] as const)('%s %j', (kind, config) => {
  it('hidden and cell are as in single steps', async () => {
    const x = input('x', [T, F]);
    const rnn = layer(kind, 'rnn', { units: U, return_sequences: true, ...config });
    const whole = modelOf([x], [callAll(rnn, x)[0]!]);

    const steps = Array.from({ length: T }, (_, t) => input(`x${t}`, [1, F]));
    const step = layer(kind, 'step', { units: U, return_state: true, ...config });
    const hidden: Value[] = [];
    let states: readonly Value[] = [];
    steps.forEach((at, t) => {
      const [, ...after] = callAll(step, at, ...states);
      states = after.map((state, i) => probed(`${i === 0 ? 'h' : 'c'}${t}`, state, S).value);
      hidden.push(states[0]!);
    });
    const single = modelOf(steps, hidden);
    for (const [i, { weight }] of layerWeights(step).entries()) (weight as StoredWeight).set((layerWeights(rnn)[i]!.weight as StoredWeight).read());

    const [data, y] = [normals(1, [S, T, F]), normals(2, [S, T, U])];
    const at = (array: typeof data, t: number): Float64Array => Float64Array.from({ length: S * array.shape[2]! }, (_, n) => array.data[Math.floor(n / array.shape[2]!) * T * array.shape[2]! + t * array.shape[2]! + n % array.shape[2]!]!);
    const options = { precision: 'float64', loss: 'meanSquaredError' } as const;
    const run = await trace(whole, data, y, { ...options, quantities: ['outputs', 'hidden', 'cell', 'gates'] });
    const unrolled = await trace(single, steps.map((_, t) => ({ data: at(data, t), shape: [S, 1, F] })), steps.map((_, t) => ({ data: at(y, t), shape: [S, U] })), { ...options, lossWeights: steps.map(() => 1 / T) });
    expect(Math.abs(run.loss! - unrolled.loss!)).toBeLessThan(1e-14);
    const traced = run.layer('rnn');
    const total = traced.gradient('hidden');
    expect(total).toMatchObject({ shape: [S, T, U], axes: ['samples', 'timesteps', 'units'] });
    for (let t = 0; t < T; t++) {
      const byHidden = unrolled.layer(`h${t}`).gradient('outputs').data;
      at(total, t).forEach((value, n) => { expect(Math.abs(value - byHidden[n]!), `hidden at ${t}`).toBeLessThan(1e-14); });
      if (kind !== 'LSTM') continue;
      // A step hands its cell state to the next; within it h = output f(c).
      // The last one's nobody reads.
      const byCell = t === T - 1 ? new Float64Array(S * U) : unrolled.layer(`c${t}`).gradient('outputs').data;
      const [output, c] = [at(traced.value('gates')['output']!, t), at(traced.value('cell'), t)];
      const slope = (value: number): number => ('activation' in config ? Number(value > 0) : 1 - Math.tanh(value) ** 2);
      at(traced.gradient('cell'), t).forEach((value, n) => { expect(Math.abs(value - byCell[n]! - byHidden[n]! * output[n]! * slope(c[n]!)), `cell at ${t}`).toBeLessThan(1e-14); });
    }
    // Through the output alone it is another: 2 (h - y) / (S T U).
    const outputs = traced.gradient('outputs').data;
    traced.value('outputs').data.forEach((value, n) => { expect(Math.abs(outputs[n]! - 2 * (value - y.data[n]!) / y.data.length)).toBeLessThan(1e-15); });
    expect(traced.value('hidden').data).toEqual(traced.value('outputs').data);
    expect(Object.keys(traced.gradient('gates'))).toEqual({ LSTM: ['input', 'forget', 'cell', 'output'], GRU: ['update', 'reset', 'new'], SimpleRNN: ['state'] }[kind]);
  });
});
