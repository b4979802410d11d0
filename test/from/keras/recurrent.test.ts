import { describe, expect, test } from 'vitest';
import { SeeRnnError } from '../../../src/core/errors.js';
import type { Config } from '../../../src/from/keras/config-reader.js';
import { KERAS_3, type Dialect } from '../../../src/from/keras/dialect.js';
import type { KerasLayer } from '../../../src/from/keras/layers/keras-layer.js';
import { infer } from '../../../src/graph/infer.js';
import { concatenate } from '../../../src/graph/operations/joining.js';
import { slice, flip, ALL } from '../../../src/graph/operations/slicing.js';
import { transpose } from '../../../src/graph/operations/shaping.js';
import { sum } from '../../../src/graph/operations/reductions.js';
import { square } from '../../../src/graph/operations/unary.js';
import { constant, Tensor } from '../../../src/graph/tensor.js';
import { expectClose } from '../../trace/close.js';
import { called, differentiated, filled, kept, KERAS_2, made, noise, noting, STANDALONE, TFJS, weightsOf } from './made.js';

/** The recurrent layers by themselves; what Keras gives at masked steps is in `recurrent-masks.test.ts`. */

const [S, T, F, U] = [3, 5, 4, 3];
const KINDS = ['LSTM', 'GRU', 'SimpleRNN'] as const;
const STEPS = [[1, 1, 1, 1, 1], [0, 1, 0, 1, 0], [0, 0, 0, 0, 0]];
const mask = constant(STEPS.flat(), [S, T], 'bool');
const x = noise(1, [S, T, F]);
const statesOf = (kind: string, seed = 30): Tensor[] => Array.from({ length: kind === 'LSTM' ? 2 : 1 }, (_, i) => noise(seed + i, [S, U]));

const ready = (kind: string, config: Config = {}, dialect: Dialect = KERAS_3): KerasLayer => filled(made(kind, { units: U, reset_after: false, ...config }, {}, dialect), [[null, null, F]]);
const values = (...args: Parameters<typeof called>): Tensor[] => called(...args).map(({ value }) => value);
const close = (found: Tensor, expected: Tensor, what: string): void => {
  expect(found.shape, what).toEqual(expected.shape);
  expectClose(found.data, expected.data, what, 1e-12);
};
/** Of one sample, some steps. */
const part = (tensor: Tensor, sample: number, from: number, to: number): Tensor =>
  slice(tensor, [{ start: sample, stop: sample + 1, step: null }, { start: from, stop: to, step: null }, ALL]);

describe.each(KINDS)('%s', (kind) => {
  test('weights have the names, shapes, axes and penalties of Keras', () => {
    const gates = { LSTM: 4, GRU: 3, SimpleRNN: 1 }[kind] * U;
    const layer = ready(kind, { kernel_regularizer: { class_name: 'L2', config: { l2: 0.5 } }, recurrent_regularizer: { class_name: 'L1', config: { l1: 0.25 } }, bias_regularizer: null });
    expect(layer.weights.map(({ name, shape, axes }) => ({ name, shape, axes }))).toEqual([
      { name: 'kernel', shape: [F, gates], axes: ['features', 'gates'] }, { name: 'recurrent_kernel', shape: [U, gates], axes: ['units', 'gates'] }, { name: 'bias', shape: [gates], axes: ['gates'] },
    ]);
    expect(layer.weights.map(({ penalty }) => [penalty?.l1, penalty?.l2])).toEqual([[0, 0.5], [0.25, 0], [undefined, undefined]]);
    expect(ready(kind, { use_bias: false }).weights.map(({ name }) => name)).toEqual(['kernel', 'recurrent_kernel']);
    expect(layer.parts).toEqual([]);
    expect(layer.recurrent).toMatchObject({ returnSequences: false, returnState: false, timeMajor: false, cells: [{ weights: layer.weights, dropout: 0, recurrentDropout: 0, recurrence: { units: U, backwards: false } }] });
  });

  test('shapes are found before there are numbers', () => {
    const forms = (config: Config, shape: readonly (number | null)[], masked = false): unknown => infer(ready(kind, config), [{ shape, dtype: 'float', masked }]);
    const state = { shape: [null, U], dtype: 'float', masked: false };
    expect(forms({}, [null, T, F])).toEqual([state]);
    expect(forms({ return_sequences: true, return_state: true }, [null, null, F], true)).toEqual([{ shape: [null, null, U], dtype: 'float', masked: true, maskShape: [null, null] }, ...statesOf(kind).map(() => state)]);
    expect(forms({ return_sequences: true }, [2, T, F])).toEqual([{ shape: [2, T, U], dtype: 'float', masked: false }]);
  });

  test('masked steps are skipped; their output is the one before, zeros before the first', () => {
    const [sequences, states] = [{ return_sequences: true }, { return_state: true }].map((options) => ready(kind, options)) as [KerasLayer, KerasLayer];
    const short = values(sequences, [concatenate([part(x, 1, 1, 2), part(x, 1, 3, 4)], 1)])[0]!;
    const full = values(sequences, [x], { mask })[0]!;
    const nothing = [0, 0, 0];
    const rows = (tensor: Tensor, sample: number, step: number): number[] => [...part(tensor, sample, step, step + 1).data];
    const [first, second] = [rows(short, 0, 0), rows(short, 0, 1)];
    expectClose(part(full, 1, 0, T).data, [nothing, first, first, second, second].flat(), 'steps', 1e-12);
    expect([...part(full, 2, 0, T).data].every((value) => value === 0)).toBe(true);
    close(part(full, 0, 0, T), values(sequences, [part(x, 0, 0, T)])[0]!, 'unmasked');
    // With an initial state: it is carried over, and the output of masked steps before the first is zero all the same.
    const initial = statesOf(kind);
    const from = values(sequences, [x, ...initial], { given: { mask } })[0]!;
    expect([...part(from, 2, 0, T).data].every((value) => value === 0)).toBe(true);
    const [last, ...ends] = values(states, [x, ...initial], { given: { mask } }) as [Tensor, ...Tensor[]];
    expect([...last.data.subarray(2 * U)]).toEqual(nothing);
    ends.forEach((end, i) => { expect(end.data.subarray(2 * U)).toEqual(initial[i]!.data.subarray(2 * U)); });
  });

  test('Keras 3 hands no mask to a layer that is called with states, and passes it on; Keras 2 does both', () => {
    const initial = statesOf(kind);
    const call = (dialect: Dialect, more: object): Tensor => {
      const [{ value, mask: its }] = called(ready(kind, { return_sequences: true }, dialect), [x, ...initial], more) as [{ value: Tensor; mask: Tensor | null }];
      expect(its).toBe('mask' in more || 'given' in more ? mask : null);
      return value;
    };
    close(call(KERAS_3, { mask }), call(KERAS_3, {}), 'no mask');
    close(call(KERAS_3, { given: { mask } }), call(KERAS_2, { mask }), 'a mask that the call gives');
    expect(call(KERAS_2, { mask }).data).not.toEqual(call(KERAS_2, {}).data);
  });

  test('a mask that the call gives goes on with the output, but for Keras 3.0 to 3.10', () => {
    const goesOn = (kerasVersion: string | null): boolean => called(ready(kind, { return_sequences: true }, { ...KERAS_3, kerasVersion }), [x], { given: { mask } })[0]!.mask === mask;
    expect(['3.0.5', '3.9.2', '3.10.0', '3.11.0', '3.15.1', null].map(goesOn)).toEqual([false, false, false, true, true, true]);
  });

  test('a zero of the mask passes no number on, not even one that is none', () => {
    const layer = ready(kind, { return_sequences: true, zero_output_for_mask: true, go_backwards: true });
    const { gradients } = differentiated(layer, [x], { mask }, ([output]) => sum(square(output!), null));
    STEPS.flat().forEach((one, step) => { expect(gradients[0]!.subarray(step * F, (step + 1) * F).some((value) => value !== 0), `step ${step}`).toBe(one === 1); });
    const broken = new Tensor(x.data.map((value, n) => (STEPS.flat()[Math.floor(n / F)] === 1 ? value : NaN)) as Float64Array, x.shape);
    expect([...values(layer, [broken], { mask })[0]!.data].every(Number.isFinite)).toBe(true);
  });

  test.each([STANDALONE, TFJS])('$kerasVersion, TF.js $tfjs: masked steps repeat the state, the initial one too', (dialect) => {
    const initial = statesOf(kind);
    const found = values(ready(kind, { return_sequences: true }, dialect), [x, ...initial], { mask: constant(new Float64Array(S * T), [S, T], 'bool') })[0]!;
    STEPS.forEach((_, s) => { for (let t = 0; t < T; t++) expect(part(found, s, t, t + 1).data).toEqual(initial[0]!.data.slice(s * U, (s + 1) * U)); });
  });

  test('going backwards is to read the reverse', () => {
    const options = { return_sequences: true, return_state: true };
    const found = values(ready(kind, { ...options, go_backwards: true }), [x], { mask });
    const turned = values(ready(kind, options), [flip(x, 1)], { mask: flip(mask, 1) });
    found.forEach((output, i) => { close(output, turned[i]!, `output ${i}`); });
  });

  test('stateful: batches go on where the last one ended', () => {
    const layer = ready(kind, { stateful: true, return_sequences: true });
    expect(layer.stateful).toBe(true);
    const whole = values(ready(kind, { return_sequences: true }), [x])[0]!;
    const steps = (tensor: Tensor, from: number, to: number): Tensor => slice(tensor, [ALL, { start: from, stop: to, step: null }, ALL]);
    const states = kept();
    close(values(layer, [steps(x, 0, 2)], { context: { states } })[0]!, steps(whole, 0, 2), 'first');
    expect(states.of(layer)!.map(({ shape }) => shape)).toEqual(statesOf(kind).map(() => [S, U]));
    close(values(layer, [steps(x, 2, T)], { context: { states } })[0]!, steps(whole, 2, T), 'second');
    expect(() => values(layer, [noise(1, [2, T, F])], { context: { states } })).toThrow(`layer '${kind.toLowerCase()}' (${kind}): it is stateful and holds the states of 3 samples, found 2 samples`);
    // Nothing is kept while shapes are found.
    expect(infer(layer, [{ shape: [S, T, F], dtype: 'float' }])[0]!.shape).toEqual([S, T, U]);
  });

  test('stateful and called with states: those of the call count in Keras 3, and in Keras 2 while all that was kept is zero', () => {
    const initial = statesOf(kind);
    for (const [dialect, expected] of [[KERAS_3, initial], [TFJS, initial], [KERAS_2, statesOf(kind, 50)]] as const) {
      const layer = ready(kind, { stateful: true }, dialect);
      const states = kept();
      const call = (): Tensor => values(layer, [x, ...initial], { context: { states } })[0]!;
      const plain = (from: readonly Tensor[]): Tensor => values(ready(kind, {}, dialect), [x, ...from])[0]!;
      close(call(), plain(initial), 'nothing kept');
      states.keep(layer, initial.map(({ shape }) => new Tensor(new Float64Array(S * U), shape)));
      close(call(), plain(initial), 'zeros kept');
      states.keep(layer, statesOf(kind, 50));
      close(call(), plain(expected), 'states kept');
    }
  });

  test('time_major: everything with the timesteps in front', () => {
    const turned = (tensor: Tensor): Tensor => transpose(tensor, [1, 0, 2]);
    const options = { return_sequences: true, return_state: true, go_backwards: true };
    const expected = values(ready(kind, options, KERAS_2), [x], { mask });
    const layer = ready(kind, { ...options, time_major: true }, KERAS_2);
    expect(layer.recurrent!.timeMajor).toBe(true);
    const found = values(layer, [turned(x)], { mask: transpose(mask, [1, 0]) });
    close(found[0]!, turned(expected[0]!), 'sequence');
    found.slice(1).forEach((state, i) => { close(state, expected[i + 1]!, 'state'); });
    expect(infer(layer, [{ shape: [T, null, F], dtype: 'float' }]).map(({ shape }) => shape)).toEqual([[T, null, U], ...statesOf(kind).map(() => [null, U])]);
  });

  test('dropout drops in training alone, the same for all steps; a call may say what counts', () => {
    const layer = ready(kind, { dropout: 0.5, recurrent_dropout: 0.3, return_sequences: true });
    const plain = values(ready(kind, { return_sequences: true }), [x])[0]!;
    close(values(layer, [x])[0]!, plain, 'no training');
    close(values(layer, [x], { context: { training: true }, options: { training: false } })[0]!, plain, 'the call says no');
    const train = (more: object): Tensor => values(layer, [x], more)[0]!;
    expect(train({ context: { training: true } }).data).not.toEqual(plain.data);
    expect(train({ options: { training: true } }).data).toEqual(train({ context: { training: true } }).data);
    // Inputs alone: factors of a feature, by the derivative by it where the layer is all but linear.
    const inputs = ready(kind, { dropout: 0.25, return_sequences: true });
    const dropped = new Set<number>();
    const { gradients } = differentiated(inputs, [x], { context: { training: true } });
    for (let n = 0; n < S * F; n++) {
      const zeros = Array.from({ length: T }, (_, t) => gradients[0]![Math.floor(n / F) * T * F + t * F + n % F] === 0);
      expect(new Set(zeros).size, 'the same at all steps').toBe(1);
      if (zeros[0]) dropped.add(n);
    }
    expect(dropped.size).toBeGreaterThan(0);
    expect(dropped.size).toBeLessThan(S * F);
    // A share of 1 drops nothing, as in Keras.
    close(values(ready(kind, { dropout: 1, recurrent_dropout: 1, return_sequences: true }), [x], { context: { training: true } })[0]!, plain, 'a share of 1');
  });

  test('a cell called by itself is a step of the layer', () => {
    const cell = filled(made(`${kind}Cell`, { units: U, reset_after: true }), [[null, F]]);
    const layer = ready(kind, { reset_after: true, return_state: true });
    const [step, ...initial] = [noise(3, [S, F]), ...statesOf(kind)] as [Tensor, ...Tensor[]];
    const found = values(cell, [step, ...initial]);
    const expected = values(layer, [new Tensor(step.data, [S, 1, F]), ...initial]);
    expect(found.length).toBe(expected.length);
    found.forEach((output, i) => { close(output, expected[i]!, `output ${i}`); });
    expect(cell.recurrent!.cells.length).toBe(1);
    expect(infer(cell, [{ shape: [null, F], dtype: 'float' }, ...initial.map(() => ({ shape: [null, U], dtype: 'float' as const }))]).map(({ shape }) => shape)).toEqual(found.map(() => [null, U]));
  });

  test('an RNN around a cell is the layer; its cell is a part without a name of its own', () => {
    const layer = filled(made('RNN', { return_sequences: true }, { cell: made(`${kind}Cell`, { units: U, reset_after: false }) }), [[null, null, F]]);
    close(values(layer, [x], { mask })[0]!, values(ready(kind, { return_sequences: true }), [x], { mask })[0]!, 'sequence');
    expect(layer.parts.map(({ name, layer: { className } }) => [name, className])).toEqual([['', `${kind}Cell`]]);
    expect(layer.weights).toEqual([]);
    expect(layer.recurrent!.cells[0]!.weights).toEqual(weightsOf(layer));
  });

  test('whole numbers are read as real ones', () => {
    const whole = constant(x.data.map(Math.round) as Float64Array, x.shape, 'int');
    close(values(ready(kind), [whole])[0]!, values(ready(kind), [new Tensor(whole.data, x.shape)])[0]!, 'output');
  });
});

test("hard_sigmoid is that of the file's Keras", () => {
  const gates = (dialect: Dialect): Tensor => values(ready('LSTM', { recurrent_activation: 'hard_sigmoid' }, dialect), [noise(1, [S, T, F], 3)])[0]!;
  expect(gates(KERAS_2).data).not.toEqual(gates(KERAS_3).data);
});

test('an activation of null is none, and a missing one is the default', () => {
  const found = (config: Config): Tensor => values(ready('GRU', config), [x])[0]!;
  close(found({ activation: null, recurrent_activation: null }), found({ activation: 'linear', recurrent_activation: 'linear' }), 'none');
  close(found({}), found({ activation: 'tanh', recurrent_activation: 'sigmoid' }), 'default');
  expect(() => made('GRU', { units: U, activation: 'wobbly' })).toThrow(/layer 'gru' \(GRU\): activation: .*'wobbly'/);
});

describe('stacked cells', () => {
  const CELLS = [['LSTM', 3], ['GRU', 2], ['SimpleRNN', 4]] as const;
  const stack = (config: Config = {}, dialect: Dialect = KERAS_3, listed = true): KerasLayer => {
    const cells = CELLS.map(([name, units]) => made(`${name}Cell`, { units, reset_after: true }, {}, dialect));
    return filled(made('RNN', config, { cell: listed ? cells : made('StackedRNNCells', {}, { cells }, dialect) }, dialect), [[null, null, F]]);
  };
  const ALL_STATES = { return_sequences: true, return_state: true };

  test.each([true, false])('are layers on top of each other, the states cell by cell; given as a list: %s', (listed) => {
    const layer = stack({ ...ALL_STATES, go_backwards: true }, KERAS_3, listed);
    const weights = weightsOf(layer);
    expect(weights.length).toBe(9);
    let y = flip(x, 1);
    const states = CELLS.flatMap(([name, units], i) => {
      const alone = made(name, { units, reset_after: true, ...ALL_STATES });
      alone.build([[null, null, y.shape[2]!]]);
      weightsOf(alone).forEach((weight, n) => { weight.set(weights[3 * i + n]!.read()); });
      const [output, ...ends] = values(alone, [y], { mask: flip(mask, 1) }) as [Tensor, ...Tensor[]];
      y = output;
      return ends;
    });
    const found = values(layer, [x], { mask });
    [y, ...states].forEach((expected, i) => { close(found[i]!, expected, `output ${i}`); });
    expect(found.length).toBe(5);
    expect(infer(layer, [{ shape: [null, T, F], dtype: 'float' }]).map(({ shape }) => shape)).toEqual([[null, T, 4], [null, 3], [null, 3], [null, 2], [null, 4]]);
    // All of it masked: the states stay what they were.
    const initial = states.map(({ shape }, i) => noise(40 + i, shape));
    values(layer, [x, ...initial], { given: { mask: constant(new Float64Array(S * T), [S, T], 'bool') } }).slice(1).forEach((state, i) => { close(state, initial[i]!, 'carried'); });
    expect(layer.parts[0]!.layer.parts.map(({ name }) => name)).toEqual(['0', '1', '2']);
    expect(layer.recurrent!.cells.map(({ recurrence: { backwards } }) => backwards)).toEqual([true, false, false]);
  });

  test('are looked into one by one', () => {
    const { watch, seen } = noting((name, _fold, { recurrence: { units } }) => [name, units]);
    called(stack(), [x], { context: { watch } });
    expect(seen).toEqual([['0', 3], ['1', 2], ['2', 4]]);
  });

  test('the uppermost states come first in TF.js and in standalone Keras up to 2.2.2, later where that is asked for; in tf.keras that changes nothing', () => {
    const plain = values(stack(ALL_STATES), [x]);
    const shapes = [[S, 3], [S, 3], [S, 2], [S, 4]];
    const turned = <A>([h, c, gru, rnn]: readonly A[]): A[] => [rnn!, gru!, h!, c!];
    for (const dialect of [TFJS, { ...STANDALONE, kerasVersion: '2.2.2' }]) {
      const [, ...states] = values(stack(ALL_STATES, dialect), [x]);
      states.forEach((state, i) => { close(state, turned(plain.slice(1))[i]!, `state ${i}`); });
      const initial = shapes.map((shape, i) => noise(40 + i, shape));
      close(values(stack({}, dialect), [x, ...turned(initial)])[0]!, values(stack({}), [x, ...initial])[0]!, 'from states');
    }
    for (const [dialect, asked, expected] of [[KERAS_2, true, plain], [STANDALONE, false, plain], [STANDALONE, true, [plain[0]!, ...turned(plain.slice(1))]]] as const) {
      const cells = CELLS.map(([name, units]) => made(`${name}Cell`, { units, reset_after: true }, {}, dialect));
      const layer = filled(made('RNN', ALL_STATES, { cell: made('StackedRNNCells', { reverse_state_order: asked }, { cells }, dialect) }, dialect), [[null, null, F]]);
      values(layer, [x]).forEach((output, i) => { close(output, expected[i]!, `output ${i}`); });
    }
  });

  test('called by themselves are a step', () => {
    const cells = CELLS.map(([name, units]) => made(`${name}Cell`, { units, reset_after: true }));
    const alone = filled(made('StackedRNNCells', {}, { cells }), [[null, F]]);
    const initial = [[S, 3], [S, 3], [S, 2], [S, 4]].map((shape, i) => noise(40 + i, shape));
    const step = noise(3, [S, F]);
    const expected = values(stack({ return_state: true }), [new Tensor(step.data, [S, 1, F]), ...initial]);
    values(alone, [step, ...initial]).forEach((output, i) => { close(output, expected[i]!, `output ${i}`); });
  });
});

test.each([['CuDNNLSTM', 'LSTM', {}], ['CuDNNGRU', 'GRU', { reset_after: true }]] as const)('%s is %s with sigmoid gates, whatever it says, and takes no mask', (name, plain, options) => {
  const layer = ready(name, { return_sequences: true, go_backwards: true, activation: 'relu', use_bias: false }, KERAS_2);
  close(values(layer, [x])[0]!, values(ready(plain, { ...options, return_sequences: true, go_backwards: true }), [x])[0]!, name);
  expect(() => called(layer, [x], { mask })).toThrow(`layer '${name.toLowerCase()}' (${name}): a mask reaches it, which ${name} does not take in Keras either`);
});

test('what does not fit is refused in a line', () => {
  const refused = (make: () => unknown, message: string): void => {
    expect(make).toThrow(SeeRnnError);
    expect(make).toThrow(message);
  };
  refused(() => made('LSTM', { units: 0 }), "layer 'lstm' (LSTM): units must be a whole number of at least 1, found 0");
  refused(() => made('LSTM', {}), "layer 'lstm' (LSTM): units must be a whole number of at least 1, found nothing");
  refused(() => filled(made('LSTM', { units: U }), [[null, T, null]]), "layer 'lstm' (LSTM): the number of features it reads must be known");
  refused(() => filled(made('LSTM', { units: U }), [[null, F]]), "layer 'lstm' (LSTM): expected inputs of shape (samples, timesteps, features), found (any, 4)");
  refused(() => made('RNN', {}, { cell: made('Dense', { units: 2 }) }), "layer 'rnn' (RNN): cell must be an LSTM, GRU or SimpleRNN cell, or a stack of them, found Dense");
  refused(() => made('RNN', {}), "layer 'rnn' (RNN): cell must be an LSTM, GRU or SimpleRNN cell, or a stack of them, found nothing");
  refused(() => made('RNN', {}, { cell: [made('Dense', { units: 2 })] }), 'cells must be a list of LSTM, GRU and SimpleRNN cells, found Dense');
  refused(() => made('RNN', { num_constants: 1 }, { cell: made('LSTMCell', { units: 2 }) }), "layer 'rnn' (RNN): num_constants is 1: constants beside the states are not supported");
  refused(() => called(ready('LSTM'), [x, noise(1, [S, U])]), 'expected 2 initial states, found 1');
  refused(() => called(ready('GRU'), [x], { mask: constant(new Float64Array(S * 2), [S, 2], 'bool') }), 'expected a mask of shape (3, 5), found (3, 2)');
});
