import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { asPublished } from '../../src/examples/as-published.js';
import type { Example } from '../../src/examples/example.js';
import { publishedExample } from '../../src/examples/published-example.js';
import type { Published } from '../../src/examples/published.js';
import type { RunOptions, Watcher } from '../../src/examples/run.js';
import { readTurbofan, turbofanExample } from '../../src/examples/turbofan.js';
import { Random } from '../../src/examples/random.js';
import { saveArray } from '../../src/files/arrays.js';

/** The published examples with a few units and iterations: the same code, in a moment. */
export const smallData: readonly Published[] = asPublished.map((data) => ({
  ...data, units: data.units === 256 ? 4 : 3,
  iterations: { full: Math.ceil(data.iterations.full / 40), usual: data.iterations.usual === data.iterations.full ? Math.ceil(data.iterations.full / 40) : 2 },
}));

export const small = (...numbers: readonly number[]): Example[] => smallData.filter(({ number }) => numbers.includes(number)).map(publishedExample);

/** Engine data with as many engines as the example needs, and a few timesteps. */
export async function writeEngines(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const random = new Random(11);
  await saveArray(join(folder, 'x.npy'), { data: random.normals(10 * 7 * 3), shape: [10, 7, 3] });
  await saveArray(join(folder, 'y_fails_within_30.npy'), [0, 1, 1, 0, 0, 1, 0, 1, 0, 1]);
}

export const smallEngines = async (folder: string): Promise<Example> => turbofanExample(await readTurbofan(folder), { full: 3, usual: 3 });

export const settings = (out: string, full = false): RunOptions => ({ out, full, backend: { name: 'wasm', reason: null }, leftOut: [] });

export const silent: Watcher = { begins: () => undefined, trained: () => undefined, ends: () => undefined };
