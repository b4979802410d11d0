import { apply, type Operation } from '../operation.js';
import type { Tensor } from '../tensor.js';

interface DropoutAttributes {
  readonly shape: readonly number[];
  readonly rate: number;
  /** Numbers from 0 to 1, evenly spread. */
  readonly random: () => number;
}

/** Factors for dropout: 0 for the share that is dropped, and 1 / (1 - rate) for the others, so that the mean stays. It reads a tensor for its precision alone. */
export const DROPOUT_FACTORS: Operation<DropoutAttributes> = {
  name: 'dropout factors',
  forms: (_inputs, { shape }) => [{ shape, dtype: 'float' }],
  forward({ outputs: [out], attributes: { rate, random } }) {
    const { data } = out;
    const kept = 1 / (1 - rate);
    for (let n = 0; n < data.length; n++) data[n] = random() < rate ? 0 : kept;
  },
};

/**
 * Factors that drop a share of numbers at random.
 *
 * @param like a tensor of the run, in whose precision they come
 * @param rate from 0, and below 1
 */
export const dropoutFactors = (like: Tensor, shape: readonly number[], rate: number, random: () => number): Tensor =>
  apply(DROPOUT_FACTORS, [like], { shape, rate, random })[0];
