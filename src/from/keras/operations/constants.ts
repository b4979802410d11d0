import { SeeRnnError } from '../../../core/errors.js';
import { shown } from '../../../core/options.js';
import { constant, type Dtype, type Tensor } from '../../../graph/tensor.js';

/** Numbers and arrays that a file has among a call's arguments, as constants. */

/** An array, of numpy or of a framework, as Keras 3 and early tf.keras write it; null for anything else. */
export function arrayIn(value: unknown): { readonly value: unknown; readonly dtype: string | null } | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { class_name: className, config, type, value: early } = value as Readonly<Record<string, unknown>>;
  if (type === 'ndarray' && early !== undefined) return { value: early, dtype: null };
  if ((className !== '__numpy__' && className !== '__tensor__') || typeof config !== 'object' || config === null) return null;
  const { value: held, dtype } = config as Readonly<Record<string, unknown>>;
  return { value: held, dtype: typeof dtype === 'string' ? dtype : null };
}

/**
 * The kind of a number type as Keras and TensorFlow name it: `float32`, `tf.int64`, `<dtype: 'bool'>`.
 *
 * @throws SeeRnnError for complex numbers, strings and anything else
 */
export function dtypeOf(name: unknown): Dtype {
  const word = typeof name === 'string' ? /^(?:<dtype: ')?(?:tf\.|DT_)?(\w+)/i.exec(name)?.[1]?.toLowerCase() ?? '' : '';
  if (/^(b?float\d*|bfloat16|half|double)$/.test(word)) return 'float';
  if (/^u?int\d+$/.test(word)) return 'int';
  if (word === 'bool') return 'bool';
  throw new SeeRnnError(`expected a number type such as 'float32', found ${shown(name)}`);
}

/** Arrays that were read once: a file's are the same at every call. */
const read = new WeakMap<object, Tensor>();

/**
 * A number, a truth value, or an array of these, as a constant. Whole numbers are taken for whole ones where nothing says otherwise.
 *
 * @returns null where it is none
 * @throws SeeRnnError for lists of unequal lengths
 */
export function constantIn(value: unknown): Tensor | null {
  if (typeof value === 'number') return constant([value], [], Number.isInteger(value) ? 'int' : 'float');
  if (typeof value === 'boolean') return constant([Number(value)], [], 'bool');
  if (typeof value !== 'object' || value === null) return null;
  const before = read.get(value);
  if (before) return before;
  const array = arrayIn(value);
  const nested = array ? array.value : value;
  const found = Array.isArray(nested) ? fromLists(nested as readonly unknown[]) : array ? constantIn(nested) : null;
  if (!found) return null;
  const made = array?.dtype == null ? found : constant(found.data, found.shape, dtypeOf(array.dtype));
  read.set(value, made);
  return made;
}

function fromLists(lists: readonly unknown[]): Tensor | null {
  const shape: number[] = [];
  for (let level: unknown = lists; Array.isArray(level); level = (level as unknown[])[0]) shape.push(level.length);
  const numbers: number[] = [];
  let dtype: Dtype = 'bool';
  const fill = (value: unknown, depth: number): boolean => {
    if (depth < shape.length) return Array.isArray(value) && value.length === shape[depth] && value.every((entry) => fill(entry, depth + 1));
    if (typeof value !== 'number' && typeof value !== 'boolean') return false;
    if (typeof value === 'number') dtype = Number.isInteger(value) && dtype !== 'float' ? 'int' : 'float';
    numbers.push(Number(value));
    return true;
  };
  if (!lists.every((entry) => fill(entry, 1))) return null;
  return constant(numbers, shape, numbers.length === 0 ? 'float' : dtype);
}
