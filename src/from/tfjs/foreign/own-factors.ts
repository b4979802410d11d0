import type * as tfjs from '@tensorflow/tfjs-core';
import { constant, type Tensor } from '../../../graph/tensor.js';
import { inTidy, tf } from './tf.js';

/** What a caller's own dropout of a recurrent cell makes of ones: the factors by which inputs, or states, are multiplied. */
export const ownFactors = (dropout: (x: tfjs.Tensor, rate: number) => tfjs.Tensor) => (shape: readonly number[], rate: number): Tensor =>
  constant(inTidy(() => Float64Array.from(dropout(tf().ones([...shape]), rate).dataSync())), shape);
