import { apply, type Operation } from '../operation.js';
import type { Tensor } from '../tensor.js';

interface NoiseAttributes {
  readonly shape: readonly number[];
  /** Numbers from 0 to 1, evenly spread. */
  readonly random: () => number;
}

/** Numbers of the normal distribution with mean 0 and deviation 1, by Box and Muller. It reads a tensor for its precision alone. */
export const NORMAL_NOISE: Operation<NoiseAttributes> = {
  name: 'normal noise',
  forms: (_inputs, { shape }) => [{ shape, dtype: 'float' }],
  forward({ outputs: [out], attributes: { random } }) {
    const { data } = out;
    for (let n = 0; n < data.length; n++) data[n] = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  },
};

/**
 * Noise of the normal distribution, with mean 0 and deviation 1.
 *
 * @param like a tensor of the run, in whose precision it comes
 */
export const normalNoise = (like: Tensor, shape: readonly number[], random: () => number): Tensor => apply(NORMAL_NOISE, [like], { shape, random })[0];
