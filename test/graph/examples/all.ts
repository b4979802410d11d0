import { arithmetic } from './arithmetic.js';
import type { Example } from './example.js';
import { matmuls } from './matmul.js';

export const EXAMPLES: readonly Example[] = [...arithmetic, ...matmuls];
