import type { Penalty } from '../../../graph/weight.js';
import type { ConfigReader } from '../config-reader.js';

/** What a `..._regularizer` option says; null where it says nothing. */
export function penaltyIn(read: ConfigReader, key: string): Penalty | null {
  const value = read.config[key];
  if (value == null) return null;
  throw read.error(`${key}: not read yet`);
}
