import { SeeRnnError } from '../../../core/errors.js';
import { shown } from '../../../core/options.js';
import { formText } from '../../../graph/shapes.js';
import { gather } from '../../../graph/operations/gathering.js';
import { reshape } from '../../../graph/operations/shaping.js';
import { ALL, at, slice, type Range } from '../../../graph/operations/slicing.js';
import type { Tensor } from '../../../graph/tensor.js';
import { numbersOf, type Arguments } from './arguments.js';
import { arrayIn, constantIn } from './constants.js';
import { Slot } from './slot.js';

/** What stands between the brackets of `x[...]`, for one axis or for a new one. */
type Key =
  | { readonly kind: 'range'; readonly range: Range }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'gather'; readonly indices: Tensor }
  | { readonly kind: 'new' }
  | { readonly kind: 'ellipsis' };

/**
 * Python's `x[key]`: indices, slices with steps, `...`, `None` for a new axis, in any mixture; one list or tensor of indices.
 *
 * @param key as the file has it
 * @throws SeeRnnError for what is no such key, and for an index beyond its axis
 */
export function getItem(x: Tensor, key: unknown, given: Arguments): Tensor {
  const keys = (isTuple(key) ? key : [key]).map((entry) => keyOf(entry, given));
  const used = keys.filter(({ kind }) => kind !== 'new' && kind !== 'ellipsis').length;
  if (used > x.rank || keys.filter(({ kind }) => kind === 'ellipsis').length > 1) throw new SeeRnnError(`${used} indices into an array of shape ${formText(x.shape)}`);
  const rest = new Array<Key>(x.rank - used).fill({ kind: 'range', range: ALL });
  const place = keys.findIndex(({ kind }) => kind === 'ellipsis');
  const full = place < 0 ? [...keys, ...rest] : keys.toSpliced(place, 1, ...rest);
  const gathers = full.filter(({ kind }) => kind === 'gather').length;
  // numpy would put such axes first.
  if (gathers > 1 || (gathers === 1 && full.some(({ kind }) => kind === 'index'))) throw new SeeRnnError('several indices in one pair of brackets, one of them a list or tensor, are not supported');

  const taken = slice(x, full.flatMap((entry) => (entry.kind === 'new' ? [] : [entry.kind === 'range' ? entry.range : ALL])));
  let result = taken;
  let axis = 0;
  for (const entry of full) {
    if (entry.kind === 'new') result = reshape(result, result.shape.toSpliced(axis++, 0, 1));
    else if (entry.kind === 'index') result = at(result, entry.index, axis);
    else if (entry.kind === 'gather') {
      result = gather(result, entry.indices, axis);
      axis += entry.indices.rank;
    } else axis++;
  }
  return result;
}

/** A key of several parts. A list of numbers within one is a list of indices. */
const isTuple = (key: unknown): key is readonly unknown[] => Array.isArray(key);

function keyOf(value: unknown, given: Arguments): Key {
  if (value === null || value === undefined) return { kind: 'new' };
  if (typeof value === 'number' && Number.isInteger(value)) return { kind: 'index', index: value };
  if (value instanceof Slot) return indexBy(given.tensorIn(value)!);
  if (Array.isArray(value) || arrayIn(value)) {
    const indices = constantIn(value);
    if (indices?.dtype === 'int') return { kind: 'gather', indices };
  } else if (typeof value === 'object') {
    const object = value as Readonly<Record<string, unknown>>;
    if (object['class_name'] === '__ellipsis__') return { kind: 'ellipsis' };
    const parts = object['class_name'] === '__slice__' ? object['config'] : object;
    if (typeof parts === 'object' && parts !== null && 'start' in parts) {
      const { start, stop, step } = parts as Readonly<Record<string, unknown>>;
      const [from, to, by] = [start, stop, step].map((part) => boundOf(part, given)) as [number | null, number | null, number | null];
      return { kind: 'range', range: { start: from, stop: to, step: by } };
    }
  }
  throw new SeeRnnError(`expected an index, a slice, '...' or None between the brackets, found ${shown(value)}`);
}

/** A tensor between brackets: of whole numbers it picks, by its own axes; of truth values it would pick a number of entries that only the run tells. */
function indexBy(indices: Tensor): Key {
  if (indices.dtype === 'bool') throw new SeeRnnError('picking by a mask (x[mask]) is not supported: how much it picks depends on the numbers');
  if (indices.dtype === 'float') throw new SeeRnnError('expected whole numbers as indices, found real ones');
  return { kind: 'gather', indices };
}

function boundOf(value: unknown, given: Arguments): number | null {
  if (value === null || value === undefined) return null;
  const found = value instanceof Slot ? numbersOf(given.tensorIn(value)!) : given.numbersIn(value);
  if (found?.length !== 1 || !Number.isInteger(found[0])) throw new SeeRnnError(`expected a whole number as a slice's end, found ${shown(value)}`);
  return found[0]!;
}
