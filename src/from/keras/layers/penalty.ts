import { shown } from '../../../core/options.js';
import type { JsonObject, JsonValue } from '../../../files/json.js';
import type { Penalty } from '../../../graph/weight.js';
import type { ConfigReader } from '../config-reader.js';
import { named, numberOr } from '../values.js';

/** What Keras takes where a regulariser is named without its numbers. */
const USUAL = 0.01;

/**
 * What a `..._regularizer` option says; null where it says nothing. What is not known here is kept by its name, so that somebody can be told.
 */
export function penaltyIn(read: ConfigReader, key: string): Penalty | null {
  const value = read.config[key] ?? null;
  return value === null ? null : penaltyOf(value as JsonValue);
}

function penaltyOf(value: JsonValue): Penalty {
  // Keras 1: { name: 'WeightRegularizer', l1, l2 }.
  const former = typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string' && !('class_name' in value);
  const it = former ? { className: (value as JsonObject)['name'] as string, config: value as JsonObject } : named(value);
  const { l1, l2, factor, mode } = it?.config ?? {};
  const none = { l1: 0, l2: 0, orthogonal: null, other: null };
  const initial = typeof value === 'string' ? USUAL : 0;
  switch (it?.className.toLowerCase().replace(/_/g, '')) {
    case 'l1': return { ...none, l1: numberOr(l1, USUAL) };
    case 'l2': return { ...none, l2: numberOr(l2, USUAL) };
    case 'l1l2': case 'weightregularizer': case 'activityregularizer': return { ...none, l1: numberOr(l1, initial), l2: numberOr(l2, initial) };
    case 'orthogonalregularizer': case 'orthogonal':
      if (mode === undefined || mode === 'rows' || mode === 'columns') return { ...none, orthogonal: { factor: numberOr(factor, USUAL), mode: mode ?? 'rows' } };
  }
  return { ...none, other: it?.className ?? shown(value) };
}
