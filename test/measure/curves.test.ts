import { describe, expect, test } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import type { Decay, Measured, Verdict } from '../../src/measure/analysis.js';
import { fitDecay } from '../../src/measure/decay.js';
import { addEntries, flow } from '../../src/measure/flow.js';
import { gateMeasure } from '../../src/measure/gates.js';
import { horizonOf } from '../../src/measure/horizon.js';
import { verdictText } from '../../src/measure/verdict-text.js';
import { Random } from '../random.js';
import { known } from './replays.js';

const steps = (data: number[], shape: number[]): NamedArray => ({ data: Float32Array.from(data), shape, axes: ['samples', 'timesteps', 'units'].slice(0, shape.length) });

describe('horizonOf', () => {
  test.each<[string, number[], number, boolean]>([
    ['a fall', [1, 0.5, 0.2, 0.05, 0.01], 2, false], ['all of it', [1, 0.9, 0.8], 2, true], ['a dip', [1, 0.01, 0.5, 0.01], 2, false],
    ['a rise: of its peak', [1, 10, 100], 2, true], ['a rise and a fall', [1, 100, 1], 1, false], ['nothing', [], -1, false], ['zeros', [0, 0], -1, false], ['an end that is not known', [1, 0.9, Number.NaN], 1, true],
  ])('%s', (_, curve, at, open) => { expect(horizonOf(curve, 0.1)).toEqual({ steps: at, open }); });
});

describe('fitDecay', () => {
  const curve = (factor: number, length = 20): Float64Array => Float64Array.from({ length }, (_, k) => factor ** k);

  test('finds an exact factor, with no interval of one sample and none around equal ones', () => {
    const one = known(fitDecay([curve(0.8)], 0.95));
    expect(one.factor).toBeCloseTo(0.8, 12);
    expect([one.low, one.high, one.from, one.to]).toEqual([Number.NaN, Number.NaN, 1, 19]);
    const same = known(fitDecay([curve(0.8), curve(0.8)], 0.95));
    expect(same.low).toBeCloseTo(0.8, 10);
    expect(same.high).toBeCloseTo(0.8, 10);
    expect(known(fitDecay([curve(1), curve(1)], 0.95))).toMatchObject({ factor: 1, halfLife: Infinity, r2: 1 });
    expect(known(fitDecay([curve(2)], 0.95)).halfLife).toBeCloseTo(1, 12);
  });

  test('its interval holds the true factor about as often as it says', () => {
    const random = new Random(5);
    let held = 0;
    for (let trial = 0; trial < 400; trial++) {
      const curves = Array.from({ length: 5 }, () => curve(Math.exp(-0.2 + 0.05 * random.normal())));
      const { low, high } = known(fitDecay(curves, 0.95)) satisfies Decay;
      if (low <= Math.exp(-0.2) && Math.exp(-0.2) <= high) held++;
    }
    // 380 are expected, with a standard deviation of 4.4.
    expect(held).toBeGreaterThan(362);
    expect(held).toBeLessThan(396);
  });

  test('leaves zeros out, and says where there is too little', () => {
    expect(known(fitDecay([Float64Array.of(1, 0.5, 0.25, 0, 0.0625, 0.03125)], 0.95)).factor).toBeCloseTo(0.5, 12);
    const too: Measured<Decay> = fitDecay([Float64Array.of(1, 0.5, 0.25, 0)], 0.95);
    expect(too).toEqual({ why: "no sample's gradient is other than 0 at 4 lags or more" });
  });
});

describe('flow', () => {
  const gradient = steps([3, 4, 0, 0, 6, 8, /**/ 0, 0, 5, 12, 8, 6], [2, 3, 2]);

  test('is the norm over units, of each sample and of all', () => {
    const { norm, bySample, median } = flow(gradient, null, 2);
    expect([...bySample.data]).toEqual([5, 0, 10, 0, 13, 10]);
    expect([...norm]).toEqual([5, 13, Math.hypot(10, 10)]);
    expect([...median]).toEqual([2.5, 6.5, 10]);
  });

  test('leaves masked steps out', () => {
    const { norm, bySample, low } = flow(gradient, { data: Uint8Array.of(1, 0, 1, 1, 0, 0), shape: [2, 3], axes: ['samples', 'timesteps'] }, 2);
    expect([...bySample.data]).toEqual([5, Number.NaN, 10, 0, Number.NaN, Number.NaN]);
    expect([...norm]).toEqual([5, Number.NaN, 10]);
    expect(low[2]).toBe(10);
  });

  test('neither underflows nor overflows', () => {
    expect(flow(steps([3e-30, 4e-30], [1, 1, 2]), null, 1).norm[0]! / 5e-30).toBeCloseTo(1, 6);
    const huge: NamedArray = { data: Float64Array.of(3e200, 4e200), shape: [1, 1, 2], axes: ['samples', 'timesteps', 'units'] };
    expect(flow(huge, null, 1).norm[0]! / 5e200).toBeCloseTo(1, 6);
  });

  test('entries are the steps that are not zero throughout', () => {
    const entered = new Set<number>();
    addEntries(gradient, entered);
    expect(entered.size).toBe(3);
  });

  test('a gradient that is NaN is not read as masked', () => {
    const { norm, median } = flow(steps([3, 4, Number.NaN, 0, /**/ 6, 8, 5, 12], [2, 2, 2]), null, 1);
    expect([...norm]).toEqual([Math.hypot(5, 10), Number.NaN]);
    expect([...median]).toEqual([7.5, 13]);
  });

  test('another rank is refused', () => { expect(() => flow(steps([1, 2], [1, 2]), null, 1)).toThrow('flow: expected a gradient of shape (samples, timesteps, units), found (1, 2)'); });
});

describe('gateMeasure', () => {
  const gate = steps([0.5, 0.95, 0.5, 0.99, /**/ 0.5, 0.05, 0.5, 0.93], [2, 2, 2]);

  test('has the mean, the saturated shares and the time constant of each unit', () => {
    const { mean, low, high, timeConstant, overTime } = gateMeasure('forget', gate, 'sigmoid', null);
    expect(mean[0]).toBe(0.5);
    expect(mean[1]).toBeCloseTo(0.73, 6);
    expect([[...low], [...high]]).toEqual([[0, 0.25], [0, 0.75]]);
    expect(timeConstant![0]).toBeCloseTo(1 / Math.LN2, 12);
    expect(timeConstant![1]).toBeCloseTo(-1 / Math.log(0.73), 5);
    expect(overTime.mean[0]).toBeCloseTo(0.5, 6);
    expect(overTime.mean[1]).toBeCloseTo(0.73, 6);
  });

  test('a gate that never shuts keeps for ever, one that never opens not at all', () => {
    // Tenths of 1 that are added up make less than 1.
    const open = steps(Array.from({ length: 10 }, () => [1, 0]).flat(), [1, 10, 2]);
    expect([...gateMeasure('forget', open, 'sigmoid', null).timeConstant!]).toEqual([Infinity, 0]);
  });

  test('of nothing but masked steps nothing is known', () => {
    const { mean, low, timeConstant, overTime } = gateMeasure('forget', gate, 'sigmoid', { data: new Uint8Array(4), shape: [2, 2], axes: ['samples', 'timesteps'] });
    for (const values of [mean, low, timeConstant!, overTime.mean, overTime.low]) expect([...values]).toEqual([Number.NaN, Number.NaN]);
  });

  test('does not count masked steps', () => {
    const { mean, high } = gateMeasure('forget', gate, 'sigmoid', { data: Uint8Array.of(1, 1, 0, 1), shape: [2, 2], axes: ['samples', 'timesteps'] });
    expect(mean[1]).toBeCloseTo((0.95 + 0.99 + 0.93) / 3, 6);
    expect(high[1]).toBe(1);
  });

  test('of a candidate it is beyond 0.9 on either side; of a rectifier it is not told', () => {
    expect([...gateMeasure('cell', steps([-0.95, 0.95, -0.2], [1, 3, 1]), 'tanh', null).low]).toEqual([1 / 3]);
    expect(gateMeasure('input', gate, 'sigmoid', null).timeConstant).toBeNull();
    const rectified = gateMeasure('new', gate, 'relu', null);
    expect([rectified.range, [...rectified.low]]).toEqual([null, [Number.NaN, Number.NaN]]);
  });
});

test('verdictText writes a verdict down, line by line', () => {
  const found: Verdict = {
    kind: 'vanishing', sentence: "The gradient in LSTM 'a\nb' vanishes.", sureness: 'likely', figures: [{ name: 'horizon', value: 3, text: '10% gets back 3 steps' }], doubts: ['few samples'], advice: ['attention', 'a larger bias'],
  };
  expect(verdictText(found)).toBe("The gradient in LSTM 'a\\u000ab' vanishes. (likely)\n\nIt rests on\n  - 10% gets back 3 steps\n\nDoubts\n  - few samples\n\nWhat to try\n  - attention\n  - a larger bias");
  expect(verdictText({ ...found, kind: "can't tell", sentence: "Can't tell.", sureness: 'unsure', figures: [], doubts: [], advice: [] })).toBe("Can't tell.");
});
