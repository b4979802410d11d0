// Speed of the float32 matrix products, on one thread, against what their inner loop reaches with everything in the
// first-level cache. Run: npm run build && node bench/gemm.mjs

import { performance } from 'node:perf_hooks';
import { kernels } from '../dist/kernels/module.js';
import { addTransposedProduct, prepare } from '../dist/kernels/product.js';

const random = (length) => Float32Array.from({ length }, () => Math.random() * 2 - 1);

/** Seconds of one call: the best of many short runs on warmed-up code, so that what else the machine does falls out. */
function seconds(call) {
  let calls = 1;
  const run = () => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    return (performance.now() - start) / 1000;
  };
  while (run() < 0.002) calls *= 2;
  let best = Infinity;
  for (const end = performance.now() + 2000; performance.now() < end;) best = Math.min(best, run());
  return best / calls;
}

const gigaflops = (multiplications, call) => 2 * multiplications / seconds(call) / 1e9;

function peak() {
  const { run, memory } = kernels();
  const [rows, n, depth] = [16, 32, 256];
  const a = memory.allocate(rows * depth, 'a');
  const b = memory.allocate(depth * n, 'b');
  const c = memory.allocate(rows * n, 'c');
  memory.floats.fill(0.5, a / 4, c / 4 + rows * n);
  const speed = gigaflops(rows * n * depth, () => run.addProduct(a, 4 * depth, b, 8 * depth, c, n, rows, n, depth));
  for (const block of [a, b, c]) memory.free(block);
  return speed;
}

function product(rows, k, n) {
  const [a, out, b] = [random(rows * k), new Float32Array(rows * n), prepare(random(k * n), k, n)];
  const speed = gigaflops(rows * k * n, () => b.addProduct(a, rows, out));
  b.free();
  return speed;
}

function transposedProduct(steps, k, n) {
  const [a, b, out] = [random(steps * k), random(steps * n), new Float32Array(k * n)];
  return gigaflops(steps * k * n, () => addTransposedProduct(a, b, out, steps, k, n));
}

function packing(k, n, transposed) {
  const b = random(k * n);
  return k * n * 4 / seconds(() => prepare(b, k, n, { transposed }).free()) / 1e9;
}

const top = peak();
const line = (name, speed) => console.log(`${name.padEnd(52)} ${speed.toFixed(1).padStart(6)} GFLOP/s  ${(100 * speed / top).toFixed(0).padStart(4)} %`);

line('inner loop, in the first-level cache', top);
line('sequence forward      (1600 x 512) . (512 x 1024)', product(1600, 512, 1024));
line('sequence backward     (1600 x 1024) . (1024 x 512)', product(1600, 1024, 512));
line('weight gradient       (512 x 1600) . (1600 x 1024)', transposedProduct(1600, 512, 1024));
line('one step, 256 units   (16 x 256) . (256 x 1024)', product(16, 256, 1024));
line('its backward step     (16 x 1024) . (1024 x 256)', product(16, 1024, 256));
line('one step, 6 units     (16 x 6) . (6 x 24)', product(16, 6, 24));
line('its backward step     (16 x 24) . (24 x 6)', product(16, 24, 6));
line('its weight gradient   (6 x 1600) . (1600 x 24)', transposedProduct(1600, 6, 24));
console.log(`packing 256 x 1024: ${packing(256, 1024, false).toFixed(1)} GB/s, transposed ${packing(256, 1024, true).toFixed(1)} GB/s`);
