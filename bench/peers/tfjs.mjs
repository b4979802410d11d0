// TF.js as a peer, on its WASM backend: its own layers, and the same under accelerate().

import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { performance } from 'node:perf_hooks';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tfl from '@tensorflow/tfjs-layers';
import { accelerate } from '../../dist/tfjs.js';

export async function startTf() {
  setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  await tf.setBackend('wasm');
}

const factories = { LSTM: 'lstm', GRU: 'gru', SimpleRNN: 'simpleRNN' };

/** The job's two layers as a TF.js model, with data. Everything is `dispose`d together. */
export function tfModel(cell, [batch, steps, features, units]) {
  // TF.js's own start for recurrent weights, orthogonal, takes minutes at 512 units.
  const layer = (args) => tfl.layers[factories[cell]]({
    units, recurrentInitializer: 'glorotNormal', ...(cell === 'SimpleRNN' ? {} : { recurrentActivation: 'sigmoid' }), ...args,
  });
  const lower = layer({ name: 'lower', returnSequences: true, inputShape: [steps, features] });
  const upper = layer({ name: 'upper' });
  const model = tfl.sequential({ layers: [lower, upper] });
  model.compile({ optimizer: tf.train.adam(4e-3), loss: 'meanSquaredError' });
  const x = tf.randomNormal([batch, steps, features], 0, 1, 'float32', 1);
  const y = tf.randomUniform([batch, units], -1, 1, 'float32', 2);

  const timed = async (work) => {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
  };
  return {
    /** TF.js's own layers and differentiation. */
    plainTrace: () => timed(() => tf.tidy(() => {
      const h = lower.apply(x);
      tf.grad((value) => tf.losses.meanSquaredError(y, upper.apply(value)))(h).dataSync();
    })),
    plainTraining: () => timed(() => model.trainOnBatch(x, y)),
    async acceleratedTraining() {
      const { restore } = accelerate(model);
      const seconds = await timed(() => model.trainOnBatch(x, y));
      restore();
      return seconds;
    },
    dispose() {
      model.dispose();
      tf.dispose([x, y]);
    },
  };
}
