/** What the programs of the examples need besides the package itself: seeded numbers. See RNN's `see-rnn/examples`. */

export { Random } from './random.js';
export { initialize } from './initialize.js';
