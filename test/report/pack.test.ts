import { describe, expect, it } from 'vitest';
import type { Numbers } from '../../src/core/array.js';
import { readNpy } from '../../src/files/npy.js';
import { fromBase64, toBase64 } from '../../src/report/base64.js';
import { pack, pieces, unpack } from '../../src/report/pack.js';

const again = (value: unknown): { readonly back: unknown; readonly blocks: number; readonly reads: number[] } => {
  const { json, blocks } = pack(value);
  const reads: number[] = [];
  const back = unpack(json, (block): Numbers => {
    reads.push(block);
    // In pieces of whole groups of three, each of which can be read by itself.
    return readNpy(Uint8Array.from([...pieces(blocks[block]!, 129)].flatMap((piece) => [...fromBase64(toBase64(piece))])), 'block').data;
  });
  return { back, blocks: blocks.length, reads };
};

describe('pack and unpack', () => {
  it('give back what there was, numbers that JSON lacks too', () => {
    const value = { a: [1, NaN, Infinity, -Infinity], b: null, c: 'text', d: { e: true }, typed: Float64Array.of(1, NaN, 1e-300), list: [{ whole: Int32Array.of(1, 2) }] };
    const { back, blocks } = again(value);
    expect(back).toEqual(value);
    expect(blocks).toBe(2);
  });

  it('keep shape, axes and kind of arrays, which are read when they are asked for, and once', () => {
    const array = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3], axes: ['samples', 'units'] };
    const { back, blocks, reads } = again({ first: array, second: array });
    const { first, second } = back as { first: typeof array; second: typeof array };
    expect([first.shape, first.axes, blocks, reads]).toEqual([[2, 3], ['samples', 'units'], 1, []]);
    expect(first.data).toEqual(array.data);
    expect(second.data).toBe(first.data);
    expect(reads).toEqual([0]);
  });

  it('take any key: those that begin with $, and __proto__', () => {
    const value = JSON.parse('{"$array": {"a": 1}, "$$number": 2, "__proto__": {"x": 3}}') as object;
    const { back } = again(value);
    expect(Object.entries(back as object)).toEqual(Object.entries(value));
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
  });
});
