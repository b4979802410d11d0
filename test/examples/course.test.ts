import { describe, expect, it } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import { noise } from '../../src/examples/batches.js';
import { Course } from '../../src/examples/course.js';
import { Random } from '../../src/examples/random.js';
import { allWeights } from '../../src/model/sublayers.js';
import { small } from './small.js';

const course = (number: number): Course => new Course(small(number)[0]!.trainings[0]!);
const weights = ({ model }: Course): number[] => allWeights(model.graph).flatMap((weight) => [...weight.read() as Float32Array]);

describe('a training', () => {
  it.each([[1], [5]])('gives the same numbers in every run: example %i', async (number) => {
    const [first, second] = [course(number), course(number)];
    await first.advance(3);
    await second.advance(3);
    expect(second.loss).toBe(first.loss);
    expect(weights(second)).toEqual(weights(first));
  });

  it('goes on from where it was as if it had never stopped, over a change of batches', async () => {
    const [whole, parts] = [course(1), course(1)];
    await whole.advance(42);
    await parts.advance(39);
    await parts.advance(40);
    await parts.advance(40);
    await parts.advance(42);
    expect(parts.iterations).toBe(42);
    expect(weights(parts)).toEqual(weights(whole));
  });

  it('learns its batch, and finds another where a new one begins', async () => {
    const one = course(1);
    const losses: number[] = [];
    await one.advance(41, () => losses.push(one.loss));
    expect(losses).toHaveLength(41);
    expect(losses[39]).toBeLessThan(0.9 * losses[0]!);
    for (let i = 5; i < 40; i += 5) expect(losses[i]).toBeLessThan(losses[i - 5]!);
    expect(losses[40]).toBeGreaterThan(losses[39]!);
  });

  it('has, by the last layer, the gradient that example 6 says can be checked by hand', async () => {
    const [example] = small(6);
    const one = new Course(example!.trainings[0]!);
    await one.advance(1);
    const { gradients: [gradient] } = await example!.look([one.model], 1);
    const { x, y } = noise({ kind: 'LSTM', units: 3, bidirectional: false }, new Random(3));
    const { data: output } = await one.model.predict(x) as NamedArray;
    expect(gradient!.shape).toEqual([16, 3]);
    for (const [i, value] of gradient!.data.entries()) expect(value).toBeCloseTo((output[i]! - y.data[i]!) / (16 * 3 / 2), 7);
  });
});
