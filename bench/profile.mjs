// Where the kernels' time goes, on one thread: the inner loop of the products alone, against the SIMD peak; and the parts of the
// gradient job, by function. Run: npm run build && node bench/profile.mjs [--plain] [LSTM|GRU|SimpleRNN]

/* global TextDecoder, WebAssembly */
import { Session } from 'node:inspector/promises';
import { performance } from 'node:perf_hooks';
import asc from 'assemblyscript/asc';
import { kernels, usePlainBuild } from '../dist/kernels/module.js';
import { setThreads } from '../dist/kernels/threads.js';
import { recurrentJob } from './job.mjs';
import { peakMeter } from './peak.mjs';

if (process.argv.includes('--plain')) usePlainBuild();
setThreads(1);
const kind = process.argv.slice(2).find((word) => !word.startsWith('--')) ?? 'LSTM';
const { fused } = kernels();
const peak = await peakMeter(fused);

/** The kernels' source compiled once more, with what the package leaves out: the tile, and the names of functions. */
async function compiled(entry, ...more) {
  const folder = 'src/kernels/assembly/';
  let wasm;
  const { error, stderr } = await asc.main([`${folder}${entry}`, '--runtime', 'stub', '--importMemory', '--maximumMemory', '65535', '--noAssert', '--use', 'abort=',
    '--enable', fused ? 'simd,relaxed-simd' : 'simd', '-O3', '--converge', '--outFile', 'out.wasm', ...more], {
    writeFile: (name, contents) => { if (name === 'out.wasm') wasm = contents; },
  });
  if (error) throw new Error(stderr.toString());
  return wasm;
}

/** The best of many runs of some tenths of a millisecond: what the inner loop can do, whatever else the machine does. */
async function tile() {
  const memory = new WebAssembly.Memory({ initial: 400, maximum: 65535 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(await compiled('tile.ts')), { env: { memory } });
  new Float32Array(memory.buffer).fill(0.001);
  let top = 0;
  for (let i = 0; i < 200; i++) top = Math.max(top, peak());
  console.log(`SIMD peak ${top.toFixed(1)} GFLOP/s; the products' inner loop, best of 300:`);
  for (const [rows, depth, blocks, where] of [[120, 256, 1, 'in the first-level cache'], [1024, 256, 2, 'a step of 256 units'], [2048, 512, 4, 'a step of 512 units'], [256, 64, 2, 'a step of 64 units'], [24, 6, 2, 'a step of 6 units']]) {
    const flops = 16 * rows * depth * blocks;
    const [a, b] = [1 << 16, 1 << 23];
    const runs = Math.max(1, Math.round(1e7 / flops));
    let best = 0;
    for (let i = 0; i < 300; i++) {
      const start = performance.now();
      for (let r = 0; r < runs; r++) exports.addProducts(a, rows, depth, b, 32 * depth, b + 32 * depth * blocks, 32 * rows, blocks);
      best = Math.max(best, flops * runs / (performance.now() - start) / 1e6);
    }
    console.log(`  ${`(${rows} x ${depth}) . (${depth} x ${8 * blocks})`.padEnd(28)} ${best.toFixed(1).padStart(5)} GFLOP/s  ${(100 * best / top).toFixed(0).padStart(3)} %  ${where}`);
  }
}

/** Function names by index, from the name section. */
async function functionNames() {
  const module = new WebAssembly.Module(await compiled('index.ts', '--debug'));
  const bytes = new Uint8Array(WebAssembly.Module.customSections(module, 'name')[0]);
  let at = 0;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      value |= (bytes[at] & 127) << shift;
      if (bytes[at++] < 128) return value;
    }
  };
  const names = new Map();
  while (at < bytes.length) {
    const section = bytes[at++];
    const end = number() + at;
    if (section === 1) {
      for (let left = number(); left > 0; left--) {
        const index = number();
        const length = number();
        names.set(`wasm-function[${index}]`, new TextDecoder().decode(bytes.subarray(at, at += length)).split('/').at(-1));
      }
    }
    at = end;
  }
  return names;
}

async function profile(shape, names) {
  const { run } = recurrentJob(kind, shape);
  for (const end = performance.now() + 500; performance.now() < end;) run();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 100 });
  await session.post('Profiler.start');
  let runs = 0;
  const start = performance.now();
  for (; performance.now() < start + 3000 || runs < 3; runs++) run();
  const wall = performance.now() - start;
  const { profile: { nodes, samples, timeDeltas } } = await session.post('Profiler.stop');
  session.disconnect();
  const nameOf = new Map(nodes.map(({ id, callFrame: { functionName, url } }) => [id, names.get(functionName) ?? (url.includes('/kernels/') ? 'the rest in JavaScript' : 'other')]));
  const times = new Map();
  samples.forEach((id, i) => { times.set(nameOf.get(id), (times.get(nameOf.get(id)) ?? 0) + timeDeltas[i] / 1000); });
  const parts = [...times].sort((a, b) => b[1] - a[1]).filter(([, ms]) => ms > wall / 100);
  console.log(`${kind} ${shape.join(', ')}: ${(wall / runs).toPrecision(3)} ms; ${parts.map(([name, ms]) => `${name} ${(100 * ms / wall).toFixed(0)} %`).join(', ')}`);
}

await tile();
const names = await functionNames();
for (const shape of [[16, 100, 12, 6], [16, 1000, 16, 64], [16, 100, 16, 256], [32, 100, 256, 512]]) await profile(shape, names);
