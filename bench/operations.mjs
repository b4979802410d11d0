// Speed of the graph's operations in float32 beside TF.js's on its WASM backend, in one process, in turns; and of the gradient
// where that backend has one. TF.js's arrays are in its memory already, ours are copied in and out; results are read.
// Run: npm run build && node bench/operations.mjs [rounds]

import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { performance } from 'node:perf_hooks';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { kernels } from '../dist/kernels/module.js';
import { convolve } from '../dist/graph/operations/convolution.js';
import { convolveDepthwise } from '../dist/graph/operations/depthwise.js';
import { matmul } from '../dist/graph/operations/matmul.js';
import { averagePool, maxPool } from '../dist/graph/operations/pooling.js';
import { sum } from '../dist/graph/operations/reductions.js';
import { Tape } from '../dist/graph/tape.js';
import { Tensor } from '../dist/graph/tensor.js';
import { inTurns } from './measure.mjs';

const rounds = Number(process.argv[2] ?? 15);
const along = (axes, padding) => ({ strides: Array(axes).fill(1), dilation: Array(axes).fill(1), padding, groups: 1 });
const halves = { size: [2, 2], strides: [2, 2], dilation: [1, 1], padding: 'valid', ties: 'first', countsPadding: false };

/** What is computed of which arrays, here and by TF.js. */
const jobs = {
  'matmul (512 x 512) . (512 x 512)': [[[512, 512], [512, 512]], matmul, tf.matMul],
  'Conv1D (32, 100, 64) -> 128, 5 taps': [[[32, 100, 64], [5, 64, 128]], (x, w) => convolve(x, w, null, along(1, 'same')), (x, w) => tf.conv1d(x, w, 1, 'same')],
  'Conv2D (16, 32, 32, 16) -> 32, 3 x 3': [[[16, 32, 32, 16], [3, 3, 16, 32]], (x, w) => convolve(x, w, null, along(2, 'same')), (x, w) => tf.conv2d(x, w, 1, 'same')],
  'Conv2D (16, 64, 64, 3) -> 16, 3 x 3': [[[16, 64, 64, 3], [3, 3, 3, 16]], (x, w) => convolve(x, w, null, along(2, 'valid')), (x, w) => tf.conv2d(x, w, 1, 'valid')],
  'DepthwiseConv2D (16, 32, 32, 16), 3 x 3': [[[16, 32, 32, 16], [3, 3, 16, 1]], (x, w) => convolveDepthwise(x, w, null, along(2, 'same')), (x, w) => tf.depthwiseConv2d(x, w, 1, 'same')],
  'MaxPooling2D (16, 32, 32, 16), 2 x 2': [[[16, 32, 32, 16]], (x) => maxPool(x, halves), (x) => tf.maxPool(x, 2, 2, 'valid')],
  'AveragePooling2D (16, 32, 32, 16), 2 x 2': [[[16, 32, 32, 16]], (x) => averagePool(x, halves), (x) => tf.avgPool(x, 2, 2, 'valid')],
};

/** Seconds of one call. */
const timed = (run) => () => {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
};

function ours(shapes, arrays, compute) {
  const tensors = arrays.map((data, i) => new Tensor(data, shapes[i]));
  return {
    forward: timed(() => compute(...tensors)),
    both: timed(() => {
      const tape = new Tape();
      const followed = tensors.map((tensor) => tape.follow(tensor));
      tape.backward(sum(compute(...followed), null));
      return followed.map((tensor) => tape.adjoint(tensor));
    }),
  };
}

function theirs(shapes, arrays, compute) {
  const tensors = arrays.map((data, i) => tf.tensor(data, shapes[i]));
  const gradients = tf.grads((...inputs) => tf.sum(compute(...inputs)));
  const ways = {
    forward: timed(() => { tf.tidy(() => compute(...tensors).dataSync()); }),
    both: timed(() => { tf.tidy(() => { for (const gradient of gradients(tensors)) gradient.dataSync(); }); }),
  };
  try {
    ways.both();
  } catch {
    delete ways.both;
  }
  return ways;
}

setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
if (!(await tf.setBackend('wasm'))) throw new Error('TF.js has no WASM backend here');
console.log(`Node ${process.versions.node}, ${kernels().fused ? 'fused multiply-add' : 'plain SIMD'}. Milliseconds, least of ${rounds} turns (median): ours, TF.js, ours to TF.js.\n`);
const text = (result) => (result ? `${(1000 * result.least).toFixed(3).padStart(8)} (${(1000 * result.median).toFixed(3)})` : '       -').padEnd(19);
for (const [name, [shapes, own, tfjs]] of Object.entries(jobs)) {
  const arrays = shapes.map((shape) => Float32Array.from({ length: shape.reduce((size, n) => size * n, 1) }, () => Math.random() - 0.5));
  const [a, b] = [ours(shapes, arrays, own), theirs(shapes, arrays, tfjs)];
  for (const [way, what] of [['forward', ''], ['both', ', and all gradients']]) {
    const { us, them } = await inTurns({ us: a[way], ...(b[way] ? { them: b[way] } : {}) }, rounds);
    console.log(`${(name + what).padEnd(62)} ${text(us)} ${text(them)} ${them ? (us.least / them.least).toFixed(2) : '   -'}`);
  }
}
