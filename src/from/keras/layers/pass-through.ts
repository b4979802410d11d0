import type { LayerInputs } from '../../../graph/layer.js';
import type { Tensor } from '../../../graph/tensor.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';

/** Keras's Identity and ActivityRegularization: what comes in goes out, with its mask. What an activity costs is the base's to tell. */
class PassThrough extends KerasLayer {
  protected override compute({ inputs }: LayerInputs): readonly Tensor[] { return inputs; }

  // Keras 2's Identity says that it supports no masks, but TensorFlow's identity, of which it is made, keeps them.
  protected override masksOf({ masks }: LayerInputs): readonly (Tensor | null)[] { return masks; }
}

export const passThroughLayers: LayerTable = {
  Identity: (options: KerasOptions) => new PassThrough(options),
  ActivityRegularization: (options: KerasOptions) => new PassThrough(options),
};
