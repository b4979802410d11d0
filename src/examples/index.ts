/** What the programs of the examples need besides the package itself: seeded numbers, and an optimiser. See RNN's `see-rnn/examples`. */

export { Adam, type AdamOptions } from './adam.js';
export { Random } from './random.js';
export { initialize } from './initialize.js';
