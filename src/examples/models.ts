import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential, type LayersModel } from '@tensorflow/tfjs-layers';
import type { Layer } from '../model/internals.js';
import { initialize } from './initialize.js';
import { Random } from './random.js';

/** TF.js's names of the recurrent layers. */
export type Kind = 'lstm' | 'gru' | 'simpleRNN';

/** What the layers of an example's model are. */
export interface Recurrent {
  readonly kind: Kind;
  /** In each direction. */
  readonly units: number;
  readonly bidirectional: boolean;
}

/** How wide a layer's output is: both directions side by side. */
export const widthOf = ({ units, bidirectional }: Recurrent): number => (bidirectional ? 2 : 1) * units;

/** How many features the input has: as See RNN's examples have it, twice the units. */
export const featuresOf = ({ units }: Recurrent): number => 2 * units;

export const TIMESTEPS = 100;

/**
 * The model of examples 1 to 7: two recurrent layers, of which the first hands on every timestep and the second only the
 * last. Weights are drawn as Keras draws them, from one seed.
 */
export function twoLayers(recurrent: Recurrent): LayersModel {
  const model = sequential({
    layers: [
      layer(recurrent, { name: 'layer1', returnSequences: true, inputShape: [TIMESTEPS, featuresOf(recurrent)] }),
      layer(recurrent, { name: 'layer2', returnSequences: false }),
    ],
  });
  initialize(model, new Random(1));
  model.compile({ optimizer: tf.train.adam(4e-3), loss: 'meanSquaredError' });
  return model;
}

interface Place { readonly name: string; readonly returnSequences: boolean; readonly inputShape?: number[] }

function layer({ kind, units, bidirectional }: Recurrent, { returnSequences, ...place }: Place): Layer {
  if (!bidirectional) return recurrentLayer(kind, { units, returnSequences, ...place });
  return layers.bidirectional({ layer: recurrentLayer(kind, { units, returnSequences }) as never, mergeMode: 'concat', ...place });
}

/** Keras's defaults, where TF.js has others. The zeros are for `initialize` to replace. */
function recurrentLayer(kind: Kind, place: { readonly units: number; readonly returnSequences: boolean }): Layer {
  const config = { ...place, recurrentInitializer: 'zeros' } as const;
  switch (kind) {
    case 'lstm': return layers.lstm({ ...config, recurrentActivation: 'sigmoid', unitForgetBias: true });
    case 'gru': return layers.gru({ ...config, recurrentActivation: 'sigmoid' });
    case 'simpleRNN': return layers.simpleRNN(config);
  }
}
