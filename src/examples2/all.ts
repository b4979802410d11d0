import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import { asPublished } from './as-published.js';
import type { Example } from './example.js';
import { publishedExample } from './published-example.js';
import { readTurbofan, turbofanExample } from './turbofan.js';
import { MODEL, readTurbofanKeras, turbofanKerasExample } from './turbofan-keras.js';

/** The numbers of all examples. */
export const numbers: readonly number[] = [...asPublished.map(({ number }) => number), 8];

/** Examples, and why others, or the published model of one, are left out, each in a sentence. */
export interface Choice { readonly examples: readonly Example[]; readonly leftOut: readonly string[] }

/**
 * The examples of these numbers, in their order.
 *
 * @param data the folder with example 8's engine data; by default it is looked for in the usual ones, and the example left
 *   out where it is in none. With the published model beside the data the example looks at that one, else it trains its own
 * @throws SeeRnnError where the data can't be read, or nothing is left to draw
 */
export async function choose(wanted: readonly number[], data: string | null, folders: readonly string[] = usualFolders()): Promise<Choice> {
  const examples = asPublished.filter(({ number }) => wanted.includes(number)).map(publishedExample);
  if (!wanted.includes(8)) return { examples, leftOut: [] };
  const folder = data ?? folders.find((path) => existsSync(join(path, 'x.npy')));
  if (folder === undefined) {
    if (examples.length === 0) throw new SeeRnnError(absent);
    return { examples, leftOut: [absent] };
  }
  if (!existsSync(join(folder, MODEL))) return { examples: [...examples, turbofanExample(await readTurbofan(folder))], leftOut: [ownModel(folder)] };
  return { examples: [...examples, turbofanKerasExample(await readTurbofanKeras(folder))], leftOut: [] };
}

const TURBOFAN = '../shared/models/turbofan';

/** Where the engine data may lie: beside the working directory, or beside the package. */
const usualFolders = (): string[] => [TURBOFAN, fileURLToPath(new URL(`../../${TURBOFAN}`, import.meta.url))];

const absent = `Example 8 is left out: it needs engine data (x.npy and y_fails_within_30.npy), which are not in ${TURBOFAN}; --data names another folder.`;

const ownModel = (folder: string): string => `Example 8 trains a network of its own, since the published one (${MODEL}) is not in ${printable(folder)}.`;
