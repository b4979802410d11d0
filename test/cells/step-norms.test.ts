import { describe, expect, test } from 'vitest';
import { termNorms, TermSums } from '../../src/cells/step-norms.js';
import type { Block, StepFactors } from '../../src/cells/step-terms.js';
import { kernelsAvailable } from '../../src/kernels/product.js';
import { Random } from '../random.js';

type Numbers = Float32Array | Float64Array;

/** Terms as those of an LSTM of two gates: one factor with values, and ones. */
function factorsOf(samples: number, width: number, units: number, { scale = 1, steps = 3, seed = 1 } = {}): StepFactors {
  const random = new Random(seed);
  const rows = samples * steps;
  const values = Float32Array.from(random.normals(rows * width, scale));
  const adjoints = [1, 2].map(() => Float32Array.from(random.normals(rows * units, scale)));
  const blocks: Block[] = [{ weight: 'kernel', factor: { values, width }, adjoints }, { weight: 'bias', factor: { values: null, width: 1 }, adjoints }];
  return { samples, steps, units, blocks };
}

/** By the definition, in float64; and what the norm would be if nothing cancelled. */
function byDefinition({ samples, steps, units }: StepFactors, { factor, adjoints }: Block): { norm: number[]; uncancelled: number[] } {
  const [norm, uncancelled] = [new Array<number>(steps), new Array<number>(steps)];
  for (let step = 0; step < steps; step++) {
    const columns = adjoints.length * units;
    const [term, sizes] = [new Float64Array(factor.width * columns), new Float64Array(factor.width * columns)];
    for (let sample = 0; sample < samples; sample++) {
      const row = sample * steps + step;
      for (let i = 0; i < factor.width; i++) {
        for (let n = 0; n < columns; n++) {
          const product = (factor.values?.[row * factor.width + i] ?? 1) * adjoints[Math.floor(n / units)]![row * units + (n % units)]!;
          term[i * columns + n]! += product;
          sizes[i * columns + n]! += Math.abs(product);
        }
      }
    }
    norm[step] = Math.hypot(...term);
    uncancelled[step] = Math.hypot(...sizes);
  }
  return { norm, uncancelled };
}

/** float32 sums of so many samples: each rounds to 6e-8 of what it has got to, and the errors of the kernels' short sums hardly add up. */
const TOLERANCE = 2e-7;

function expectRight(factors: StepFactors, found: (weight: string) => Float64Array, tolerance = TOLERANCE): void {
  for (const block of factors.blocks) {
    const { norm, uncancelled } = byDefinition(factors, block);
    norm.forEach((expected, step) => { expect(Math.abs(found(block.weight)[step]! - expected) / uncancelled[step]!, `${block.weight} at ${step}`).toBeLessThan(tolerance); });
  }
}

describe('the norms of terms', () => {
  test.each([[1, 5, 4], [4, 5, 4], [30, 40, 12], [300, 40, 12], [300, 3, 9], [1000, 17, 5]])('%d samples, %d wide, %d units: as by definition', (samples, width, units) => {
    expect(kernelsAvailable()).toBe(true);
    const factors = factorsOf(samples, width, units);
    const norms = termNorms(factors);
    expectRight(factors, (weight) => norms[weight as 'kernel']!);
    // In parts, of which the last is smaller.
    const sums = new TermSums();
    for (let from = 0; from < samples; from += 100) sums.add(someSamples(factors, from, Math.min(samples, from + 100)));
    const joined = sums.norms();
    expectRight(factors, (weight) => joined[weight as 'kernel']!);
  });

  test('float64 stays float64', () => {
    const { blocks, ...rest } = factorsOf(300, 20, 6);
    const float64 = (values: ArrayLike<number>): Float64Array => Float64Array.from(values);
    const factors = { ...rest, blocks: blocks.map(({ weight, factor, adjoints }) => ({ weight, factor: { ...factor, values: factor.values && float64(factor.values) }, adjoints: adjoints.map(float64) })) };
    const norms = termNorms(factors);
    expectRight(factors, (weight) => norms[weight as 'kernel']!, 1e-14);
  });

  test.each([1e-25, 1e25])('numbers of %d, whose products float32 does not hold', (scale) => {
    const factors = factorsOf(400, 20, 6, { scale });
    const norms = termNorms(factors);
    expectRight(factors, (weight) => norms[weight as 'kernel']!);
    expect(norms.kernel![0]).toBeGreaterThan(0);
  });

  test('zeros are zero, and what is not a number shows', () => {
    const factors = factorsOf(400, 20, 6);
    const [{ factor, adjoints }] = factors.blocks as [Block];
    const rowsOf = (values: Numbers, width: number, step: number): number[] => Array.from({ length: 400 }, (_, sample) => (sample * 3 + step) * width).filter((at) => at < values.length);
    for (const adjoint of adjoints) for (const at of rowsOf(adjoint, 6, 0)) adjoint.fill(0, at, at + 6);
    factor.values![20] = Number.NaN; // of step 1
    factor.values!.fill(Number.POSITIVE_INFINITY, 40, 41); // of step 2
    const { kernel, bias } = termNorms(factors);
    expect([kernel![0], bias![0]]).toEqual([0, 0]);
    expect(kernel![1]).toBeNaN();
    expect(Number.isFinite(kernel![2])).toBe(false);
    expect(Number.isFinite(bias![1]! + bias![2]!)).toBe(true);
  });

  test('all factors not numbers, none of them finite', () => {
    const factors = factorsOf(400, 20, 6);
    factors.blocks[0]!.factor.values!.fill(Number.NaN);
    expect(Array.from(termNorms(factors).kernel!)).toEqual([NaN, NaN, NaN]);
  });
});

function someSamples({ steps, units, blocks }: StepFactors, from: number, to: number): StepFactors {
  const cut = (values: Numbers, width: number): Numbers => values.subarray(from * steps * width, to * steps * width);
  return {
    samples: to - from, steps, units,
    blocks: blocks.map(({ weight, factor, adjoints }) => ({ weight, factor: { ...factor, values: factor.values && cut(factor.values, factor.width) }, adjoints: adjoints.map((one) => cut(one, units)) })),
  };
}
