import { describe, expect, it } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import { sizeOf } from '../../src/core/array.js';
import { SeeRnnError } from '../../src/core/errors.js';
import { readArrays } from '../../src/files/arrays.js';
import { writeNpy } from '../../src/files/npy.js';
import { writeNpz } from '../../src/files/npz.js';

// A new seed each time; SEE_RNN_FUZZ_SEED=... repeats a run that failed.
const seed = Number(process.env.SEE_RNN_FUZZ_SEED ?? Date.now() % 2 ** 32);
const milliseconds = 600;

/** Mulberry32: small, and good enough to choose where to hit. */
function randomInts(from: number): (below: number) => number {
  let state = from;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function damaged(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const out = bytes.slice();
  for (let hits = 1 + random(3); hits > 0; hits--) {
    const at = random(out.length);
    if (random(2) === 0) out[at] ^= 1 << random(8);
    else out[at] = random(256);
  }
  return random(8) === 0 ? out.subarray(0, random(out.length)) : out;
}

const x = Float32Array.from({ length: 60 }, (_, i) => Math.sin(i));
const arrays = { x: { data: x, shape: [3, 4, 5] }, y: Int16Array.of(1, 2, 3) };

describe(`damaged files, seed ${seed}`, () => {
  it.each<[string, Uint8Array]>([
    ['.npy', writeNpy(arrays.x)],
    ['.npz, stored', writeNpz(arrays)],
    ['.npz, packed', writeNpz(arrays, { compress: true })],
  ])('%s: an array, or a SeeRnnError; numbers under a checksum are never wrong', (kind, bytes) => {
    const random = randomInts(seed);
    const end = performance.now() + milliseconds;
    let read = 0;
    let refused = 0;
    for (let round = 0; performance.now() < end; round++) {
      const held = damaged(bytes, random);
      let found: Map<string, NamedArray>;
      try {
        found = readArrays(held, 'a', { maxBytes: 2 ** 20 });
      } catch (error) {
        if (!(error instanceof SeeRnnError) || /[\n\r]/.test(error.message)) expect.fail(`seed ${seed}, round ${round}: ${String(error)}`);
        refused++;
        continue;
      }
      read++;
      for (const { data, shape } of found.values()) {
        if (data.length !== sizeOf(shape)) expect.fail(`seed ${seed}, round ${round}: ${data.length} numbers of shape ${shape.join()}`);
        const right = kind === '.npy' || [arrays.x.data, arrays.y].some((known) => known.join() === data.join());
        if (!right) expect.fail(`seed ${seed}, round ${round}: other numbers than were written`);
      }
    }
    expect(read, `seed ${seed}: some hits do no harm`).toBeGreaterThan(0);
    expect(refused, `seed ${seed}: some hits do`).toBeGreaterThan(0);
  });
});
