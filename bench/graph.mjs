// The job's two layers as a model of this project's own, with data: trace(), and a step of training by its gradients.

import { performance } from 'node:perf_hooks';
import { Adam, initialize, Random } from '../dist/examples/index.js';
import { kerasModel, trace } from '../dist/index.js';

export function graphModel(cell, [batch, steps, features, units]) {
  const layer = (config) => ({ class_name: cell, config: { units, ...config } });
  const model = kerasModel({
    layers: [layer({ name: 'lower', return_sequences: true, batch_shape: [null, steps, features] }), layer({ name: 'upper' })],
  }, { loss: 'mean_squared_error' });
  initialize(model, new Random(1));
  const random = new Random(2);
  const x = { data: random.normals(batch * steps * features), shape: [batch, steps, features] };
  const y = { data: random.uniforms(batch * units, -1, 1), shape: [batch, units] };
  const adam = new Adam(model, { learningRate: 4e-3 });
  const timed = async (work) => {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
  };
  return {
    /** The public trace() of one layer's outputs, everything included. */
    trace: () => timed(async () => { (await trace(model, x, y, { layers: 'lower' })).layer('lower').gradient('outputs'); }),
    /** Forward, full backward, Adam. */
    training: () => timed(() => adam.step(x, y)),
  };
}
