import { arithmetic } from './arithmetic.js';
import type { Example } from './example.js';
import { gatherings } from './gathering.js';
import { joinings } from './joining.js';
import { matmuls } from './matmul.js';
import { recurrences } from './recurrence.js';
import { shapings } from './shaping.js';
import { slicings } from './slicing.js';

export const EXAMPLES: readonly Example[] = [...arithmetic, ...matmuls, ...shapings, ...joinings, ...slicings, ...gatherings, ...recurrences];
