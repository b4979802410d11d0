import { zerosLike, type Floats } from './floats.js';

/**
 * From the layouts of Keras to those of the recurrence and back: batch-major to step-major, weights of all gates side
 * by side to one matrix a gate.
 */

/**
 * (samples, timesteps, width) -> (steps, samples, width), the steps in processing order: reversed where the layer goes
 * backwards.
 */
export function toSteps(x: Floats, samples: number, steps: number, width: number, backwards: boolean): Floats {
  const out = zerosLike(x, x.length);
  for (let step = 0; step < steps; step++) {
    const t = backwards ? steps - 1 - step : step;
    for (let sample = 0; sample < samples; sample++) {
      const from = (sample * steps + t) * width;
      out.set(x.subarray(from, from + width), (step * samples + sample) * width);
    }
  }
  return out;
}

/** The inverse of {@link toSteps}: (steps, samples, width) -> (samples, timesteps, width), time in input order. */
export function fromSteps(x: Floats, samples: number, steps: number, width: number, backwards: boolean): Floats {
  const out = zerosLike(x, samples * steps * width);
  for (let step = 0; step < steps; step++) {
    const t = backwards ? steps - 1 - step : step;
    for (let sample = 0; sample < samples; sample++) {
      const from = (step * samples + sample) * width;
      out.set(x.subarray(from, from + width), (sample * steps + t) * width);
    }
  }
  return out;
}

/** Column block `gate` of a weight (rows, gates x units): (rows, units). */
export function gateColumns(weight: Floats, rows: number, units: number, gates: number, gate: number): Floats {
  const out = zerosLike(weight, rows * units);
  for (let row = 0; row < rows; row++) {
    const from = (row * gates + gate) * units;
    out.set(weight.subarray(from, from + units), row * units);
  }
  return out;
}

/** Writes (rows, units) into column block `gate` of a weight (rows, gates x units). */
export function setGateColumns(weight: Floats, block: Floats, rows: number, units: number, gates: number, gate: number): void {
  for (let row = 0; row < rows; row++) {
    weight.set(block.subarray(row * units, (row + 1) * units), (row * gates + gate) * units);
  }
}

/** (samples, timesteps, ...) with the timesteps in reverse. */
export function reversedInTime<A extends Floats | Uint8Array>(values: A, samples: number, timesteps: number): A {
  const out = values.slice() as A;
  const width = values.length / samples / timesteps;
  for (let row = 0; row < samples * timesteps; row++) {
    const sample = Math.floor(row / timesteps);
    const from = (sample * timesteps + timesteps - 1 - (row % timesteps)) * width;
    out.set(values.subarray(from, from + width), row * width);
  }
  return out;
}
