// Time and memory of a recurrent layer against steps, batch and units, with the exponents fitted, and a sequence of a million
// steps. Every row runs in a process of its own: neither the kernels' memory nor a process's ever shrinks.
// Run: npm run build && node bench/scaling.mjs [steps|batch|units|million] [LSTM|GRU|SimpleRNN]

import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { setMemoryBudget } from '../dist/kernels/budget.js';
import { CheckpointedPass, passWithin } from '../dist/kernels/checkpoints.js';
import { kernels } from '../dist/kernels/module.js';
import { setThreads } from '../dist/kernels/threads.js';

const GATES = { LSTM: 4, GRU: 3, SimpleRNN: 1 };
const FEATURES = 16;
const MiB = 2 ** 20;

/** One row: the least times of a few runs, and the most memory. `wants`: sequence, inputs, weights, or nothing but the last state. */
function measure({ kind, samples, steps, units, wants, unlimited }) {
  setThreads(1);
  if (unlimited) setMemoryBudget(Infinity);
  const gates = GATES[kind];
  const random = (length, scale) => {
    const out = new Float32Array(length);
    for (let n = 0; n < length; n++) out[n] = scale * (Math.random() * 2 - 1);
    return out;
  };
  const shape = { kind, resetAfter: kind === 'GRU', activation: 0, recurrentActivation: 1, backwards: false, samples, steps, features: FEATURES, units };
  const weights = {
    kernel: random(FEATURES * gates * units, 0.25), recurrentKernel: random(units * gates * units, 1 / Math.sqrt(units)),
    bias: random((kind === 'GRU' ? 2 : 1) * gates * units, 1),
  };
  const x = random(samples * steps * FEATURES, 1);
  const last = random(samples * units, 1);
  const all = wants.includes('sequence') ? random(samples * steps * units, 1) : undefined;
  const backwards = wants.includes('inputs') || wants.includes('weights');
  const { memory } = kernels();
  let [ms, cpu] = [Infinity, Infinity];
  const passes = { held: 0, checkpointed: false };
  const start = performance.now();
  let runs = 0;
  do {
    runs++;
    const from = performance.now();
    const used = process.cpuUsage();
    const pass = passWithin(shape, weights, { x }, { sequence: all !== undefined, keep: backwards });
    passes.held = memory.used / MiB;
    passes.checkpointed = pass instanceof CheckpointedPass;
    if (backwards) pass.backward({ sequence: all, lastHidden: last });
    const results = [wants.includes('inputs') ? pass.inputGradient() : [], wants.includes('weights') ? pass.weightGradients().kernel : [], pass.lastHidden];
    pass.free();
    ms = Math.min(ms, performance.now() - from);
    const { user, system } = process.cpuUsage(used);
    cpu = Math.min(cpu, (user + system) / 1000);
    if (results.some((values) => values.some(Number.isNaN))) throw new Error('not a number');
  } while (performance.now() - start < (runs < 3 ? 10_000 : 1000)); // The first run meets fresh memory, page by page.
  return { ms, cpu, ...passes, kernels: memory.size / MiB, rss: process.resourceUsage().maxRSS / 1024 };
}

function row(options) {
  const { status, stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--row', JSON.stringify(options)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error(`a row ended with ${status}`);
  return JSON.parse(stdout);
}

/** The b of y = a x^b, by least squares on logarithms. */
function exponent(points) {
  const logs = points.map((point) => point.map(Math.log));
  const [mx, my] = [0, 1].map((i) => logs.reduce((sum, point) => sum + point[i], 0) / logs.length);
  return logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

const cells = (...values) => values.map((value) => String(value).padStart(12)).join('');
const HEAD = ['ms', 'CPU ms', 'held MiB', 'kernels MiB', 'RSS MiB'];
const line = (name, { ms, cpu, held, kernels: size, rss, checkpointed }) =>
  console.log(cells(name, ...[ms, cpu].map((t) => (t < 100 ? t.toFixed(2) : t.toFixed(0))), checkpointed ? 'checkpoints' : held.toFixed(1), size.toFixed(1), rss.toFixed(0)));

function table(title, name, sizes, options, fitFrom) {
  console.log(`\n${title}`);
  console.log(cells(name, ...HEAD));
  const rows = sizes.map((size) => {
    const found = row({ ...options, [name]: size });
    line(size, found);
    return { size, ...found };
  }).filter(({ size }) => size >= fitFrom);
  const kept = rows.filter(({ checkpointed }) => !checkpointed);
  const heldAs = kept.length > 1 ? `, what is held as ${name}^${exponent(kept.map(({ size, held }) => [size, held])).toFixed(2)}` : '';
  console.log(`CPU time grows as ${name}^${exponent(rows.map(({ size, cpu }) => [size, cpu])).toFixed(2)}${heldAs}`
    + (fitFrom > sizes[0] ? `, from ${fitFrom} on: eight samples share their vectors, so that fewer cost as much` : ''));
}

function main(words) {
  const kind = words.find((word) => word in GATES) ?? 'LSTM';
  const parts = words.filter((word) => !(word in GATES));
  const asked = (part) => parts.length === 0 || parts.includes(part);
  const job = { kind, samples: 8, steps: 1000, units: 64, wants: ['sequence', 'inputs'] };
  console.log(`${kind}, ${FEATURES} features, one thread, Node ${process.versions.node}; forwards with all outputs, backwards, dL/dx.`
    + ' CPU: what else the machine does counts less there. held: between forwards and backwards');
  if (asked('steps')) {
    table('Steps (batch 8, 64 units), everything kept', 'steps', [100, 1000, 10_000, 100_000], { ...job, unlimited: true }, 100);
    table('Steps (batch 8, 64 units), memory budget 1 GiB', 'steps', [10_000, 100_000], job, 10_000);
  }
  if (asked('batch')) table('Batch (1000 steps, 64 units)', 'samples', [1, 2, 4, 8, 16, 32, 64], job, 8);
  if (asked('units')) table('Units (batch 8, 1000 steps)', 'units', [16, 32, 64, 128, 256, 512], job, 16);
  if (asked('million')) {
    console.log('\n1,000,000 steps, batch 1, 64 units, memory budget 1 GiB');
    console.log(cells('', ...HEAD));
    for (const [name, wants] of [['forward', []], ['dL/dx', ['inputs']], ['dL/dW', ['weights']], ['both, all y', ['sequence', 'inputs', 'weights']]]) {
      line(name, row({ ...job, samples: 1, steps: 1_000_000, wants }));
    }
  }
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--row') console.log(JSON.stringify(measure(JSON.parse(rest[0]))));
else main(first === undefined ? [] : [first, ...rest]);
