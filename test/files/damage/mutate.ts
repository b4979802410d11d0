import { unzipSync, zipSync } from 'fflate';
import type { Random } from '../../random.js';
import type { Seed } from './seeds.js';

/** Damages a model: one of its files' bytes, a member inside its zip file, or its JSON. */
export async function damaged(seed: Seed, random: Random): Promise<Map<string, Uint8Array>> {
  if (seed.json !== null && random.integer(0, 3) === 0) return seed.rewrite(JSON.stringify(changed(seed.json, random)));
  const names = [...seed.files.keys()];
  const name = names[random.integer(0, names.length - 1)];
  const bytes = seed.files.get(name)!;
  const inZip = bytes[0] === 0x50 && random.integer(0, 3) !== 0; // its checksum would catch the rest
  return new Map([...seed.files, [name, inZip ? repacked(bytes, random) : hit(bytes, random)]]);
}

function repacked(bytes: Uint8Array, random: Random): Uint8Array {
  const members = unzipSync(bytes);
  const names = Object.keys(members);
  const name = names[random.integer(0, names.length - 1)];
  return zipSync({ ...members, [name]: hit(members[name], random) }, { level: 0 });
}

// What sizes, counts and addresses become most dangerously.
const words = [0n, 1n, 2n, 8n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 0x7fffffffffffffffn, 0xffffffffffffffffn, 96n, 136n, 680n, 800n];

/** Bit flips, bytes and words of other values, pieces copied elsewhere, pointers turned about, an end cut off. */
function hit(bytes: Uint8Array, random: Random): Uint8Array {
  const out = bytes.slice();
  if (out.length === 0) return out;
  const view = new DataView(out.buffer);
  const near = Math.min(out.length, 20_000); // real files hold weights beyond
  // Most of a file is zeros or numbers; hits on what describes them tell more.
  const spot = (): number => {
    let at = 0;
    for (let tries = 0; tries < 20; tries++) {
      at = random.integer(0, (random.integer(0, 4) === 0 ? out.length : near) - 1);
      if (out[at] !== 0) break;
    }
    return at;
  };
  for (let hits = random.integer(1, 4); hits > 0; hits--) {
    const at = spot();
    switch (random.integer(0, 6)) {
      case 0: out[at] ^= 1 << random.integer(0, 7); break;
      case 1: out[at] = random.integer(0, 255); break;
      case 2: out[at] = [0, 1, 2, 127, 128, 255][random.integer(0, 5)]; break;
      case 3: if (at + 8 <= out.length) view.setBigUint64(at, words[random.integer(0, words.length - 1)], true); break;
      case 4: if (at + 4 <= out.length) view.setUint32(at, Number(words[random.integer(0, words.length - 1)] & 0xffffffffn), true); break;
      case 5: { const from = 8 * Math.floor(at / 8); if (from + 8 <= out.length) view.setBigUint64(from, BigInt(8 * random.integer(0, near >> 3)), true); break; }
      case 6: { const from = spot(); out.copyWithin(at, from, Math.min(out.length, from + random.integer(1, 64))); break; }
    }
  }
  return random.integer(0, 9) === 0 ? out.subarray(0, random.integer(0, out.length)) : out;
}

const values: readonly unknown[] = [null, true, -1, 0, 0.5, 1e9, 1e300, '', 'relu', 'Lambda', '__proto__', '../../x', [], {}, [null], [[[]]], 'LSTM', 'Functional', [null, 1e6, 1e6]];

/** A copy of some JSON with one thing in it changed: a value, a key, an entry left out, doubled, or put inside itself. */
function changed(json: object, random: Random): object {
  const copy = structuredClone(json);
  const spots: { holder: Record<string, unknown>; key: string }[] = [];
  const walk = (holder: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(holder)) {
      spots.push({ holder, key });
      if (typeof value === 'object' && value !== null) walk(value as Record<string, unknown>);
    }
  };
  walk(copy as Record<string, unknown>);
  for (let changes = random.integer(1, 2); changes > 0; changes--) {
    const { holder, key } = spots[random.integer(0, spots.length - 1)];
    switch (random.integer(0, 4)) {
      case 0: case 1: holder[key] = values[random.integer(0, values.length - 1)]; break;
      case 2: if (Array.isArray(holder)) holder.splice(Number(key), 1); else delete holder[key]; break;
      case 3: { const other = spots[random.integer(0, spots.length - 1)]; holder[key] = structuredClone(other.holder[other.key] ?? null); break; }
      case 4: if (Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)] ?? null)); else holder[`${key}_2`] = holder[key]; break;
    }
  }
  return copy;
}
