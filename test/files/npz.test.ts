import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readArray, readArrays } from '../../src/files/arrays.js';
import { crc32 } from '../../src/files/crc32.js';
import { writeNpy } from '../../src/files/npy.js';
import { readNpz, writeNpz } from '../../src/files/npz.js';
import { writeZip } from '../../src/files/zip.js';
import { messageOf } from './build.js';
import { npzFromNumpy } from './numpy/arrays.js';

const npy = writeNpy(Float32Array.of(1, 2));
const zip = (members: Record<string, Uint8Array>, level: 0 | 6 = 0): Uint8Array => zipSync(members, { level, mtime: new Date(1980, 0, 1) });

/** A zip file with a field of its first directory entry changed, `at` bytes into the entry. */
function withEntry(bytes: Uint8Array, at: number, value: number, width: 2 | 4): Uint8Array {
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  const entry = view.getUint32(out.length - 22 + 16, true) + at;
  if (width === 2) view.setUint16(entry, value, true);
  else view.setUint32(entry, value, true);
  return out;
}

/** A zip file with a field of its end record changed. */
function withEnd(bytes: Uint8Array, at: number, value: number, width: 2 | 4): Uint8Array {
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  if (width === 2) view.setUint16(out.length - 22 + at, value, true);
  else view.setUint32(out.length - 22 + at, value, true);
  return out;
}

describe('files written by NumPy', () => {
  it.each(['stored', 'packed'])('%s', (how) => {
    const arrays = readNpz(npzFromNumpy[how], 'a.npz');
    expect([...arrays.keys()]).toEqual(['x', 'y']);
    expect(arrays.get('x')).toEqual({ data: Float32Array.of(0, 1, 2, 3, 4, 5), shape: [2, 3], axes: ['axis0', 'axis1'] });
    expect(arrays.get('y')?.data).toEqual(Uint8Array.of(1, 0));
  });

  it('without names', () => {
    expect([...readNpz(npzFromNumpy.positional, 'a.npz').keys()]).toEqual(['arr_0', 'arr_1']);
  });
});

describe('round trips', () => {
  it.each([false, true])('packed: %s', (compress) => {
    const arrays = { x: Float32Array.of(1, NaN, 3), 'forward/kernel': [[1, 2], [3, 4]], größe: Uint8Array.of(7), nothing: new Float64Array(0) };
    const bytes = writeNpz(arrays, { compress });
    const back = readNpz(bytes, 'a.npz');
    expect([...back.keys()]).toEqual(Object.keys(arrays));
    expect(back.get('x')?.data).toEqual(arrays.x);
    expect(back.get('forward/kernel')?.shape).toEqual([2, 2]);
    expect(back.get('größe')?.data).toEqual(arrays.größe);
    expect(back.get('nothing')?.shape).toEqual([0]);
    expect(writeNpz(arrays, { compress }), 'the same bytes again').toEqual(bytes);
  });

  it('of a Map, of one dtype', () => {
    const back = readNpz(writeNpz(new Map([['a', [1]], ['b', [2]]]), { dtype: 'int16' }), 'a.npz');
    expect([...back].map(([key, { data }]) => [key, data])).toEqual([['a', Int16Array.of(1)], ['b', Int16Array.of(2)]]);
  });

  it('of more than one piece of packed bytes', () => {
    const noise = Uint32Array.from({ length: 60_000 }, (_, i) => Math.imul(i + 1, 2654435761) ^ (i * i));
    const bytes = writeNpz({ noise }, { compress: true });
    expect(bytes.length).toBeGreaterThan(2 * 2 ** 16);
    expect(readNpz(bytes, 'a.npz').get('noise')?.data).toEqual(noise);
  });

  it('an archive without arrays is empty', () => {
    expect(readNpz(zip({}), 'a.npz').size).toBe(0);
  });

  it('a comment at the end, and bytes in it that look like an end', () => {
    const bytes = zip({ 'a.npy': npy });
    const comment = Uint8Array.of(0x50, 0x4b, 5, 6, ...new Uint8Array(18).fill(1));
    expect([...readNpz(Uint8Array.of(...withEnd(bytes, 20, comment.length, 2), ...comment), 'a.npz').keys()]).toEqual(['a']);
  });
});

describe('keys are only keys', () => {
  it.each(['../../etc/x', '/x', 'C:\\x', '__proto__', 'constructor', ' ', 'a.npy'])('%s', (key) => {
    const back = readNpz(writeNpz(new Map([[key, [1]]])), 'a.npz');
    expect([...back.keys()]).toEqual([key]);
    expect(({} as Record<string, unknown>).shape).toBeUndefined();
  });

  it('in an old encoding are read as Latin-1', () => {
    const bytes = zip({ 'ab.npy': npy });
    for (const at of [30, new DataView(bytes.buffer).getUint32(bytes.length - 6, true) + 46]) bytes[at] = 0xe9;
    expect([...readNpz(bytes, 'a.npz').keys()]).toEqual(['éb']);
  });
});

describe('bombs', () => {
  it('that say how much they unpack to are refused before they are unpacked', () => {
    const bytes = zip({ 'a.npy': npy, 'b.npy': npy });
    expect(messageOf(() => readNpz(bytes, 'a.npz', { maxBytes: 271 }))).toBe('a.npz: unpacks to 272 bytes, more than the 271 allowed (option maxBytes)');
    expect(readNpz(bytes, 'a.npz', { maxBytes: 272 }).size).toBe(2);
    const three = zip({ 'a.npy': new Uint8Array(1), 'b.npy': new Uint8Array(1) }, 6);
    const large = withEntry(withEntry(three, 24, 3e9, 4), 20, 3e6, 4);
    expect(messageOf(() => readNpz(large, 'a.npz'))).toBe('a.npz: unpacks to 3000000001 bytes, more than the 2147483648 allowed (option maxBytes)');
  });

  it('that claim the impossible are refused', () => {
    const bytes = withEntry(zip({ 'a.npy': npy }, 6), 24, 2e9, 4);
    expect(messageOf(() => readNpz(bytes, 'a.npz'))).toMatch(/^a\.npz: member a\.npy: damaged: \d+ bytes cannot unpack to 2000000000$/);
  });

  it('that unpack to more than they say stop there', () => {
    const bytes = withEntry(zip({ 'a.npy': new Uint8Array(20e6) }, 6), 24, 1000, 4);
    expect(bytes.length).toBeLessThan(1e5);
    expect(messageOf(() => readNpz(bytes, 'a.npz'))).toBe('a.npz: member a.npy: damaged: unpacks to more than the 1000 bytes it declares');
  });

  it('that unpack to less say so', () => {
    expect(messageOf(() => readNpz(withEntry(zip({ 'a.npy': npy }, 6), 24, 137, 4), 'a.npz'))).toBe('a.npz: member a.npy: damaged: unpacks to 136 bytes, but declares 137');
  });
});

describe('refused', () => {
  const stored = zip({ 'a.npy': npy });

  it.each<[string, Uint8Array, string]>([
    ['a member that is no .npy file by name', zip({ 'a.npy': npy, 'read\u001bme.txt': npy }), 'a.npz: member read\\u001bme.txt: is no .npy file, which is all that a .npz file may hold'],
    ['a folder', zip({ 'a/': new Uint8Array() }), 'a.npz: member a/: is no .npy file, which is all that a .npz file may hold'],
    ['a member that is no .npy file inside', zip({ 'a.npy': Uint8Array.of(1, 2) }), 'a.npz: member a.npy: is no .npy file (those begin with \\x93NUMPY)'],
    ['a truncated member', zip({ 'a.npy': npy.subarray(0, 130) }), 'a.npz: member a.npy: truncated: float32 of shape (2,) takes 8 bytes, found 2'],
    ['an encrypted member', withEntry(stored, 8, 1, 2), 'a.npz: member a.npy: is encrypted, which is not supported'],
    ['another method', withEntry(stored, 10, 14, 2), 'a.npz: member a.npy: is packed by method 14, which is not supported; supported are 0 (stored) and 8 (DEFLATE)'],
    ['a Zip64 member', withEntry(stored, 24, 0xffffffff, 4), 'a.npz: member a.npy: is stored as Zip64, which is not supported'],
    ['a Zip64 file', withEnd(stored, 16, 0xffffffff, 4), 'a.npz: is a Zip64 file, which is not supported'],
    ['a Zip64 file by its count', withEnd(stored, 10, 0xffff, 2), 'a.npz: is a Zip64 file, which is not supported'],
    ['a part of a file', withEnd(stored, 4, 1, 2), 'a.npz: is one of several parts of a zip file, which is not supported'],
    ['stored sizes that differ', withEntry(stored, 24, 10, 4), 'a.npz: member a.npy: damaged: 136 bytes cannot unpack to 10'],
    ['a wrong checksum', withEntry(stored, 16, 0, 4), 'a.npz: member a.npy: damaged: its checksum does not match'],
    ['contents elsewhere', withEntry(stored, 42, 1, 4), 'a.npz: member a.npy: damaged: its contents are not where the directory says'],
    ['contents beyond the end', withEntry(stored, 42, 4e9, 4), 'a.npz: member a.npy: damaged: its contents are not where the directory says'],
    ['a directory elsewhere', withEnd(stored, 16, 5, 4), `a.npz: damaged zip file: its directory should end at byte ${stored.length - 22}, but says it ends at 56`],
    ['more entries than said', withEnd(withEnd(stored, 10, 0, 2), 8, 0, 2), 'a.npz: damaged zip file: its directory holds more than the 0 entries it says'],
    ['fewer entries than said', withEnd(withEnd(stored, 10, 2, 2), 8, 2, 2), 'a.npz: damaged zip file: entry 1 of its directory is unreadable'],
    ['a cut end', stored.subarray(0, -1), 'a.npz: truncated or damaged zip file: it does not end in a directory'],
    ['broken packing', withEntry(zip({ 'a.npy': Uint8Array.of(7, 7, 7) }), 10, 8, 2), 'a.npz: member a.npy: damaged: its contents cannot be unpacked'],
  ])('%s', (_, bytes, message) => {
    expect(messageOf(() => readNpz(bytes, 'a.npz'))).toBe(message);
  });

  it('two members of one name', () => {
    const bytes = zip({ 'a.npy': npy, 'b.npy': npy });
    bytes[bytes.length - 22 - 5] = 0x61; // the last entry's name, from b.npy to a.npy
    expect(messageOf(() => readNpz(bytes, 'a.npz'))).toBe('a.npz: member a.npy occurs twice');
  });

  it('every beginning of a file', () => {
    for (const bytes of [npzFromNumpy.stored, npzFromNumpy.packed]) {
      for (let length = 0; length < bytes.length; length++) messageOf(() => readArrays(bytes.subarray(0, length), 'a.npz'));
    }
  });
});

describe('not written', () => {
  it('nothing at all, an array without a key, a number that does not fit', () => {
    expect(messageOf(() => writeNpz({}))).toBe('arrays: no arrays to write');
    expect(messageOf(() => writeNpz({ '': [1] }))).toBe('arrays: the key of an array must have 1 to 1000 characters, found 0');
    expect(messageOf(() => writeNpz({ a: [1], b: [1.5] }, { dtype: 'int8' }))).toBe('arrays: b: int8 cannot hold 1.5 (number 0)');
  });

  it('what takes Zip64', () => {
    const half = { length: 2 ** 31 } as Uint8Array; // its size alone decides
    expect(messageOf(() => writeZip(new Map([['a', half], ['b', half]]), 'a.npz', false)))
      .toBe('a.npz: 2 arrays of 4294967508 bytes take a Zip64 file, which is not supported; up to 4 GiB and 65534 arrays are');
  });
});

describe('the bytes decide what a file is', () => {
  it('not its name', () => {
    expect(readArray(writeNpy([1]), 'a.npz').data).toEqual(Float64Array.of(1));
    expect(readArray(writeNpz({ k: [1] }), 'a.npy').data).toEqual(Float64Array.of(1));
    expect([...readArrays(writeNpy([1]), 'a.npy').keys()]).toEqual(['data']);
  });

  it.each<[string, Uint8Array, string | undefined, string]>([
    ['neither', Uint8Array.of(0x89, 0x50), undefined, 'a.npy: is neither a .npy file (those begin with \\x93NUMPY) nor a .npz file (those begin with PK)'],
    ['empty', new Uint8Array(), undefined, 'a.npy: is empty, expected a .npy or .npz file'],
    ['a key of a .npy file', npy, 'x', "a.npy: is a .npy file, which holds one array without a key; found key 'x'"],
    ['several arrays, no key', writeNpz({ x: [1], 'y\n': [2] }), undefined, 'a.npy: holds 2 arrays, name one by its key; there are: x, y\\u000a'],
    ['no array, no key', zip({}), undefined, 'a.npy: holds 0 arrays, name one by its key'],
    ['a key that is near one', writeNpz({ train: [1], test: [2] }), 'trian', "a.npy: holds no array 'trian'; did you mean 'train'?"],
    ['a key near none', writeNpz({ x: [1], y: [2] }), 'weights', "a.npy: holds no array 'weights'; there are: x, y"],
  ])('%s', (_, bytes, key, message) => {
    expect(messageOf(() => readArray(bytes, 'a.npy', key === undefined ? {} : { key }))).toBe(message);
  });

  it('one of several by its key', () => {
    expect(readArray(writeNpz({ x: [1], y: [2] }), 'a.npz', { key: 'y' }).data).toEqual(Float64Array.of(2));
  });
});

it('CRC-32 as published', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});
