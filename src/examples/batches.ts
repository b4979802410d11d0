import type { Batch } from './course.js';
import { featuresOf, TIMESTEPS, widthOf, type Recurrent } from './models.js';
import type { Random } from './random.js';

export const SAMPLES = 16;

/** A batch of examples 1 to 7: x from N(0, 1), y from U(-1, 1). There is nothing to learn in it but the batch itself. */
export function noise(recurrent: Recurrent, random: Random): Batch {
  const [features, width] = [featuresOf(recurrent), widthOf(recurrent)];
  return {
    x: { data: random.normals(SAMPLES * TIMESTEPS * features), shape: [SAMPLES, TIMESTEPS, features], axes: ['samples', 'timesteps', 'features'] },
    y: { data: random.uniforms(SAMPLES * width, -1, 1), shape: [SAMPLES, width], axes: ['samples', 'units'] },
  };
}
