import { SeeRnnError } from '../../core/errors.js';

/**
 * Walks every global heap of an HDF5 file, where it keeps strings of variable length, before the HDF5 library does.
 *
 * The library (2.0.0, and all before it) never returns from a heap whose free space says it is 0 bytes long, so such a file must
 * not reach it. Heaps are found by their signature wherever it stands.
 *
 * @returns bytes of the longest object in any of them
 * @throws SeeRnnError for a heap with such an object, or one that reaches beyond its heap or the file
 */
export function longestHeapObject(bytes: Uint8Array, file: string): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let longest = 0;
  for (const at of places(bytes, globalHeap)) longest = Math.max(longest, walk(view, at, file));
  return longest;
}

/**
 * Checks every local heap, where old-style groups hold their names: its size, and that its list of free places ends. The library takes
 * memory for each of those places, up to the 2 GiB there are, in some ten seconds.
 *
 * @param base where the file's own block begins: addresses count from there
 * @throws SeeRnnError for one that is larger than the file, or whose list goes round in circles
 */
export function checkLocalHeaps(bytes: Uint8Array, base: number, file: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const at of places(bytes, localHeap)) {
    const damaged = (): SeeRnnError => new SeeRnnError(`${file}: damaged HDF5 file: its heap of names at byte ${at} is malformed`);
    const word = (from: number): number => (from + 8 <= bytes.length ? Number(view.getBigUint64(from, true)) : Infinity);
    const [size, first, data] = [word(at + 8), word(at + 16), base + word(at + 24)];
    if (size > bytes.length) throw damaged();
    // Each free place says where the next is, and its own size: 16 bytes. 1 ends the list; beyond the heap, the library ends it.
    let left = size / 16;
    for (let free = first; free !== 1 && free + 16 <= size; free = word(data + free)) if (left-- < 0) throw damaged();
  }
}

/** Where a signature stands, with at least a size after it. */
function* places(bytes: Uint8Array, signature: readonly number[]): Generator<number> {
  for (let at = bytes.indexOf(signature[0]); at >= 0 && at + headerBytes <= bytes.length; at = bytes.indexOf(signature[0], at + 1)) {
    if (signature.every((byte, i) => bytes[at + i] === byte)) yield at;
  }
}

// `GCOL` and its version 1, `HEAP` and its version 0, and three bytes of 0: among random numbers either stands once in 2^64 places.
const globalHeap = [0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0];
const localHeap = [0x48, 0x45, 0x41, 0x50, 0, 0, 0, 0];

// Signature and size of a heap; index, count, padding and size of an object. Sizes are of 8 bytes in every file that h5py writes.
const headerBytes = 16;
const objectHeaderBytes = 16;

function walk(view: DataView, start: number, file: string): number {
  const damaged = (): SeeRnnError => new SeeRnnError(`${file}: damaged HDF5 file: its heap of strings at byte ${start} is malformed`);
  const size = Number(view.getBigUint64(start + 8, true));
  if (size < headerBytes || start + size > view.byteLength) throw damaged();
  const end = start + size;
  let longest = 0;
  for (let at = start + headerBytes; at + objectHeaderBytes <= end;) {
    const index = view.getUint16(at, true);
    const held = Number(view.getBigUint64(at + 8, true));
    // Object 0 is the free space, whose size counts its header too; others are padded to 8 bytes.
    const step = index === 0 ? held : objectHeaderBytes + 8 * Math.ceil(held / 8);
    if (step < objectHeaderBytes || at + step > end) throw damaged();
    if (index !== 0) longest = Math.max(longest, held);
    at += step;
  }
  return longest;
}
