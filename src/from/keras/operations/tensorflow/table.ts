import type { OperationTable } from '../operation.js';
import { elementWise } from './element-wise.js';
import { images } from './images.js';
import { networks } from './networks.js';
import { picking } from './picking.js';
import { reducing } from './reducing.js';
import { reshaping } from './reshaping.js';

/** The functions of TensorFlow that are known here, by their last names; with the module before them where the name alone would be another's. */
export const TENSORFLOW_FUNCTIONS: OperationTable = { ...elementWise, ...reducing, ...reshaping, ...picking, ...networks, ...images };

/** Modules that are left out of a function's name: `math.add`, `compat.v1.gather`, `__operators__.add`. */
const MODULES = /^(?:tf\.)?(?:compat\.v[12]\.)?(?:(?:math|nn|linalg|dtypes|debugging|manip|__operators__)\.)?/;

/** A function's name as it stands in {@link TENSORFLOW_FUNCTIONS}. */
export const functionName = (symbol: string): string => symbol.replace(MODULES, '');

/** What arguments were called in TensorFlow 1. */
const RENAMED: Readonly<Record<string, string>> = { keep_dims: 'keepdims', reduction_indices: 'axis', dim: 'axis', dimension: 'axis', squeeze_dims: 'axis' };

/** Arguments by the names that they have today. */
export function currentArguments(kwargs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const current: Record<string, unknown> = { ...kwargs };
  for (const [former, name] of Object.entries(RENAMED)) if (current[former] != null && current[name] == null) current[name] = current[former];
  return current;
}
