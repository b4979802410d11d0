import { afterEach, describe, expect, test } from 'vitest';
import { cells } from '../../src/cells/cells.js';
import type { Floats } from '../../src/cells/floats.js';
import { fromSteps } from '../../src/cells/layout.js';
import { backwardThroughTime, forwardThroughTime, inputGradient, weightGradients, type Recurrence } from '../../src/cells/sequence.js';
import { termNorms } from '../../src/cells/step-norms.js';
import type { SeenBack, SeenForward, Watch } from '../../src/cells/watch.js';
import { setMemoryBudget } from '../../src/kernels/budget.js';
import { kernels } from '../../src/kernels/module.js';
import { recur, type RecurrenceCall } from '../../src/graph/operations/recurrence.js';
import { Tape } from '../../src/graph/tape.js';
import { abstract, constant, Tensor } from '../../src/graph/tensor.js';
import { Random } from '../random.js';
import { expectClose } from '../trace/close.js';
import { recurrenceOf } from './examples/recurrence.js';
import { weighedSum } from './weighed-sum.js';

/** The operation against the reference cells, called by themselves. */

const [S, T, F, U] = [5, 6, 3, 2];
const both = [false, true];
const kinds = cells.flatMap(({ kind }) => (kind === 'GRU' ? both : [false]).map((resetAfter) => ({ kind, resetAfter })));
/** All steps, padding at the end, padding at the front, holes, and nothing but padding. */
const STEPS = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0];
const mask = constant(STEPS, [S, T], 'bool');

afterEach(() => { setMemoryBudget(null); });

interface Problem { readonly recurrence: Recurrence; readonly x: Tensor; readonly weights: readonly Tensor[]; readonly initial: readonly Tensor[] }

/** Numbers that float32 holds, so that both precisions compute on the same. */
function problem(kind: string, options: Partial<Recurrence> = {}, { bias = true, initial = true, single = false } = {}): Problem {
  const recurrence = recurrenceOf(kind, { units: U, ...options });
  const random = new Random(7);
  const made = (shape: readonly number[], scale = 0.6): Tensor => {
    const numbers = Float32Array.from(random.normals(shape.reduce((size, n) => size * n, 1), scale));
    return new Tensor(single ? numbers : Float64Array.from(numbers), shape);
  };
  const width = recurrence.cell.gates.length * U;
  return {
    recurrence, x: made([S, T, F], 1),
    weights: [made([F, width]), made([U, width]), ...(bias ? [made(recurrence.resetAfter ? [2, width] : [width])] : [])],
    initial: initial ? Array.from({ length: recurrence.cell.hasCellState ? 2 : 1 }, () => made([S, U])) : [],
  };
}

/** What the operation gives, and the derivatives of {@link weighedSum} of its outputs: by x, weights and initial states. */
function run({ recurrence, x, weights, initial }: Problem, options: Partial<RecurrenceCall>): { outputs: Floats[]; gradients: (Floats | null)[] } {
  const tape = new Tape();
  const [ownX, ...others] = [x, ...weights, ...initial].map((tensor) => tape.follow(tensor));
  const { output, states } = recur(ownX!, { recurrence, weights: others.slice(0, weights.length), initial: others.slice(weights.length), returnSequences: true, ...options });
  tape.backward(weighedSum([output, ...states]));
  return { outputs: [output, ...states].map(({ data }) => data), gradients: [ownX!, ...others].map((tensor) => tape.adjoint(tensor)) };
}

/** The same by the reference cells. */
function reference({ recurrence, x, weights: [kernel, recurrentKernel, bias], initial: [hidden, cell] }: Problem, masked: boolean, returnSequences: boolean): { outputs: Floats[]; gradients: (Floats | null)[] } {
  const pass = forwardThroughTime(recurrence, { kernel: kernel!.data, recurrentKernel: recurrentKernel!.data, bias: bias?.data ?? null }, {
    samples: S, timesteps: T, features: F, x: x.data, mask: masked ? STEPS : undefined, initialHidden: hidden?.data, initialCell: cell?.data,
  });
  const { size } = pass;
  const lstm = recurrence.cell.hasCellState;
  const sequence = fromSteps(pass.hidden.subarray(size), S, T, U, false);
  const last = pass.hidden.subarray(T * size);
  const outputs = [returnSequences ? sequence : last, last, ...(lstm ? [pass.cell.subarray(T * size)] : [])];
  const factors = new Random(99);
  const [first, second, third] = outputs.map((numbers) => Float64Array.from(numbers, () => factors.normal()));
  const adjoints = backwardThroughTime(pass, {
    sequence: returnSequences ? first : undefined, lastHidden: returnSequences ? second : first!.map((value, n) => value + second![n]!), lastCell: third,
  });
  const dW = weightGradients(pass, adjoints);
  return {
    outputs,
    gradients: [inputGradient(pass, adjoints), dW.kernel, dW.recurrentKernel, ...(bias ? [dW.bias] : []), ...(hidden ? [adjoints.hidden.subarray(0, size)] : []), ...(cell ? [adjoints.cell.subarray(0, size)] : [])],
  };
}

function compare(found: ReturnType<typeof run>, expected: ReturnType<typeof run>, tolerance: number): void {
  expected.outputs.forEach((values, i) => { expectClose(found.outputs[i]!, values, `output ${i}`, tolerance); });
  expect(found.gradients.length).toBe(expected.gradients.length);
  expected.gradients.forEach((values, i) => { expectClose(found.gradients[i]!, values!, `gradient ${i}`, tolerance); });
}

describe.each(kinds)('$kind, reset_after $resetAfter', ({ kind, resetAfter }) => {
  for (const backwards of both) for (const masked of both) for (const bias of both) for (const returnSequences of both) for (const initial of both) {
    test(`backwards ${backwards}, masked ${masked}, bias ${bias}, sequences ${returnSequences}, initial ${initial}`, () => {
      const options = { mask: masked ? mask : null, returnSequences };
      const make = (single: boolean): Problem => problem(kind, { resetAfter, backwards }, { bias, initial, single });
      const expected = reference(make(false), masked, returnSequences);
      compare(run(make(false), options), expected, 1e-12);
      // Sums of some dozens of terms in float32, through activations good to 4e-7.
      const single = run(make(true), options);
      expect(single.outputs[0]).toBeInstanceOf(Float32Array);
      compare(single, expected, 1e-5);
    });
  }
});

describe('what is returned at masked steps', () => {
  const steps = (values: Floats): number[][][] => Array.from({ length: S }, (_, s) => Array.from({ length: T }, (_unused, t) => [...values.subarray((s * T + t) * U, (s * T + t + 1) * U)]));
  const NOTHING = [0, 0];

  test.each(both)('single precision %s', (single) => {
    const made = problem('GRU', { resetAfter: true }, { single });
    const [state, previous, zero] = (['state', 'previous', 'zero'] as const).map((maskedOutput) => run(made, { mask, maskedOutput }));
    const [states, outputs, zeros] = [state, previous, zero].map((one) => steps(one!.outputs[0]!));
    const start = [...made.initial[0]!.data];
    expect(states![2]![0]).toEqual(start.slice(2 * U, 3 * U));
    expect(states![4]!.flat()).toEqual(Array.from({ length: T }, () => start.slice(4 * U)).flat());
    outputs!.forEach((sample, s) => {
      let seen = false;
      sample.forEach((step, t) => {
        seen ||= STEPS[s * T + t] === 1;
        expect(step).toEqual(seen ? states![s]![t] : NOTHING);
        expect(zeros![s]![t]).toEqual(STEPS[s * T + t] === 1 ? states![s]![t] : NOTHING);
      });
    });
    // The last states are the same whatever is returned.
    expect(zero!.outputs[1]).toEqual(state!.outputs[1]);
    const last = (['previous', 'zero'] as const).map((maskedOutput) => run(made, { mask, maskedOutput, returnSequences: false }).outputs[0]!);
    expect([...last[0]!]).toEqual(outputs!.flatMap((sample) => sample[T - 1]!));
    expect([...last[1]!]).toEqual(zeros!.flatMap((sample) => sample[T - 1]!));
  });

  test('a cell above one that goes backwards reads the mask from its end', () => {
    const made = problem('LSTM');
    const reversed = constant(Array.from({ length: S }, (_, s) => STEPS.slice(s * T, (s + 1) * T).reverse()).flat(), [S, T], 'bool');
    compare(run(made, { mask, maskReversed: true, maskedOutput: 'zero' }), run(made, { mask: reversed, maskedOutput: 'zero' }), 0);
  });
});

/** Notes what it sees. */
function noting(values: readonly string[], gradients: readonly string[]): { watch: Watch; forward: SeenForward[]; back: SeenBack[] } {
  const [forward, back]: [SeenForward[], SeenBack[]] = [[], []];
  const watch: Watch = {
    label: 'rnn', values: new Set(values) as Watch['values'], gradients: new Set(gradients) as Watch['gradients'],
    wentForward: (seen) => { forward.push(seen); }, wentBack: (seen) => { back.push(seen); }, within: () => watch,
  };
  return { watch, forward, back };
}

describe('looked into', () => {
  test.each(both)('states, gates and the derivatives by them are the reference cells\'; single precision %s', (single) => {
    const made = problem('LSTM', { backwards: true }, { single });
    const { watch, forward, back } = noting(['hidden', 'cell', 'gates'], ['hidden', 'cell', 'gates', 'weight-steps']);
    const { gradients } = run(made, { mask, watch });
    const pass = forwardThroughTime(made.recurrence, { kernel: made.weights[0]!.data, recurrentKernel: made.weights[1]!.data, bias: made.weights[2]!.data }, {
      samples: S, timesteps: T, features: F, x: made.x.data, mask: STEPS, initialHidden: made.initial[0]!.data, initialCell: made.initial[1]!.data,
    });
    const factors = new Random(99);
    const [sequence, lastHidden, lastCell] = [S * T * U, S * U, S * U].map((length) => Float64Array.from({ length }, () => factors.normal()));
    const adjoints = backwardThroughTime(pass, { sequence, lastHidden, lastCell });
    const rows = (values: Floats): Floats => fromSteps(values, S, T, U, true);
    const tolerance = single ? 1e-5 : 1e-12;
    expect(forward.length + back.length).toBe(2);
    const [{ values }, { gradients: derivatives, terms, entered, flushed }] = [forward[0]!, back[0]!];
    expectClose(values.hidden!, rows(pass.hidden.subarray(pass.size)), 'hidden', tolerance);
    expectClose(values.cell!, rows(pass.cell.subarray(pass.size)), 'cell', tolerance);
    // Where a step is skipped its gates are of no account.
    const counted = (array: Floats): Floats => array.map((value, n) => (STEPS[Math.floor(n / U)] ? value : 0)) as Floats;
    for (const gate of made.recurrence.cell.gates) {
      expectClose(counted(values.gates![gate]!), counted(rows(pass.gates[gate]!)), gate, tolerance);
      expectClose(derivatives.gates![gate]!, rows(adjoints.gates[gate]!), `by ${gate}`, tolerance);
    }
    expectClose(derivatives.hidden!, rows(adjoints.hidden.subarray(pass.size)), 'by hidden', tolerance);
    expectClose(derivatives.cell!, rows(adjoints.cell.subarray(pass.size)), 'by cell', tolerance);
    expect([...entered!]).toEqual(Array.from({ length: S * T }, () => 1));
    expect(flushed && [...flushed]).toEqual(single ? [0, 0, 0, 0, 0, 0] : null);
    // With a single step's term at a time their norms are no longer than what they add up to is made of.
    expect(termNorms(terms!).kernel!.reduce((sum, norm) => sum + norm, 0)).toBeGreaterThanOrEqual(Math.hypot(...gradients[1]!) * (1 - 1e-6));
    expect(forward[0]).toMatchObject({ samples: S, timesteps: T, hasBias: true });
  });

  test('the way back comes by though nothing below is followed, and only where gradients are looked at', () => {
    const { x, ...made } = problem('SimpleRNN');
    for (const looked of both) {
      const { watch, forward, back } = noting(['hidden'], looked ? ['hidden'] : []);
      const tape = new Tape();
      const { output } = recur(x, { ...made, returnSequences: false, watch, tape });
      tape.backward(weighedSum([output]));
      expect([forward.length, back.length]).toEqual([1, looked ? 1 : 0]);
    }
  });

  test('where the loss comes in is told of what the layer returns', () => {
    const { x, ...made } = problem('GRU');
    const { watch, back } = noting([], ['hidden']);
    const tape = new Tape();
    const { output } = recur(x, { ...made, returnSequences: false, mask, maskedOutput: 'zero', watch, tape });
    tape.backward(weighedSum([output]));
    // Through the last step alone, and not where that is masked.
    expect([...back[0]!.entered!]).toEqual(STEPS.map((one, n) => (n % T === T - 1 ? one : 0)));
  });

  test('what is too large to read is refused by the name of who looks', () => {
    setMemoryBudget(1);
    const { watch } = noting(['hidden'], []);
    expect(() => recur(problem('GRU', {}, { single: true }).x, { ...problem('GRU', {}, { single: true }), returnSequences: false, watch }))
      .toThrow(/^layer 'rnn': GRU of 2 units over 5 samples of 6 timesteps: its hidden states take/);
  });
});

test('memory of the kernels is given back: at once where nobody follows, else on the way back or with the tape', () => {
  const made = problem('LSTM', {}, { single: true });
  const { memory } = kernels();
  const call = { ...made, returnSequences: true };
  recur(made.x, call);
  const before = memory.used;
  recur(made.x, call);
  expect(memory.used).toBe(before);
  run(made, {});
  expect(memory.used).toBe(before);
  const tape = new Tape();
  recur(tape.follow(made.x), call);
  expect(memory.used).toBeGreaterThan(before);
  tape.dispose();
  expect(memory.used).toBe(before);
  const { watch } = noting(['hidden'], []);
  expect(() => recur(tape.follow(made.x), { ...call, watch: { ...watch, wentForward: () => { throw new Error('no room'); } } })).toThrow('no room');
  expect(memory.used).toBe(before);
});

test('a gradient is worked out only where it is asked for', () => {
  const made = problem('SimpleRNN');
  const tape = new Tape();
  const x = tape.follow(made.x);
  const { output } = recur(x, { ...made, returnSequences: true });
  tape.backward(weighedSum([output]));
  expect(tape.adjoint(x)!.length).toBe(S * T * F);
  for (const weight of made.weights) expect(tape.adjoint(weight)).toBeNull();
});

test('a single step may come without an axis of its own', () => {
  const made = problem('LSTM');
  const step = new Tensor(made.x.data.slice(0, S * F), [S, F]);
  const found = recur(step, { ...made, returnSequences: false });
  const expected = recur(new Tensor(step.data, [S, 1, F]), { ...made, returnSequences: true });
  expect(found.output.shape).toEqual([S, U]);
  expect(found.output.data).toEqual(expected.output.data);
  expect(found.states[1]!.data).toEqual(expected.states[1]!.data);
});

test('what does not fit is refused, on abstract tensors too', () => {
  const { x, ...made } = problem('LSTM');
  const refused = (message: string, call: Partial<RecurrenceCall>, input = x): void => {
    expect(() => recur(input, { ...made, returnSequences: true, ...call })).toThrow(message);
  };
  refused('expected inputs of shape (samples, timesteps, features), found (5,)', {}, new Tensor(new Float64Array(5), [5]));
  refused('expected inputs of 3 features, found 4', {}, abstract({ shape: [S, T, 4], dtype: 'float' }));
  refused('expected at least one timestep, found none', {}, new Tensor(new Float64Array(0), [S, 0, F]));
  refused('expected 2 initial states, found 1', { initial: made.initial.slice(1) });
  refused('expected initial states of shape (5, 2), found (5, 3)', { initial: [constant(new Float64Array(15), [5, 3]), made.initial[1]!] });
  refused('expected a mask of shape (5, 6), found (6, 5)', { mask: constant(STEPS, [T, S], 'bool') });
  refused('expected a mask of shape (5, 6), found (30,)', { mask: constant(STEPS, [S * T], 'bool') });
  expect(recur(x, { ...made, returnSequences: true, mask: constant(STEPS, [S, T, 1], 'bool') }).output.shape).toEqual([S, T, U]);
});
