// How long each published model takes to load, and how much memory at most: a process of its own for each, since the peak is a process's.
//
//     node bench/loading.mjs [FOLDER]     (default ../shared/models; after a build)
//
// `start` is what the process has taken before it loads: Node, and this package.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const REPEATS = 7;
const files = ['turbofan/binary_model.h5', 'turbofan/regression_model.h5', 'keras2/disease_text_gru.h5', 'keras3/price_gru.h5', 'keras3/emg_lstm.keras', 'keras3/qqq_gru.keras', 'tfjs/model.json'];

const [first, path, ...sizes] = process.argv.slice(2);
if (first === '--child') await measure(path);
else if (first === '--make') await writeFile(path, await largeFile(...sizes.map(Number)));
else await report(first ?? '../shared/models');

async function report(folder) {
  const scratch = await mkdtemp(join(tmpdir(), 'see-rnn-loading-'));
  try {
    const made = [];
    for (const [layers, units] of [[2, 2048], [30, 512]]) {
      const path = join(scratch, `${layers}.h5`);
      execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--make', path, layers, units]);
      made.push([`made: ${layers} LSTM of ${units} units`, path]);
    }
    console.log('| file | size | first load | again (median) | memory at the start | peak | more than the file |\n|---|---|---|---|---|---|---|');
    for (const [name, path] of [...files.map((file) => [file, join(folder, file)]), ...made]) {
      const { size } = await stat(path);
      const found = JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--child', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
      const mb = (bytes) => `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 2 : 1)} MB`;
      console.log(`| ${name} | ${mb(size)} | ${found.first.toFixed(0)} ms | ${found.again.toFixed(0)} ms | ${mb(found.start)} | ${mb(found.peak)} | ${mb(found.peak - found.start - size)} |`);
    }
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function measure(path) {
  const { loadModel } = await import('../dist/index.js');
  const start = peakMemory();
  const load = async () => {
    const before = performance.now();
    const model = await loadModel(path);
    const time = performance.now() - before;
    model.dispose();
    return time;
  };
  const time = await load();
  const peak = peakMemory();
  const times = [];
  for (let i = 0; i < REPEATS; i++) times.push(await load());
  console.log(JSON.stringify({ first: time, again: times.toSorted((a, b) => a - b)[REPEATS >> 1], start, peak }));
}

/** The most memory that this process has had. On Linux `maxRSS` counts what the parent had before, too. */
function peakMemory() {
  const line = process.platform === 'linux' ? /VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) : null;
  return (line ? Number(line[1]) : process.resourceUsage().maxRSS) * 1024;
}

/** A Keras HDF5 file of some hundred MB, nearly all of it weights. */
async function largeFile(layers, units) {
  const { File, ready } = await import('h5wasm');
  const { FS } = await ready;
  const file = new File('/large.h5', 'w');
  const layer = (name, more) => ({ class_name: 'LSTM', config: { name, units, return_sequences: true, activation: 'tanh', recurrent_activation: 'sigmoid', ...more } });
  const names = Array.from({ length: layers }, (_, i) => `lstm_${i}`);
  file.create_attribute('keras_version', '2.15.0');
  file.create_attribute('backend', 'tensorflow');
  file.create_attribute('model_config', JSON.stringify({ class_name: 'Sequential', config: { name: 's', layers: names.map((name, i) => layer(name, i === 0 ? { batch_input_shape: [null, 10, units] } : {})) } }));
  const root = file.create_group('model_weights');
  root.create_attribute('layer_names', names);
  root.create_attribute('keras_version', '2.15.0');
  for (const name of names) {
    const group = root.create_group(name);
    const weights = [['kernel:0', [units, 4 * units]], ['recurrent_kernel:0', [units, 4 * units]], ['bias:0', [4 * units]]];
    group.create_attribute('weight_names', weights.map(([weight]) => weight));
    for (const [weight, shape] of weights) group.create_dataset({ name: weight, data: new Float32Array(shape.reduce((a, b) => a * b)).fill(0.01), shape });
  }
  file.close();
  return FS.readFile('/large.h5');
}
