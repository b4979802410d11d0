// The gradient job on the kernels themselves.

import { KernelPass } from '../dist/kernels/pass.js';

const GATES = { LSTM: 4, GRU: 3, SimpleRNN: 1 };
const random = (length, scale = 1) => Float32Array.from({ length }, () => scale * (Math.random() * 2 - 1));

/**
 * Two stacked layers: `run()` gives dL/d(output of the first). `flops` counts the matrix products alone: input and state
 * forwards in both layers, state and input backwards in the second.
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
  return {
    flops: 2 * samples * steps * gates * units * ((features + units) + 2 * units + 2 * units),
    run() {
      const below = new KernelPass(lower.shape, lower.weights, { x }, { sequence: true, keep: false });
      const above = new KernelPass(upper.shape, upper.weights, { x: below.sequence }, { sequence: false, keep: true });
      above.backward({ lastHidden: above.lastHidden.map((h, n) => 2 * (h - y[n]) / y.length) });
      const gradient = above.inputGradient();
      below.free();
      above.free();
      return gradient;
    },
  };
}
