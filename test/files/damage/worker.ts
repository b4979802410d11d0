import { parentPort, workerData } from 'node:worker_threads';
import { SeeRnnError } from '../../../src/core/errors.js';
import { readModelFile } from '../../../src/files/model-file.js';
import type { SavedModel, SavedWeight, WeightTree } from '../../../src/files/saved-model.js';
import { loadModel } from '../../../src/from/keras/load-model.js';
import { Random } from '../../random.js';
import { damaged } from './mutate.js';
import { seeds } from './seeds.js';

/** What a worker does: rounds `from` to `to` of a run, of the real models where `models` says where they are. */
export interface Job {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly models: string | null;
}

/** What became of a damaged model. */
export interface Outcome {
  readonly round: number;
  /** The model that was damaged. */
  readonly of: string;
  readonly result: 'read' | 'refused' | 'failed';
  /** Of what failed: what was thrown. */
  readonly fault?: string;
  /** Bytes of memory that the process has. */
  readonly memory: number;
}

const port = parentPort;
if (port === null) throw new Error('runs as a worker only');
const job = workerData as Job;
const all = await seeds(job.models);

// eslint-disable-next-line no-control-regex -- what would move the cursor of a terminal is what is looked for
const breaksLines = (text: string): boolean => /[\n\r\u001b]/.test(text);

// Whatever is said, a user would see.
let said: string | null = null;
// eslint-disable-next-line no-console -- it is listened to
for (const level of ['warn', 'error', 'log'] as const) console[level] = (...words: unknown[]): void => { said = words.map(String).join(' '); };

for (let round = job.from; round < job.to; round++) {
  const random = new Random(job.seed + 7919 * round);
  const seed = all[random.integer(0, all.length - 1)];
  const files = await damaged(seed, random);
  port.postMessage({ round, of: seed.name });
  port.postMessage({ round, of: seed.name, ...await tried(files, seed.architecture, random), memory: process.memoryUsage().rss } satisfies Outcome);
}
port.postMessage(null);

/** Half of them are read weight by weight, the others loaded. */
async function tried(files: ReadonlyMap<string, Uint8Array>, architecture: object | undefined, random: Random): Promise<Pick<Outcome, 'result' | 'fault'>> {
  said = null;
  const source = files.size === 1 ? [...files.values()][0] : [...files].map(([name, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], name));
  try {
    if (random.integer(0, 1) === 0) {
      const model = await readModelFile(source, { maxBytes: 2 ** 24 });
      try {
        for (const { shape, read } of weightsOf(model)) {
          const found = read().length;
          if (found !== shape.reduce((a, b) => a * b, 1)) return { result: 'failed', fault: `${found} numbers of shape ${shape.join()}` };
        }
      } finally {
        model.close();
      }
    } else {
      const model = await loadModel(source, { warn: oneLine, ...(architecture ? { architecture: architecture as Record<string, unknown> } : {}) });
      model.dispose();
    }
    return said === null ? { result: 'read' } : { result: 'failed', fault: `prints ${String(said)}` };
  } catch (error) {
    if (error instanceof SeeRnnError && !breaksLines(error.message)) return { result: 'refused' };
    return { result: 'failed', fault: error instanceof Error ? error.stack ?? error.message : String(error) };
  }
}

function oneLine(line: string): void {
  if (breaksLines(line)) throw new Error(`a warning of several lines: ${line}`);
}

function weightsOf({ weights }: SavedModel): SavedWeight[] {
  if (weights.kind === 'by-name') return [...weights.weights];
  if (weights.kind === 'by-layer') return weights.layers.flatMap((layer) => layer.weights);
  const below = (tree: WeightTree): SavedWeight[] => [...tree.vars, ...[...tree.children.values()].flatMap(below)];
  return below(weights.root);
}
