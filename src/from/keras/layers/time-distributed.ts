import { nameText } from '../../../core/printable.js';
import type { Context } from '../../../graph/context.js';
import type { Layer, LayerInputs, Masked } from '../../../graph/layer.js';
import { multiply } from '../../../graph/operations/arithmetic.js';
import { stack, unstack } from '../../../graph/operations/joining.js';
import { any } from '../../../graph/operations/reductions.js';
import { reshape } from '../../../graph/operations/shaping.js';
import { formText, type OpenShape } from '../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import { isStandalone } from '../dialect.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';
import { handedMasks } from './masks.js';

/**
 * Keras's TimeDistributed: (samples, timesteps, ...) goes through a layer, or a model, as if every timestep were a sample.
 *
 * What is inside sees of a mask, (samples, timesteps, ...), what is left of it at each timestep: (samples, ...).
 */
class TimeDistributed extends KerasLayer {
  private readonly layer: KerasLayer;

  constructor(options: KerasOptions) {
    super(options);
    const { layer } = options.held;
    if (!(layer instanceof KerasLayer)) throw this.fail(`layer must be a layer, found ${layer ? 'a list' : 'nothing'}`);
    this.layer = layer;
    this.graph = layer.graph;
    this.parts.push({ name: '', layer });
    const stateful = statefulIn(layer);
    if (stateful) throw this.fail(`it holds '${nameText(stateful.name)}', which is stateful, so that its states would go from timestep to timestep: that is not supported`);
  }

  protected override makeWeights(inputs: readonly OpenShape[]): void {
    this.layer.build(inputs.map((shape) => [shape[0], ...this.checked(shape).slice(2)]));
    this.graph = this.layer.graph;
  }

  override call(given: LayerInputs, context: Context): Masked[] {
    const { options: { training = context.training }, inputs } = given;
    const { computing, passing } = handedMasks(this.dialect, given, this.maskByArgument);
    inputs.forEach(({ shape }) => { this.checked(shape); });
    const [samples, timesteps] = inputs[0].shape;
    for (const { shape } of inputs) if (shape[1] !== timesteps) throw this.fail(`its inputs must have as many timesteps, found ${inputs.map((input) => formText(input.shape)).join(' and ')}`);
    const within: Context = { ...context, training: training === true, fold: context.fold * timesteps, penalise: this.charging(context, timesteps), watch: context.watch && context.watch.within({ fold: timesteps }) };
    if (within.training && !inputs[0].isAbstract && this.stepsDiffer()) return this.byStep(inputs, computing, passing[0] ?? null, { ...within, penalise: this.charging(context, 1) });
    const results = this.layer.call({ inputs: inputs.map(folded), masks: computing.map((mask) => mask && folded(mask)), given: {}, options: {} }, within);
    const apart = (tensor: Tensor): Tensor => reshape(tensor, [samples, timesteps, ...tensor.shape.slice(1)]);
    return results.map(({ value, mask }, i) => ({ value: apart(value), mask: this.outputMask(i, passing[0] ?? null, mask && apart(mask)) }));
  }

  protected override compute(): Tensor { throw new Error('it is called as a whole'); }

  /**
   * Who hears of what activities cost inside. Keras 3 calls what is inside for each timestep, so that there are as many means over the samples, and
   * passes over what the layer itself says of its activity. tf.keras runs a model once more to learn its mask, and counts that, too.
   */
  private charging({ penalise }: Context, timesteps: number): Context['penalise'] {
    if (this.dialect.kerasMajor < 3) {
      const times = this.graph && !isStandalone(this.dialect) ? 2 : 1;
      return (term, mean) => { penalise(times > 1 ? multiply(term, scalar(times)) : term, mean); };
    }
    if (this.layer.parts.length === 0) return () => undefined;
    return (term, mean) => { penalise(mean ? multiply(term, scalar(timesteps)) : term, mean); };
  }

  /** Whether the layer inside gives something else when it is called once for each timestep, as Keras 3 and TF.js call it. */
  private stepsDiffer(): boolean { return (this.dialect.kerasMajor === 3 || this.dialect.tfjs) && usesBatch(this.layer); }

  private byStep(inputs: readonly Tensor[], masks: readonly (Tensor | null)[], mask: Tensor | null, context: Context): Masked[] {
    if (this.graph) throw this.fail('it holds a model with BatchNormalization, which in training takes its statistics from each timestep by itself: that is not supported');
    const steps = inputs.map((input) => unstack(input, 1));
    const maskSteps = masks.map((one) => one && unstack(one, 1));
    const results = steps[0].map((_, t) => this.layer.call({ inputs: steps.map((of) => of[t]), masks: maskSteps.map((of) => of && of[t]), given: {}, options: {} }, context));
    return results[0].map((_, i) => ({ value: stack(results.map((of) => of[i].value), 1), mask: i === 0 ? mask : null }));
  }

  /**
   * Keras 3 and TF.js hand on the mask that comes in; Keras 2 what the layer inside makes of it, else whether anything of a timestep is left.
   *
   * @param inside what the layer inside says, (samples, timesteps, ...)
   */
  private outputMask(output: number, mask: Tensor | null, inside: Tensor | null): Tensor | null {
    const { kerasMajor, tfjs } = this.dialect;
    if (kerasMajor === 3 || tfjs) return output === 0 ? mask : null;
    if (inside || !mask || mask.rank <= 2) return inside ?? mask;
    return any(mask, Array.from({ length: mask.rank - 2 }, (_, i) => i + 2));
  }

  private checked<S extends OpenShape>(shape: S): S {
    if (shape.length < 3) throw this.fail(`expected inputs of at least 3 axes, (samples, timesteps, ...), found ${formText(shape)}`);
    return shape;
  }
}

/** A layer that keeps its states: this one, or one that it is made of. */
const statefulIn = (layer: Layer): Layer | null => (layer.stateful ? layer : layer.parts.map((part) => statefulIn(part.layer)).find((found) => found !== null) ?? null);

/** Whether a layer takes something from all samples of a batch together in training. */
const usesBatch = ({ className, trainable, parts }: KerasLayer): boolean =>
  (className === 'BatchNormalization' && trainable) || parts.some(({ layer }) => layer instanceof KerasLayer && usesBatch(layer));

/** Every timestep as a sample: not copied. */
function folded(tensor: Tensor): Tensor {
  const [samples, timesteps, ...rest] = tensor.shape;
  return reshape(tensor, [samples * timesteps, ...rest]);
}

export const timeDistributedLayers: LayerTable = { TimeDistributed: (options) => new TimeDistributed(options) };
