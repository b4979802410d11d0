// Damages good model files in random ways and reads them: each must be read, or refused by one line of ours, in 10 seconds.
//
//   npm run fuzz -- [--rounds 20000] [--seconds 30] [--seed 1] [--from 0]
//
// Ends after so many rounds or seconds, whichever is first; a round that failed is repeated by its seed with `--from ROUND --rounds 1`.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { rolldown } from 'rolldown';

const text = { type: 'string' };
const { values } = parseArgs({ options: { rounds: text, seconds: text, seed: text, from: text } });
const [rounds, seconds, seed, first] = [Number(values.rounds ?? 20_000), Number(values.seconds ?? Infinity), Number(values.seed ?? 1), Number(values.from ?? 0)];
const slowest = 10_000;
const mostMemory = 2 ** 31;

const root = fileURLToPath(new URL('..', import.meta.url));
const shared = join(root, '../shared/models');
const models = existsSync(shared) ? shared : null;

// Beside node_modules, where the worker's imports are looked for.
const folder = mkdtempSync(join(root, 'node_modules/.see-rnn-fuzz-'));
const counts = { read: 0, refused: 0, failed: 0 };
const byModel = new Map();
const faults = [];
let [slow, memory, next] = [0, 0, first];
const began = performance.now();
const time = () => (performance.now() - began) / 1000;

try {
  const bundle = await rolldown({ input: join(root, 'test/files/damage/worker.ts'), platform: 'node', external: /^[^.#/]/, resolve: { conditionNames: ['see-rnn-source', 'node', 'import'] } });
  const file = join(folder, 'worker.mjs');
  await bundle.write({ file, format: 'esm', codeSplitting: false });
  await bundle.close();
  // A fresh worker now and then: memory that the HDF5 library took it never gives back.
  while (next < first + rounds && time() < seconds) await work(file, next, Math.min(first + rounds, next + 2000));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

for (const [name, { read, refused, failed }] of [...byModel].sort()) console.log(`${name}: ${read} read, ${refused} refused, ${failed} failed`);
for (const fault of faults.slice(0, 20)) console.log(`FAILED ${fault}`);
console.log(`seed ${seed}, rounds ${first} to ${next}: ${counts.read} read, ${counts.refused} refused, ${counts.failed} failed; ${time().toFixed(0)} s, the slowest round ${(slow / 1000).toFixed(2)} s, at most ${Math.round(memory / 2 ** 20)} MiB`);
process.exitCode = counts.failed === 0 && counts.read > 0 && counts.refused > 0 ? 0 : 1;

function note(outcome) {
  counts[outcome.result]++;
  const counted = byModel.get(outcome.of) ?? { read: 0, refused: 0, failed: 0 };
  counted[outcome.result]++;
  byModel.set(outcome.of, counted);
  if (outcome.result === 'failed') faults.push(`round ${outcome.round} (${outcome.of}): ${outcome.fault}`);
  next = outcome.round + 1;
}

function work(file, from, to) {
  return new Promise((resolve) => {
    const worker = new Worker(file, { workerData: { seed, from, to, models } });
    let [under, since] = [null, 0];
    const end = () => {
      clearInterval(watch);
      worker.terminate().then(resolve);
    };
    const watch = setInterval(() => {
      if (under !== null && performance.now() - since > slowest) {
        note({ ...under, result: 'failed', fault: `takes more than ${slowest / 1000} s` });
        end();
      } else if (time() > seconds) end();
    }, 100);
    worker.on('message', (message) => {
      if (message === null) end();
      else if (message.result === undefined) [under, since] = [message, performance.now()];
      else {
        slow = Math.max(slow, performance.now() - since);
        memory = Math.max(memory, message.memory);
        note(message.memory > mostMemory ? { ...message, result: 'failed', fault: `takes ${message.memory} bytes of memory` } : message);
        under = null;
      }
    });
    worker.on('error', (error) => {
      note({ ...(under ?? { round: next, of: 'none' }), result: 'failed', fault: `the worker ended: ${error.stack}` });
      end();
    });
  });
}
