import { SeeRnnError } from '../../core/errors.js';
import { shown } from '../../core/options.js';
import { Tensor } from '../tensor.js';
import { anyCrossEntropy } from './any-cross-entropy.js';
import { binaryCrossEntropy } from './binary-cross-entropy.js';
import { circle } from './circle.js';
import { cosineSimilarity } from './cosine-similarity.js';
import { categoricalCrossEntropy, sparseCategoricalCrossEntropy } from './cross-entropy.js';
import { ctc } from './ctc.js';
import { binaryFocalCrossEntropy, categoricalFocalCrossEntropy } from './focal.js';
import { categoricalGeneralizedCrossEntropy } from './generalized-cross-entropy.js';
import { categoricalHinge, hinge, squaredHinge } from './hinge.js';
import { klDivergence } from './kl-divergence.js';
import type { LossDialect, LossFunction } from './loss.js';
import { LossOptionsReader, type LossOptions } from './loss-options.js';
import type { MakeLoss } from './maker.js';
import { dice, tversky } from './overlap.js';
import { huber, logCosh, meanAbsoluteError, meanAbsolutePercentageError, meanSquaredError, meanSquaredLogarithmicError, poisson } from './regression.js';

/** Losses by the names they have here, TF.js's where it has the loss, and what else they are called. Names are compared without case and underscores. */
const LOSSES: Readonly<Record<string, { readonly make: MakeLoss; readonly aliases?: readonly string[] }>> = {
  meanSquaredError: { make: meanSquaredError, aliases: ['mse'] },
  meanAbsoluteError: { make: meanAbsoluteError, aliases: ['mae'] },
  meanAbsolutePercentageError: { make: meanAbsolutePercentageError, aliases: ['mape'] },
  meanSquaredLogarithmicError: { make: meanSquaredLogarithmicError, aliases: ['msle'] },
  huber: { make: huber, aliases: ['huberLoss'] },
  logcosh: { make: logCosh },
  poisson: { make: poisson },
  cosineProximity: { make: cosineSimilarity, aliases: ['cosine', 'cosineSimilarity'] },
  kullbackLeiblerDivergence: { make: klDivergence, aliases: ['kld', 'klDivergence'] },
  hinge: { make: hinge },
  squaredHinge: { make: squaredHinge },
  categoricalHinge: { make: categoricalHinge },
  binaryCrossentropy: { make: binaryCrossEntropy, aliases: ['bce'] },
  categoricalCrossentropy: { make: categoricalCrossEntropy },
  sparseCategoricalCrossentropy: { make: sparseCategoricalCrossEntropy },
  crossentropy: { make: anyCrossEntropy, aliases: ['ce'] },
  binaryFocalCrossentropy: { make: binaryFocalCrossEntropy, aliases: ['binaryFocalLoss'] },
  categoricalFocalCrossentropy: { make: categoricalFocalCrossEntropy, aliases: ['categoricalFocalLoss'] },
  categoricalGeneralizedCrossEntropy: { make: categoricalGeneralizedCrossEntropy },
  dice: { make: dice },
  tversky: { make: tversky },
  circle: { make: circle },
  ctc: { make: ctc },
};

const simple = (name: string): string => name.replace(/[^a-z0-9]/gi, '').toLowerCase();

/** Every name a loss goes by -> the one it has here. */
const names: ReadonlyMap<string, string> = new Map(Object.entries(LOSSES).flatMap(([name, { aliases = [] }]) => [name, ...aliases].map((alias): [string, string] => [simple(alias), name])));

/** The losses there are, by the names they have here. */
export const lossNames: readonly string[] = Object.keys(LOSSES);

/**
 * A loss by any of its names, TF.js's or those of either generation of Keras: `meanSquaredError`, `mean_squared_error`, `mse`, `MeanSquaredError`.
 *
 * @param options as Keras's classes have them, e.g. `{ from_logits: true }`
 * @param dialect whose formulas and means count: Keras 3's where nobody says
 * @returns null for a name that is not known
 * @throws SeeRnnError for an option that is no such thing
 */
export function lossByName(given: string, options: LossOptions = {}, dialect: LossDialect = { kerasMajor: 3, tfjs: false }): LossFunction | null {
  // Not to be searched through: a file may have any text there.
  const name = typeof given !== 'string' || given.length > 100 ? undefined : names.get(simple(given));
  if (name === undefined) return null;
  const read = new LossOptionsReader(given, options);
  return { name, reduction: read.reduction(), masks: false, joint: () => null, ...LOSSES[name].make(read, dialect) };
}

/**
 * A loss of the caller's own: a function of (target, prediction) whose value is averaged.
 *
 * Its loss throws SeeRnnError where the function gives anything but a tensor.
 */
export const ownLoss = (of: (target: Tensor, prediction: Tensor) => Tensor): LossFunction => ({
  name: 'a function', targets: 'any', reduction: 'mean', masks: false, joint: () => null,
  apply: (target, prediction) => {
    const values: unknown = of(target, prediction);
    if (!(values instanceof Tensor)) throw new SeeRnnError(`loss: the function must give a tensor, made by operations of the two that it gets, found ${shown(values)}`);
    return { values, mask: null };
  },
});
