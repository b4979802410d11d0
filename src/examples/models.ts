import { kerasModel } from '../from/keras/keras-model.js';
import type { Model } from '../model/model.js';
import { initialize } from './initialize.js';
import { Random } from './random.js';

/** The recurrent layers, as Keras calls them. */
export type Kind = 'LSTM' | 'GRU' | 'SimpleRNN';

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

/** What a layer's configuration says besides units and its place: a GRU's reset gate acts on the state, as in See RNN's time. */
export const settings: Readonly<Record<Kind, Readonly<Record<string, unknown>>>> = { LSTM: {}, GRU: { reset_after: false }, SimpleRNN: {} };

/**
 * The model of examples 1 to 7: two recurrent layers, of which the first hands on every timestep and the second only the
 * last. Weights are drawn as Keras draws them, from one seed.
 */
export function twoLayers(recurrent: Recurrent): Model {
  const model = kerasModel({
    layers: [
      layer(recurrent, { name: 'layer1', batch_shape: [null, TIMESTEPS, featuresOf(recurrent)] }, { return_sequences: true }),
      layer(recurrent, { name: 'layer2' }, { return_sequences: false }),
    ],
  }, { loss: 'mean_squared_error' });
  initialize(model, new Random(1));
  return model;
}

function layer({ kind, units, bidirectional }: Recurrent, place: object, sequences: object): object {
  const config = { units, ...sequences, ...settings[kind] };
  if (!bidirectional) return { class_name: kind, config: { ...place, ...config } };
  return { class_name: 'Bidirectional', config: { ...place, layer: { class_name: kind, config } } };
}
