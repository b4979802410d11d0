import { expect, test } from 'vitest';
import type { NamedArray } from '../../../src/core/array.js';
import { trace } from '../../../src/trace/trace.js';
import { expectClose } from '../../trace/close.js';
import { call, input, layer, modelOf, nested, normals } from '../../trace/build.js';
import { differences, probed } from '../../trace/probe.js';

/** Recurrent layers in models: what a run sees of them, and what it leaves. */

const [S, T, F, U] = [3, 4, 2, 3];
const options = { loss: 'meanSquaredError', precision: 'float64' } as const;
/** Some samples' steps. */
const steps = ({ data, axes }: NamedArray, from: number, to: number, width: number): NamedArray => ({
  data: Float64Array.from({ length: S * (to - from) * width }, (_, n) => data[Math.floor(n / width / (to - from)) * T * width + from * width + n % ((to - from) * width)]!), shape: [S, to - from, width], axes,
});

test('a stateful layer that is called twice goes on from its first call, also in a trace, which leaves nothing behind', async () => {
  const x = normals(1, [S, T, F]);
  const [first, second] = [input('first', [2, F]), input('second', [2, F])];
  const rnn = layer('GRU', 'gru', { units: U, stateful: true, return_sequences: true });
  const model = modelOf([first, second], [call(rnn, first), call(rnn, second)]);
  const all = input('all', [T, F]);
  const plain = layer('GRU', 'gru', { units: U, return_sequences: true });
  const whole = (await trace(modelOf([all], [call(plain, all)]), x, null, options)).predictions[0]!;
  const parts = [steps(x, 0, 2, F), steps(x, 2, T, F)];
  for (let again = 0; again < 2; again++) {
    const run = await trace(model, parts, null, options);
    run.predictions.forEach(({ data }, i) => { expectClose(data, steps(whole, 2 * i, 2 * i + 2, U).data, `part ${i}`, 1e-12); });
  }
  // What is predicted stays: the next batch goes on from there.
  await model.predict(parts);
  const run = await trace(model, parts, null, options);
  expect(run.predictions[0]!.data).not.toEqual(steps(whole, 0, 2, U).data);
  model.resetStates();
  expectClose((await trace(model, parts, null, options)).predictions[0]!.data, steps(whole, 0, 2, U).data, 'from zeros', 1e-12);
});

test('layers in a TimeDistributed model are reached by its name and theirs', async () => {
  const inside = input('inside', [T, F]);
  const inner = nested('inner', [inside], [call(layer('Bidirectional', 'both', {}, { layer: layer('LSTM', 'lstm', { units: U }) }), inside)]);
  const x = input('x', [2, T, F]);
  const each = probed('each', x, S);
  const apart = layer('TimeDistributed', 'apart', {}, { layer: inner });
  const output = call(layer('GRU', 'top', { units: U }), call(apart, each.value));
  const model = modelOf([x], [output]);
  const [data, y] = [normals(1, [S, 2, T, F]), normals(2, [S, U])];
  const run = await trace(model, data, y, { ...options, quantities: ['outputs', 'inputs', 'hidden', 'weights'] });
  expect(run.layers).toContain('apart/both');
  const both = run.layer('apart/both');
  expect(both.parts).toEqual(['forward', 'backward']);
  expect(both.value('hidden', 'forward').shape).toEqual([S, 2, T, U]);
  expect(both.value('outputs').shape).toEqual([S, 2, 2 * U]);
  expectClose(both.value('outputs').data, run.layer('apart').value('outputs').data, 'outputs', 1e-12);
  expectClose(both.gradient('outputs').data, run.layer('apart').gradient('outputs').data, 'gradients', 1e-12);
  // The forward direction's last state is half of its output.
  const last = both.gradient('hidden', 'forward').data;
  both.gradient('outputs').data.forEach((value, n) => { if (n % (2 * U) < U) expect(last[(Math.floor(n / 2 / U) * T + T - 1) * U + n % (2 * U)]).toBeCloseTo(value, 12); });
  const differenced = await differences(each.probe.shift, async () => (await trace(model, data, y, { ...options, layers: 'top' })).loss!);
  expectClose(run.layer('apart').gradient('inputs').data, differenced, 'by what it reads', 1e-6);
});
