import { SeeRnnError } from '../core/errors.js';
import { suggestion } from '../core/nearest.js';
import { shown } from '../core/options.js';
import { printable } from '../core/printable.js';
import type { LossDialect, LossFunction } from '../graph/losses/loss.js';
import { lossByName, lossNames, ownLoss } from '../graph/losses/named.js';
import type { Tensor } from '../graph/tensor.js';
import { liveReader } from './as-model.js';
import { dealOut, nameOf, outputSlots, type Slots } from './inputs.js';
import type { Model } from './model.js';

/**
 * A loss: a name of Keras's or TF.js's (`meanSquaredError`, `mean_squared_error`, `mse`), one with its options (`lossByName`), or a
 * function of (target, prediction) whose value is averaged.
 */
export type Loss = string | LossFunction | OwnLoss | LiveLoss;

/** A caller's own loss, made of the graph's operations. */
export type OwnLoss = (target: Tensor, prediction: Tensor) => Tensor;

/** A caller's own loss of a live model: a function of TF.js's tensors. Said by what all functions have, so that TypeScript takes parameters without a type for those of {@link OwnLoss}. */
export interface LiveLoss {
  readonly name: string;
  readonly length: number;
  bind(to: undefined): unknown;
}

/** One for all outputs, or a list or record by output name. */
export type PerOutput<T> = T | readonly T[] | Readonly<Record<string, T>>;

/** The losses of a model's outputs: those given, else those it was compiled with; null for an output that adds nothing. */
export function outputLosses(model: Model, given: PerOutput<Loss> | undefined): readonly (LossFunction | null)[] {
  const outputs = outputSlots(model);
  const losses = given === undefined ? model.compiled?.losses : dealt<Loss>(given, outputs, 'loss').map((loss, i) => {
    const name = nameOf('loss', outputs, i);
    if (loss === undefined) throw new SeeRnnError(`${name}: nothing was given`);
    if (!isLoss(loss)) throw new SeeRnnError(`${name}: expected a name or a function, found ${shown(loss)}`);
    return typeof loss === 'string' ? lossNamed(loss, model.dialect) : typeof loss === 'function' ? ownOf(model, loss as OwnLoss) : loss as LossFunction;
  });
  if (!losses?.some((loss) => loss !== null)) {
    throw new SeeRnnError("the model has no loss: compile it, or give one by the option 'loss', e.g. { loss: 'meanSquaredError' }");
  }
  return losses;
}

/** A caller's own loss: of a live model, in its framework's terms. */
const ownOf = (model: Model, loss: OwnLoss): LossFunction => (model.dialect.tfjs && model.origin === null ? liveReader()?.loss(loss) ?? ownLoss(loss) : ownLoss(loss));

/** A factor for each output's loss: those given; those the model was compiled with, where its loss is the compiled one too. */
export function outputFactors(model: Model, loss: PerOutput<Loss> | undefined, given: PerOutput<number> | undefined): readonly number[] {
  const outputs = outputSlots(model);
  const factors = given ?? (loss === undefined ? model.compiled?.lossWeights ?? undefined : undefined);
  if (factors === undefined || typeof factors === 'number') return outputs.names.map(() => factors ?? 1);
  return dealt<number>(factors, outputs, 'lossWeights').map((factor = 1, i) => {
    if (typeof factor !== 'number') throw new SeeRnnError(`${nameOf('lossWeights', outputs, i)}: expected a number, found ${shown(factor)}`);
    return factor;
  });
}

const isLoss = (value: unknown): value is Loss =>
  typeof value === 'string' || typeof value === 'function' || (typeof value === 'object' && value !== null && 'apply' in value && 'reduction' in value);

/** Deals out a list or a record, or one for all. */
function dealt<T>(given: PerOutput<T>, outputs: Slots, what: string): (T | undefined)[] {
  const isOne = (value: unknown): boolean => typeof value !== 'object' || value === null || isLoss(value);
  return isOne(given) ? outputs.names.map(() => given as T) : dealOut<T>(given as T, outputs, what, isOne);
}

function lossNamed(name: string, dialect: LossDialect): LossFunction {
  const found = lossByName(name, {}, dialect);
  if (!found) throw new SeeRnnError(`unknown loss '${printable(name)}'${suggestion(name, lossNames)}`);
  return found;
}
