// Speed of the graph's operations in float32 beside TF.js's on its WASM backend, in one process, in turns; and of the gradients
// where that backend has them. Ours go from arrays to arrays. TF.js's are read, too, and start from what is in its memory already,
// or from arrays.
// Run: npm run build && node bench/operations.mjs [rounds]

import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { performance } from 'node:perf_hooks';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
// With it TF.js knows its gradients.
import '@tensorflow/tfjs-layers';
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
  const differentiated = (count) => timed(() => {
    const tape = new Tape();
    const followed = tensors.map((tensor, i) => (i < count ? tape.follow(tensor) : tensor));
    tape.backward(sum(compute(...followed), null));
    return followed.map((tensor) => tape.adjoint(tensor));
  });
  return {
    forward: timed(() => compute(...tensors)),
    byInput: differentiated(1),
    byAll: differentiated(tensors.length),
  };
}

function theirs(shapes, arrays, compute) {
  const made = () => arrays.map((data, i) => tf.tensor(data, shapes[i]));
  const tensors = made();
  const [x, ...others] = tensors;
  const gradient = tf.grad((input) => tf.sum(compute(input, ...others)));
  const gradients = tf.grads((...inputs) => tf.sum(compute(...inputs)));
  const ways = {
    // Nothing is returned from tidy: it would look for tensors among the numbers.
    forward: timed(() => { tf.tidy(() => { compute(...tensors).dataSync(); }); }),
    fromArrays: timed(() => { tf.tidy(() => { compute(...made()).dataSync(); }); }),
    byInput: timed(() => { tf.tidy(() => { gradient(x).dataSync(); }); }),
    byAll: timed(() => { tf.tidy(() => { for (const one of gradients(tensors)) one.dataSync(); }); }),
  };
  // That backend has no kernel for some.
  for (const [name, way] of Object.entries(ways)) {
    try {
      way();
    } catch {
      delete ways[name];
    }
  }
  return ways;
}

setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
if (!(await tf.setBackend('wasm'))) throw new Error('TF.js has no WASM backend here');
console.log(`Node ${process.versions.node}, ${kernels().fused ? 'fused multiply-add' : 'plain SIMD'}. Milliseconds, least of ${rounds} turns (median), and ours to TF.js's.`);
console.log(`${''.padEnd(62)} ${'ours'.padEnd(19)} ${'TF.js'.padEnd(24)} TF.js, from arrays`);
const text = (result) => (result ? `${(1000 * result.least).toFixed(3).padStart(8)} (${(1000 * result.median).toFixed(3)})` : '       -').padEnd(19);
for (const [name, [shapes, own, tfjs]] of Object.entries(jobs)) {
  const arrays = shapes.map((shape) => Float32Array.from({ length: shape.reduce((size, n) => size * n, 1) }, () => Math.random() - 0.5));
  const [a, b] = [ours(shapes, arrays, own), theirs(shapes, arrays, tfjs)];
  for (const [way, what, others] of [['forward', '', ['forward', 'fromArrays']], ['byInput', ', gradient by the input', ['byInput']], ['byAll', ', all gradients', ['byAll']]]) {
    const { us, ...them } = await inTurns({ us: a[way], ...Object.fromEntries(others.filter((other) => b[other]).map((other) => [other, b[other]])) }, rounds);
    const beside = others.map((other) => (them[other] ? `${text(them[other])} ${(us.least / them[other].least).toFixed(2)}` : text()));
    console.log(`${(name + what).padEnd(62)} ${text(us)} ${beside.join(' ')}`);
  }
}
