import { namedArray, type NamedArray } from '../../src/core/array.js';
import { Random } from '../random.js';

interface Shape { readonly samples: number; readonly timesteps: number; readonly units: number }

/**
 * Numbers that look like an RNN's gradients: largest at the last timestep, decaying backwards in time at a rate of each
 * sample's own, noisy, with a scale of each unit's own.
 */
export function gradients({ samples, timesteps, units }: Shape, { seed = 1, scale = 1e-2, decay = 0.06 } = {}): NamedArray {
  const random = new Random(seed);
  const data = new Float32Array(samples * timesteps * units);
  for (let s = 0; s < samples; s++) {
    const rate = decay * (0.6 + random.uniform());
    for (let u = 0; u < units; u++) {
      const size = scale * (0.3 + random.uniform());
      const phase = 6 * random.uniform();
      let noise = 0;
      for (let t = 0; t < timesteps; t++) {
        noise = 0.8 * noise + 0.45 * random.normal();
        data[(s * timesteps + t) * units + u] = size * Math.exp(-rate * (timesteps - 1 - t)) * (noise + 0.5 * Math.sin(t / 6 + phase));
      }
    }
  }
  return namedArray(data, [samples, timesteps, units], ['samples', 'timesteps', 'units']);
}

/** Numbers that look like an RNN's outputs: slow waves between -1 and 1. */
export function outputs({ samples, timesteps, units }: Shape, seed = 1): NamedArray {
  const random = new Random(seed);
  const data = new Float32Array(samples * timesteps * units);
  for (let s = 0; s < samples; s++) {
    for (let u = 0; u < units; u++) {
      const [offset, speed, phase] = [random.normal() * 0.4, 0.05 + 0.2 * random.uniform(), 6 * random.uniform()];
      for (let t = 0; t < timesteps; t++) {
        data[(s * timesteps + t) * units + u] = Math.tanh(offset + 0.6 * Math.sin(speed * t + phase) + 0.08 * random.normal());
      }
    }
  }
  return namedArray(data, [samples, timesteps, units], ['samples', 'timesteps', 'units']);
}

/** The last timestep only: (samples, units). */
export function lastStep({ data, shape: [samples, timesteps, units] }: NamedArray): NamedArray {
  const last = Float64Array.from({ length: samples * units }, (_, i) => data[(Math.floor(i / units) * timesteps + timesteps - 1) * units + (i % units)]);
  return namedArray(last, [samples, units], ['samples', 'units']);
}

/** One unit of every sample: (samples, timesteps). */
export function channel({ data, shape: [samples, timesteps, units] }: NamedArray, unit: number): NamedArray {
  return namedArray(Float64Array.from({ length: samples * timesteps }, (_, i) => data[i * units + unit]), [samples, timesteps], ['samples', 'timesteps']);
}

/** The first samples only. */
export const firstSamples = ({ data, shape: [, timesteps, units], axes }: NamedArray, samples: number): NamedArray =>
  namedArray(data.slice(0, samples * timesteps * units), [samples, timesteps, units], axes);

/** The same numbers, with NaN and infinities put in at flat positions. */
export function spoiled({ data, shape, axes }: NamedArray, at: Readonly<Record<number, number>>): NamedArray {
  const copy = Float64Array.from(data);
  for (const [position, value] of Object.entries(at)) copy[Number(position)] = value;
  return namedArray(copy, shape, axes);
}

/** Flat positions of one unit of one sample at some timesteps, all given one value: for {@link spoiled}. */
export const at = ([, timesteps, units]: readonly number[], sample: number, unit: number, from: number, to: number, value: number): Record<number, number> =>
  Object.fromEntries(Array.from({ length: to - from + 1 }, (_, i) => [(sample * timesteps + from + i) * units + unit, value]));
