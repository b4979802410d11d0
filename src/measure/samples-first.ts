import { sizeOf, type NamedArray } from '../core/array.js';

/** What a layer that has the timesteps in front of the samples (Keras 2's `time_major`) reads or returns, as all others have it; any other array as it is. */
export function samplesFirst(array: NamedArray): NamedArray {
  const { data, shape: [timesteps = 0, samples = 0, ...rest], axes } = array;
  if (axes[0] !== 'timesteps' || axes[1] !== 'samples') return array;
  const inner = sizeOf(rest);
  const turned = data.slice();
  for (let t = 0; t < timesteps; t++) {
    for (let sample = 0; sample < samples; sample++) {
      const from = (t * samples + sample) * inner;
      turned.set(data.subarray(from, from + inner), (sample * timesteps + t) * inner);
    }
  }
  return { data: turned, shape: [samples, timesteps, ...rest], axes: ['samples', 'timesteps', ...axes.slice(2)] };
}
