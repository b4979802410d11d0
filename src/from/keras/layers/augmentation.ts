import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import type { Tensor } from '../../../graph/tensor.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';

/** Keras's layers that change images at random in training, and else leave them alone. A mask ends there. */
class Augmentation extends KerasLayer {
  constructor(options: KerasOptions) {
    super(options);
    if (this.dialect.tfjs) throw this.fail('changes images at random whenever it is called in TF.js, which is not supported: leave it out of the model');
  }

  protected override compute({ inputs: [x] }: LayerInputs, { training }: Context): Tensor {
    if (training) throw this.fail('changes images at random in training, which is not supported: trace the model as it predicts, or without this layer');
    return x;
  }
}

const AUGMENTATIONS = [
  'RandomFlip', 'RandomTranslation', 'RandomRotation', 'RandomZoom', 'RandomContrast', 'RandomBrightness', 'RandomHeight', 'RandomWidth', 'RandomShear', 'RandomPerspective',
  'RandomErasing', 'RandomColorDegeneration', 'RandomColorJitter', 'RandomGaussianBlur', 'RandomGrayscale', 'RandomHue', 'RandomInvert', 'RandomPosterization', 'RandomSaturation',
  'RandomSharpness', 'RandomElasticTransform', 'AugMix', 'CutMix', 'MixUp', 'RandAugment',
];

export const augmentationLayers: LayerTable = Object.fromEntries(AUGMENTATIONS.map((name) => [name, (options: KerasOptions) => new Augmentation(options)]));
