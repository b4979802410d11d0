/**
 * What needs TF.js: import it beside `see-rnn` where your models are TF.js's. It also says which TF.js computes layers and losses of your own,
 * which `see-rnn` by itself looks for under its usual name.
 */
import * as tf from '@tensorflow/tfjs-core';
import { provideTf } from './from/tfjs/foreign/tf.js';

export { accelerate, type Acceleration } from './from/tfjs/accelerate/accelerate.js';

provideTf(tf);
