import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { KERAS_3, type LayerContext } from '../../src/layers/config.js';
import { ownLayers } from '../../src/layers/registry.js';
import { tensor } from '../trace/seeded.js';

/** Makes one of our layers of a config as the loader does. */
export const own = (name: string, config: Record<string, unknown> = {}, context: LayerContext = KERAS_3): tfl.layers.Layer => ownLayers.get(name)!(config, context);

/** Fills a layer's weights with numbers that are the same every time; variances are positive. */
export function fill(layer: tfl.layers.Layer | tfl.LayersModel, seed = 1, scale = 0.4): void {
  tf.tidy(() => {
    (layer as tfl.layers.Layer).setWeights((layer as tfl.layers.Layer).weights.map(({ shape, originalName }, i) => {
      const values = tensor(seed * 100 + i, shape as number[], scale);
      return originalName.includes('variance') ? tf.add(tf.square(values), 0.5) : values;
    }));
  });
}

/** A model of one layer behind its inputs, with weights. */
export function modelOf(layer: tfl.layers.Layer, ...shapes: readonly (readonly (number | null)[])[]): tfl.LayersModel {
  const inputs = shapes.map((shape) => tfl.input({ shape: [...shape] }));
  const outputs = layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as tfl.SymbolicTensor | tfl.SymbolicTensor[];
  const model = tfl.model({ inputs, outputs });
  fill(layer);
  return model;
}

/** What a model predicts, all of its outputs. */
export const predicted = (model: tfl.LayersModel, ...x: tf.Tensor[]): { data: Float32Array; shape: number[] }[] =>
  tf.tidy(() => [model.predict(x.length === 1 ? x[0]! : x)].flat().map((y) => ({ data: (y as tf.Tensor).dataSync().slice() as Float32Array, shape: (y as tf.Tensor).shape })));
