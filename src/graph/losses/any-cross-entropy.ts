import { binaryCrossEntropy } from './binary-cross-entropy.js';
import { categoricalCrossEntropy, sparseCategoricalCrossEntropy } from './cross-entropy.js';
import type { MakeLoss } from './maker.js';

/** What Keras 3 calls `crossentropy`: the binary one of one number, the sparse one of class indices, else the categorical one. */
export const anyCrossEntropy: MakeLoss = (read, dialect) => {
  const [binary, sparse, categorical] = [binaryCrossEntropy, sparseCategoricalCrossEntropy, categoricalCrossEntropy].map((make) => make(read, dialect));
  return {
    targets: 'any',
    apply(target, prediction) {
      const classes = prediction.shape.at(-1);
      const isSparse = target.rank < prediction.rank || target.shape.at(-1) === 1;
      return (classes === 1 ? binary : isSparse ? sparse : categorical).apply(target, prediction);
    },
  };
};
