import { SeeRnnError } from '../core/errors.js';
import { shown } from '../core/options.js';
import { printable } from '../core/printable.js';
import { isObject, type JsonObject, type JsonValue } from './json.js';
import { limits } from './limits.js';
import type { SavedWeight } from './saved-model.js';
import { checkedSize, isWeightDtype, putWeightNumbers, roomFor, widthOf, type WeightDtype, type WeightNumbers } from './weight-numbers.js';

/** One weight as a manifest lists it. */
interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly numbers: number;
  /** How its numbers are stored. */
  readonly stored: WeightDtype;
  /** Whether it is no weight of the model but of its optimiser, which TF.js may save beside them. */
  readonly optimizers: boolean;
  /** What makes the stored numbers those of the weight, where they are quantised. */
  readonly quantised: { readonly scale: number; readonly min: number; readonly whole: boolean } | null;
}

/** A group of a manifest: files which, one after the other, hold the weights, one after the other. */
export interface Group {
  readonly paths: readonly string[];
  readonly entries: readonly Entry[];
  /** Bytes of its weights. */
  readonly bytes: number;
}

/**
 * Checks a `weightsManifest` of a TF.js `model.json`.
 *
 * @param file the model.json, as messages show it
 */
export function readManifest(manifest: JsonValue | undefined, file: string): Group[] {
  if (!Array.isArray(manifest)) throw new SeeRnnError(`${file}: 'weightsManifest' must be a list, found ${shown(manifest)}`);
  const names = new Set<string>();
  let count = 0;
  return (manifest as readonly JsonValue[]).map((group, i) => {
    if (!isObject(group)) throw new SeeRnnError(`${file}: group ${i} of its weightsManifest must be an object, found ${shown(group)}`);
    const { paths, weights } = group;
    if (!Array.isArray(paths) || !Array.isArray(weights)) throw new SeeRnnError(`${file}: group ${i} of its weightsManifest must have lists 'paths' and 'weights'`);
    count += paths.length + weights.length;
    if (count > limits.manifestEntries) throw new SeeRnnError(`${file}: its weightsManifest has more than ${limits.manifestEntries} entries`);
    const entries = (weights as readonly JsonValue[]).map((weight) => {
      const entry = readEntry(weight, file);
      // Last names alone come as often as there are layers.
      if (entry.name.includes('/') && names.has(entry.name)) throw new SeeRnnError(`${file}: its weightsManifest lists weight ${printable(entry.name)} twice`);
      names.add(entry.name);
      return entry;
    });
    return {
      paths: (paths as readonly JsonValue[]).map((path) => checkedPath(path, file)),
      entries,
      bytes: entries.reduce((sum, { numbers, stored }) => sum + numbers * widthOf(stored), 0),
    };
  });
}

/** A file beside model.json, or in a folder below: nowhere else may a model point. */
function checkedPath(path: JsonValue, file: string): string {
  const plain = typeof path === 'string' && path !== '' && !/^[/\\]|^[A-Za-z][A-Za-z0-9+.-]*:|[\\\0?#]/.test(path) && !path.split('/').includes('..');
  if (!plain) throw new SeeRnnError(`${file}: its weightsManifest names the file ${shown(path)}; only names of files beside it, or in folders below, are followed`);
  return path;
}

function readEntry(weight: JsonValue, file: string): Entry {
  if (!isObject(weight) || typeof weight['name'] !== 'string' || !Array.isArray(weight['shape']) || typeof weight['dtype'] !== 'string') {
    throw new SeeRnnError(`${file}: a weight of its weightsManifest must have a name, a shape and a dtype, found ${shown(weight)}`);
  }
  const { name, dtype } = weight as { name: string; dtype: string };
  const what = `${file}: weight ${printable(name)}`;
  const shape = weight['shape'] as readonly number[];
  const numbers = checkedSize(shape, what);
  const { quantization, group } = weight;
  const optimizers = group === 'optimizer';
  if (quantization === undefined || quantization === null) return { name, shape, numbers, optimizers, stored: knownDtype(dtype, what), quantised: null };
  return { name, shape, numbers, optimizers, ...readQuantization(quantization, dtype, what) };
}

function knownDtype(dtype: string, what: string): WeightDtype {
  if (!isWeightDtype(dtype)) throw new SeeRnnError(`${what}: is of dtype '${printable(dtype)}', which is not supported; float32, float16, bfloat16, whole numbers and bool are`);
  return dtype;
}

function readQuantization(quantization: JsonValue, dtype: string, what: string): Pick<Entry, 'stored' | 'quantised'> {
  const { dtype: stored, scale, min } = isObject(quantization) ? quantization : {} as JsonObject;
  if (stored === 'float16') return { stored, quantised: null };
  if ((stored !== 'uint8' && stored !== 'uint16') || typeof scale !== 'number' || typeof min !== 'number') {
    throw new SeeRnnError(`${what}: its quantization must be float16, or uint8 or uint16 with a scale and a min, found ${shown(quantization)}`);
  }
  return { stored, quantised: { scale, min, whole: dtype === 'int32' } };
}

/** The weights of a group, to be read from the bytes of its files until those are taken from the list. */
export function groupWeights(group: Group, shards: readonly Uint8Array[], file: string): SavedWeight[] {
  const files = shards.length;
  const weights: SavedWeight[] = [];
  let start = 0;
  for (const entry of group.entries) {
    const [from, bytes] = [start, entry.numbers * widthOf(entry.stored)];
    start += bytes;
    if (entry.optimizers) continue;
    weights.push({
      path: printable(entry.name), name: entry.name, shape: entry.shape,
      read: () => {
        if (shards.length < files) throw new SeeRnnError(`${file}: was closed; its weights cannot be read any more`);
        return numbersOf(entry, gathered(shards, from, bytes), `${file}: weight ${printable(entry.name)}`);
      },
    });
  }
  return weights;
}

function numbersOf({ numbers, stored, quantised }: Entry, bytes: Uint8Array, what: string): WeightNumbers {
  const out = roomFor(stored, numbers);
  putWeightNumbers(bytes, stored, out, 0, what);
  if (quantised) {
    const { scale, min, whole } = quantised;
    for (let i = 0; i < numbers; i++) out[i] = whole ? Math.round(out[i] * scale + min) : out[i] * scale + min;
  }
  return out;
}

/** Some bytes of files that follow each other: a view where one of them holds all, else a copy. */
function gathered(shards: readonly Uint8Array[], from: number, length: number): Uint8Array {
  let start = 0;
  let out: Uint8Array | null = null;
  for (const shard of shards) {
    const begin = Math.max(from, start);
    const end = Math.min(from + length, start + shard.length);
    if (end > begin) {
      const part = shard.subarray(begin - start, end - start);
      if (part.length === length) return part;
      out ??= new Uint8Array(length);
      out.set(part, begin - from);
    }
    start += shard.length;
  }
  return out ?? new Uint8Array();
}
