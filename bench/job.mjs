// The gradient job on the kernels themselves.

import { performance } from 'node:perf_hooks';
import { KernelPass } from '../dist/kernels/pass.js';

const GATES = { LSTM: 4, GRU: 3, SimpleRNN: 1 };
const random = (length, scale = 1) => Float32Array.from({ length }, () => scale * (Math.random() * 2 - 1));

/**
 * Two stacked layers: `run()` gives dL/d(output of the first). `parts` counts the matrix products of its four parts (forward,
 * forward, backward, inputs), `flops` all of them; `marks` are the least milliseconds that each part has taken so far.
 */
export function recurrentJob(kind, [samples, steps, features, units]) {
  const gates = GATES[kind];
  const layer = (width) => ({
    // Activation 0 is tanh, recurrent activation 1 the sigmoid.
    shape: { kind, resetAfter: kind === 'GRU', activation: 0, recurrentActivation: 1, backwards: false, samples, steps, features: width, units },
    weights: {
      kernel: random(width * gates * units, 1 / Math.sqrt(width)), recurrentKernel: random(units * gates * units, 1 / Math.sqrt(units)),
      bias: random((kind === 'GRU' ? 2 : 1) * gates * units),
    },
  });
  const [lower, upper] = [layer(features), layer(units)];
  const x = random(samples * steps * features);
  const y = random(samples * units);
  const perRow = 2 * samples * steps * gates * units;
  const parts = [features + units, 2 * units, units, units].map((n) => perRow * n);
  const marks = parts.map(() => Infinity);
  const run = () => {
    const t0 = performance.now();
    const below = new KernelPass(lower.shape, lower.weights, { x }, { sequence: true, keep: false });
    const t1 = performance.now();
    const above = new KernelPass(upper.shape, upper.weights, { x: below.sequence }, { sequence: false, keep: true });
    const t2 = performance.now();
    above.backward({ lastHidden: above.lastHidden.map((h, n) => 2 * (h - y[n]) / y.length) });
    const t3 = performance.now();
    const gradient = above.inputGradient();
    below.free();
    above.free();
    const t4 = performance.now();
    [t1 - t0, t2 - t1, t3 - t2, t4 - t3].forEach((t, i) => { marks[i] = Math.min(marks[i], t); });
    return gradient;
  };
  return { run, parts, marks, flops: parts.reduce((sum, part) => sum + part) };
}
