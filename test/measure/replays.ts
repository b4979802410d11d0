import { activations } from '../../src/cells/activations.js';
import type { Cell } from '../../src/cells/cell.js';
import { backwardThroughTime, forwardThroughTime, weightGradients, type RecurrentWeights } from '../../src/cells/sequence.js';
import { fromSteps } from '../../src/cells/layout.js';
import type { Replay } from '../../src/measure/replay.js';
import { Random } from '../random.js';

interface Made {
  readonly cell: Cell;
  readonly units: number;
  readonly timesteps: number;
  readonly samples?: number;
  readonly features?: number;
  readonly activation?: string;
  readonly recurrentActivation?: string;
  readonly resetAfter?: boolean;
  readonly backwards?: boolean;
  readonly weights?: Partial<RecurrentWeights>;
  readonly scale?: number;
  readonly seed?: number;
  readonly initialCell?: Float64Array;
  readonly mask?: readonly number[];
  /** dL/d(output), (samples, timesteps, units) in processing order; default: a random one at the last step. */
  readonly sequence?: Float64Array;
}

/** A recurrence in float64 as a run would have recorded it, of random numbers where none are given. */
export function made(of: Made): Replay {
  const { cell, units, timesteps, samples = 1, features = 2, resetAfter = false, backwards = false, scale = 0.5, seed = 1 } = of;
  const random = new Random(seed);
  const gates = cell.gates.length;
  const weights = {
    kernel: random.normals(features * gates * units, scale), recurrentKernel: random.normals(units * gates * units, scale),
    bias: random.normals((resetAfter ? 2 : 1) * gates * units, scale), ...of.weights,
  };
  const recurrence = {
    cell, units, resetAfter, backwards,
    activation: activations.get(of.activation ?? 'tanh')!, recurrentActivation: activations.get(of.recurrentActivation ?? 'sigmoid')!,
  };
  const input = { samples, timesteps, features, x: random.normals(samples * timesteps * features), initialCell: of.initialCell, mask: of.mask };
  const last = random.normals(samples * units);
  const pass = forwardThroughTime(recurrence, weights, input);
  const { hidden } = backwardThroughTime(pass, of.sequence ? { sequence: of.sequence } : { lastHidden: last });
  return {
    recurrence, weights, input,
    hiddenGradient: { data: fromSteps(hidden.subarray(samples * units), samples, timesteps, units, backwards), shape: [samples, timesteps, units], axes: ['samples', 'timesteps', 'units'] },
  };
}

/** A random orthogonal matrix: rotations in all planes, one after another. */
export function orthogonal(units: number, seed: number): Float64Array {
  const random = new Random(seed);
  const q = new Float64Array(units * units);
  for (let i = 0; i < units; i++) q[i * units + i] = 1;
  for (let i = 0; i < units; i++) {
    for (let j = i + 1; j < units; j++) {
      const angle = 2 * Math.PI * random.uniform();
      for (let k = 0; k < units; k++) {
        const [a, b] = [q[i * units + k]!, q[j * units + k]!];
        q[i * units + k] = Math.cos(angle) * a - Math.sin(angle) * b;
        q[j * units + k] = Math.sin(angle) * a + Math.cos(angle) * b;
      }
    }
  }
  return q;
}

/** Q diag(values) Q^T. */
export function normalMatrix(values: readonly number[], seed: number): Float64Array {
  const n = values.length;
  const q = orthogonal(n, seed);
  return Float64Array.from({ length: n * n }, (_, at) => values.reduce((sum, value, k) => sum + q[Math.floor(at / n) * n + k]! * value * q[(at % n) * n + k]!, 0));
}

/** What there is, or an error that says why there is nothing. */
export function known<T extends object>(measured: T | { readonly why: string }): T {
  if ('why' in measured) throw new Error(`not measured: ${measured.why}`);
  return measured;
}

/** What comes into a recurrence whose last state alone is used. */
export function lastOnly({ hiddenGradient: { data, shape, axes }, recurrence: { backwards } }: Replay): Replay['hiddenGradient'] {
  const [samples, timesteps, units] = shape as [number, number, number];
  const only = new Float64Array(data.length);
  for (let sample = 0; sample < samples; sample++) {
    const at = (sample * timesteps + (backwards ? 0 : timesteps - 1)) * units;
    only.set(data.subarray(at, at + units), at);
  }
  return { data: only, shape, axes };
}

/** dL/dW where only the last `length` steps are gone back through: of a recurrence that reads forwards and isn't masked. */
export function gradientOfLast({ recurrence, weights, input, hiddenGradient }: Replay, length: number): Float64Array {
  const { samples, timesteps, features, x } = input;
  const { units } = recurrence;
  const whole = forwardThroughTime(recurrence, weights, input);
  const at = (timesteps - length) * samples * units;
  const tail = forwardThroughTime(recurrence, weights, {
    samples, timesteps: length, features,
    x: Float64Array.from({ length: samples * length * features }, (_, n) => x[Math.floor(n / (length * features)) * timesteps * features + (timesteps - length) * features + (n % (length * features))]!),
    initialHidden: whole.hidden.slice(at, at + samples * units), initialCell: whole.cell.slice(at, at + samples * units),
  });
  const adjoints = backwardThroughTime(tail, {
    lastHidden: Float64Array.from({ length: samples * units }, (_, n) => hiddenGradient.data[(Math.floor(n / units) * timesteps + timesteps - 1) * units + (n % units)]!),
  });
  const { kernel, recurrentKernel, bias } = weightGradients(tail, adjoints);
  return Float64Array.from([...kernel, ...recurrentKernel, ...(bias ?? [])]);
}
