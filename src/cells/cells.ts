import type { Cell } from './cell.js';
import { gru } from './gru.js';
import { lstm } from './lstm.js';
import { simpleRNN } from './simple-rnn.js';

/** Every recurrent cell there is. */
export const cells: readonly Cell[] = [lstm, gru, simpleRNN];
