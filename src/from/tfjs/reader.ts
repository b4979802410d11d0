import { readLiveModelsBy } from '../../model/as-model.js';
import { adoptLayersBy } from '../keras/adopting.js';
import { ForeignLayer } from './foreign/foreign-layer.js';
import { foreignLoss, type TfLoss } from './foreign/foreign-loss.js';
import { findTf } from './foreign/tf.js';
import type { TfLayer, TfModel } from './internals.js';
import { layerOf, modelOf, originalOf, paramOf } from './live-model.js';

/** Lets every function that takes a model take a live one of TF.js, too. */
export const readTfjsModels = (): void => {
  readLiveModelsBy({ model: (live) => modelOf(live as unknown as TfModel), layer: layerOf, original: originalOf, param: paramOf, loss: (loss) => foreignLoss(loss as TfLoss) });
  adoptLayersBy((live, options) => {
    const layer = new ForeignLayer(options, live as unknown as TfLayer, new Map());
    return {
      layer,
      ready: async () => {
        await findTf();
        layer.handOver();
      },
    };
  });
};
