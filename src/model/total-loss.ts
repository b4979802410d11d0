import type { NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { shapeText } from '../core/array.js';
import type { Masked } from '../graph/layer.js';
import type { LossFunction, LossValues } from '../graph/losses/loss.js';
import { both, leading, measureOf, reduced, type Weighed } from '../graph/losses/weighing.js';
import { add, multiply } from '../graph/operations/arithmetic.js';
import { scalar, type Tensor } from '../graph/tensor.js';
import { classWeights } from './class-weights.js';
import { nameOf, outputSlots, shapeOfAll, tensorOf, type Slots } from './inputs.js';
import type { Model } from './model.js';
import { outputFactors, outputLosses, type Loss, type PerOutput } from './output-losses.js';
import type { Part } from './parts.js';
import type { Passed } from './pass.js';
import { penaltyTerms } from './penalties.js';
import type { Precision } from './precision.js';
import { cutTensor, paired } from './targets.js';

export type { Loss, OwnLoss, PerOutput } from './output-losses.js';

/** What the loss is made of, beside the model. */
export interface LossSettings {
  /** What the model was compiled with where undefined. */
  readonly loss: PerOutput<Loss> | undefined;
  /** One factor for each output. */
  readonly lossWeights: PerOutput<number> | undefined;
  /** One array for each output, of all samples: (samples), or (samples, timesteps) for an output with timesteps; undefined for one without. */
  readonly sampleWeight: readonly (NamedArray | undefined)[] | undefined;
  /** Factors by class index, for a model with one output: each sample weighs as its class does. */
  readonly classWeight: Readonly<Record<number, number>> | undefined;
}

/** The loss of a model on given targets, made ready. */
export interface TotalLoss {
  /**
   * Whether parts of a batch have to be measured, every one, before the loss of any is taken: the mean is over what masks leave, which no
   * part knows of the others. A pass forwards will do.
   */
  readonly measuresParts: boolean;
  measure(passed: Pick<Passed, 'outputs'>, part: Part): void;
  /** The loss, a scalar; of a part what it adds to the loss of all. */
  of(passed: Passed, part: Part | null): Tensor;
}

/**
 * The compiled loss as the model's own framework has it: the sum over the outputs of (loss weight) x mean of (mask x sample weight x class
 * weight x loss), plus the penalties of weights and activities. What an output's mask leaves out is left out of the mean, too; TF.js's losses
 * know of no masks.
 *
 * @param y targets of all samples, one array for each output
 * @throws SeeRnnError where something doesn't fit
 */
export function totalLoss(model: Model, y: readonly (NamedArray | undefined)[], settings: LossSettings, precision: Precision): TotalLoss {
  return new CompiledLoss(model, y, settings, precision);
}

/** The loss of one output. */
interface OutputLoss {
  readonly index: number;
  readonly loss: LossFunction;
  readonly factor: number;
  /** Of all samples. */
  readonly target: Tensor;
  /** Of all samples: sample weights, class weights. With what each is called. */
  readonly weights: readonly { readonly what: string; readonly tensor: Tensor }[];
}

class CompiledLoss implements TotalLoss {
  readonly measuresParts: boolean;
  private readonly outputs: readonly OutputLoss[];
  /** What was measured of parts, by where they start, one number for each output. */
  private readonly measures = new Map<number, readonly (number | null)[]>();

  constructor(private readonly model: Model, y: readonly (NamedArray | undefined)[], settings: LossSettings, precision: Precision) {
    const slots = outputSlots(model);
    const factors = outputFactors(model, settings.loss, settings.lossWeights);
    if (settings.classWeight && slots.names.length > 1) throw new SeeRnnError(`classWeight: only a model with one output can have class weights, and this has ${slots.names.length}: give each sample its weight by sampleWeight`);
    this.outputs = outputLosses(model, settings.loss).flatMap((loss, index): OutputLoss[] => {
      if (!loss) return [];
      const target = tensorOf(y[index], nameOf('y', slots, index), 'float', precision);
      const given = settings.sampleWeight?.[index];
      const weights = [
        ...(given ? [{ what: nameOf('sampleWeight', slots, index), tensor: tensorOf(given, '', 'float', precision) }] : []),
        ...(settings.classWeight ? [{ what: 'classWeight', tensor: tensorOf(classWeights(y[index]!, settings.classWeight, loss, model.dialect), '', 'float', precision) }] : []),
      ];
      return [{ index, loss, factor: factors[index], target: loss.prepare?.(target) ?? target, weights }];
    });
    this.measuresParts = this.outputs.some(({ loss, index, weights }) => {
      const masked = loss.masks || (!model.dialect.tfjs && model.graph.outputs[index].masked);
      return loss.reduction === 'mean' ? masked : loss.reduction === 'mean-with-sample-weight' && (masked || weights.length > 0);
    });
  }

  measure({ outputs }: Pick<Passed, 'outputs'>, part: Part): void {
    this.measures.set(part.from, this.outputs.map((one) => measureOf(this.weighed(one, outputs[one.index], part), one.loss.reduction)));
  }

  of({ outputs, activity, weight }: Passed, part: Part | null): Tensor {
    const share = part ? (part.to - part.from) / part.of : 1;
    const terms = this.outputs.map((one, at) => {
      const weighed = this.weighed(one, outputs[one.index], part);
      const own = measureOf(weighed, one.loss.reduction);
      const measured = part && own !== null ? this.measured(at) : own;
      const term = reduced(weighed, one.loss.reduction, measured, share, this.model.dialect);
      return one.factor === 1 ? term : multiply(term, scalar(one.factor));
    });
    const shared = activity.map(({ term, mean }) => (part && mean ? multiply(term, scalar(share)) : term));
    // Where the samples come in parts each weight counts once.
    const penalties = [...shared, ...(part && part.from > 0 ? [] : penaltyTerms(this.model, weight))];
    const alone = this.outputs.find(({ loss }) => loss.reduction === 'none');
    if (alone && terms.length + penalties.length > 1) {
      throw new SeeRnnError(`${nameOf('loss', outputSlots(this.model), alone.index)}: with the reduction 'none' it is a list of numbers, to which Keras can add no other loss or penalty`);
    }
    return [...terms, ...penalties].reduce(add);
  }

  private measured(at: number): number {
    if (!this.measuresParts) throw new SeeRnnError("the batch cannot run in parts (option batchSize): an output has a mask that was not foreseen");
    return [...this.measures.values()].reduce((sum, numbers) => sum + (numbers[at] ?? 0), 0);
  }

  /** The values of one output's loss, and what weighs them. */
  private weighed({ index, loss, target, weights }: OutputLoss, { value, mask }: Masked, part: Part | null): Weighed {
    const slots: Slots = { ...outputSlots(this.model), part };
    const name = nameOf('loss', slots, index);
    const joint = part && loss.joint(value.rank);
    if (joint) throw new SeeRnnError(`the batch cannot run in parts (option batchSize): the loss ${loss.name} ${joint}`);
    const known = this.model.dialect.tfjs ? null : mask;
    const ownTarget = cutTensor(target, slots, nameOf('y', slots, index));
    const cut = weights.map(({ what, tensor }) => ({ what, tensor: cutTensor(tensor, slots, what) }));
    const pair = paired(ownTarget, value, loss, slots, index, known !== null || cut.some(({ tensor }) => tensor.rank > 1));
    const { values, mask: left } = applied(loss, pair.target, pair.prediction, nameOf('y', slots, index));
    // A mean over all samples can be put together from parts of them only where each sample has a loss of its own.
    if (part && values.shape[0] !== part.to - part.from) {
      throw new SeeRnnError(`the batch cannot run in parts (option batchSize): ${name} is a function that gives one value for the batch, not one for each sample`);
    }
    const own = known && leading(known, values);
    if (known && !own) throw new SeeRnnError(`${name}: ${loss.name} goes along an axis of the output's mask, ${shapeText(known.shape)}, so that nothing is masked in its values, ${shapeText(values.shape)}: Keras can't weigh them either`);
    return { values, mask: both(own, left), weights: cut.reduce<Tensor | null>((product, { what, tensor }) => both(product, this.weights(tensor, values, loss, what, slots)), null) };
  }

  /** Weights shaped to go with a loss's values: (samples) holds for all timesteps of a sample. */
  private weights(given: Tensor, values: Tensor, loss: LossFunction, what: string, slots: Slots): Tensor {
    if (values.rank === 0 && loss.joint(0) === null) throw new SeeRnnError(`${what}: the loss function gives one number for the batch, not one for each sample, so there is nothing to weigh`);
    const shaped = given.rank === 0 ? null : leading(given, values);
    if (shaped) return shaped;
    throw new SeeRnnError(`${what}: expected shape ${shapeOfAll(values.shape, slots)}${values.rank > 1 ? ` or ${shapeOfAll(values.shape.slice(0, 1), slots)}` : ''}, found ${shapeOfAll(given.shape, slots)}`);
  }
}

function applied(loss: LossFunction, target: Tensor, prediction: Tensor, what: string): LossValues {
  try {
    return loss.apply(target, prediction);
  } catch (error) {
    if (!(error instanceof SeeRnnError) || error.message.startsWith('loss ')) throw error;
    throw new SeeRnnError(`${what}: ${error.message}`, { cause: error });
  }
}
