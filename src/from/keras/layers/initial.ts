import type { Floats } from '../../../cells/floats.js';
import { sizeOf } from '../../../core/array.js';
import { isObject, type JsonValue } from '../../../files/json.js';
import type { ConfigReader } from '../config-reader.js';
import { isList, named, numberOr } from '../values.js';

/**
 * What a weight holds before anybody sets it: what a `..._initializer` option says, where that is zeros, ones, a constant or an identity.
 * What Keras would draw at random is zeros.
 *
 * @param usual what fills it where the option says nothing
 * @param ones from where to where along the last axis there are ones all the same
 */
export function initialIn(read: ConfigReader, key: string, usual: 0 | 1, ones: readonly [from: number, to: number] | null): (shape: readonly number[]) => Floats {
  return (shape) => {
    const numbers = filled(shape, (read.config[key] ?? null) as JsonValue, usual);
    const last = shape.at(-1) ?? 1;
    if (ones) for (let row = 0; row < numbers.length; row += last) numbers.fill(1, row + ones[0], row + ones[1]);
    return numbers;
  };
}

function filled(shape: readonly number[], initializer: JsonValue, usual: number): Floats {
  const numbers = new Float32Array(sizeOf(shape));
  if (initializer === null) return numbers.fill(usual);
  const it = named(initializer);
  const { value, gain } = it?.config ?? {};
  switch (it?.className.toLowerCase()) {
    case 'ones': case 'one': return numbers.fill(1);
    case 'constant': {
      const given = flat(value ?? 0);
      return given?.length === numbers.length ? Float32Array.from(given) : numbers.fill(given?.length === 1 ? given[0]! : 0);
    }
    case 'identity': case 'identityinitializer': {
      const [rows, columns] = shape as [number, number];
      if (shape.length === 2) for (let n = 0; n < Math.min(rows, columns); n++) numbers[n * columns + n] = numberOr(gain, 1);
      return numbers;
    }
    default: return numbers;
  }
}

/** The numbers in nested lists; null where there is something else. */
function flat(value: JsonValue): number[] | null {
  if (typeof value === 'number') return [value];
  if (!isList(value) || isObject(value)) return null;
  const parts = value.map(flat);
  return parts.every((part) => part !== null) ? parts.flat() : null;
}
