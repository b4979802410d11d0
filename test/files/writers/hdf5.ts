import type { Group } from 'h5wasm';

export type { Group };

/** Which HDF5 structures are written: those of h5py's default up to 2025, or of newer ones and `libver='latest'`. */
export type Layout = 'earliest' | 'v108' | 'latest';

let written = 0;

/** An HDF5 file, written by the HDF5 library into memory. */
export async function hdf5File(fill: (root: Group) => void, layout: Layout = 'earliest'): Promise<Uint8Array> {
  const { File, ready } = await import('h5wasm');
  const files = (await ready).FS as unknown as { readFile(name: string): Uint8Array; unlink(name: string): void };
  const name = `/written-${++written}`;
  const file = new File(name, 'w', { libver: layout === 'earliest' ? ['earliest', 'latest'] : layout === 'v108' ? ['v108', 'latest'] : 'latest' });
  fill(file);
  file.close();
  const bytes = files.readFile(name).slice();
  files.unlink(name);
  return bytes;
}

/** How text is stored in attributes. */
export type TextKind =
  /** h5py of a bytes array: padded to the longest. Keras 1 and 2. */
  | 'fixed'
  /** h5py of str: of variable length. tf.keras and Keras 3. */
  | 'variable';

/** Writes one string. */
export function putText(group: Group, name: string, text: string, kind: TextKind): void {
  const bytes = new TextEncoder().encode(text).length;
  group.create_attribute(name, text, [], kind === 'fixed' ? `S${Math.max(1, bytes)}` : 'S');
}

/** Writes a list of strings; of none, as h5py writes an empty list: no float64 numbers. */
export function putTexts(group: Group, name: string, texts: readonly string[], kind: TextKind): void {
  const longest = Math.max(1, ...texts.map((text) => new TextEncoder().encode(text).length));
  if (texts.length === 0) group.create_attribute(name, new Float64Array(), [0], '<d');
  else group.create_attribute(name, [...texts], [texts.length], kind === 'fixed' ? `A${longest}` : 'S');
}

/** The group at a path below another, made where it is not there. */
export function groupAt(root: Group, path: string): Group {
  let group = root;
  for (const part of path.split('/').filter((name) => name !== '')) {
    group = group.keys().includes(part) ? group.get(part) as Group : group.create_group(part);
  }
  return group;
}

/** Numbers and their shape. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | BigInt64Array | BigUint64Array;
}

/** Writes an array at a path, making the groups on the way. */
export function putNumbers(root: Group, path: string, { shape, data }: Numbers, packed?: { chunks: number[]; gzip: number }): void {
  const cut = path.lastIndexOf('/');
  groupAt(root, path.slice(0, Math.max(0, cut))).create_dataset({
    name: path.slice(cut + 1), data: data as Float32Array, shape: [...shape], ...(packed ? { chunks: packed.chunks, compression: packed.gzip } : {}),
  });
}
