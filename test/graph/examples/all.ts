import { activating } from './activation.js';
import { arithmetic } from './arithmetic.js';
import { comparisons } from './comparison.js';
import { crossEntropies } from './cross-entropy.js';
import { dropouts } from './dropout.js';
import type { Example } from './example.js';
import { fillings } from './filling.js';
import { gatherings } from './gathering.js';
import { joinings } from './joining.js';
import { matmuls } from './matmul.js';
import { recurrences } from './recurrence.js';
import { alongs, reductions, softmaxes } from './reductions.js';
import { shapings } from './shaping.js';
import { slicings } from './slicing.js';
import { sortings } from './sorting.js';
import { unaries } from './unary.js';

export const EXAMPLES: readonly Example[] = [...arithmetic, ...unaries, ...comparisons, ...reductions, ...alongs, ...softmaxes, ...activating, ...matmuls, ...shapings, ...joinings, ...slicings, ...sortings, ...gatherings, ...fillings, ...recurrences, ...dropouts, ...crossEntropies];
