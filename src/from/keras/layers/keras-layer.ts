import type { SeeRnnError } from '../../../core/errors.js';
import { plainAxes } from '../../../core/array.js';
import type { Context } from '../../../graph/context.js';
import type { Graph } from '../../../graph/graph.js';
import type { Layer, LayerInputs, LayerPart, Masked, RecurrentLayer } from '../../../graph/layer.js';
import type { OpenShape } from '../../../graph/shapes.js';
import type { Tensor } from '../../../graph/tensor.js';
import { StoredWeight, type Penalty } from '../../../graph/weight.js';
import { ConfigReader, type Config } from '../config-reader.js';
import type { Dialect } from '../dialect.js';
import { activityPenalty, activityTerm } from './activity.js';
import { initialIn } from './initial.js';
import { handedMasks } from './masks.js';
import { penaltyIn } from './penalty.js';

/** What a Keras layer is made from. */
export interface KerasOptions {
  readonly name: string;
  /** As the file has it. */
  readonly className: string;
  readonly config: Config;
  readonly dialect: Dialect;
  /** The layers that it holds, built, by the option that holds them: `layer`, `backward_layer`, `cell`, `cells`. */
  readonly held: Readonly<Record<string, KerasLayer | readonly KerasLayer[]>>;
}

/** Makes a layer of one class. */
export type MakeLayer = (options: KerasOptions) => KerasLayer;
/** Layers by the classes that Keras has for them today. */
export type LayerTable = Readonly<Record<string, MakeLayer>>;

/** How a weight is made; its penalty is what the layer's option `<role>_regularizer` says. */
export interface WeightOptions {
  readonly shape: readonly number[];
  /** How the weight's options start, where that is not its name: `recurrent` of `recurrent_kernel`. */
  readonly role?: string;
  readonly axes?: readonly string[];
  /** False for what training doesn't change: moving averages. */
  readonly trainable?: boolean;
  /** What Keras starts it with where its initializer doesn't say: 1 of a gamma; 0 of others, also of those that it draws at random. */
  readonly usual?: 0 | 1;
  /** From where to where along its last axis it starts with ones whatever its initializer says: an LSTM's forget gate. */
  readonly ones?: readonly [from: number, to: number] | null;
}

/**
 * A layer of Keras: what its configuration says, its weights, and what it computes, by operations of the graph.
 *
 * It is called twice as a rule: on abstract tensors, to find its shapes, and on real ones. `compute` must be the same code for both, so
 * it never looks at numbers, and makes no arrays of its inputs' sizes but by operations.
 */
export abstract class KerasLayer implements Layer {
  readonly name: string;
  readonly className: string;
  readonly config: Config;
  readonly dialect: Dialect;
  /** False where its weights are frozen. */
  readonly trainable: boolean;
  readonly weights: StoredWeight[] = [];
  readonly parts: LayerPart[] = [];
  graph: Graph | null = null;
  stateful = false;
  recurrent: RecurrentLayer | null = null;
  notRecurrent: string | null = null;
  /** Whether masks end here whatever the layer is: of a live layer that says so. */
  endsMasks = false;
  protected readonly read: ConfigReader;
  /** Whether a mask of the input goes on with the output; where not, it ends here. */
  protected passesMask = false;
  /** Whether its call has an argument for each tensor's mask, as attention's has: `query_mask`, `value_mask`. */
  protected maskByArgument = false;
  private built = false;
  /** What is charged for what it gives; null where nothing is. */
  readonly activity: Penalty | null;

  constructor({ name, className, config, dialect }: KerasOptions) {
    this.name = name;
    this.className = className;
    this.config = config;
    this.dialect = dialect;
    this.read = new ConfigReader(className, config, name);
    this.trainable = this.read.flag('trainable', true);
    this.activity = activityPenalty(className, this.read);
  }

  /** Makes its weights for inputs of these shapes; once. */
  build(inputs: readonly OpenShape[]): void {
    if (this.built) return;
    this.makeWeights(inputs);
    this.built = true;
  }

  /** Makes the layer's weights, in Keras's order, and builds its parts. */
  protected makeWeights(_inputs: readonly OpenShape[]): void { /* most layers have none */ }

  /**
   * What the layer computes: one tensor for each of its outputs. `masks` are those that Keras hands on, one for each input: what the call gives
   * as its mask, or those that came with the inputs.
   */
  protected abstract compute(given: LayerInputs, context: Context): Tensor | readonly Tensor[];

  /** The masks that go with its outputs, one for each. `masks` are those of the first argument, or what the call gives as its mask. */
  protected masksOf({ masks }: LayerInputs, _outputs: readonly Tensor[]): readonly (Tensor | null)[] { return this.passesMask ? [masks[0] ?? null] : []; }

  call(given: LayerInputs, context: Context): Masked[] {
    const { training } = given.options;
    const { computing, passing } = handedMasks(this.dialect, given, this.maskByArgument);
    const computed = this.compute({ ...given, masks: computing }, typeof training === 'boolean' ? { ...context, training } : context);
    const outputs = Array.isArray(computed) ? computed as readonly Tensor[] : [computed as Tensor];
    // A graph's call is charged by who runs it: see `charge`.
    if (context.call?.layer !== this) this.charge(outputs, context);
    const masks = this.endsMasks ? [] : this.masksOf({ ...given, masks: passing }, outputs);
    return outputs.map((value, i) => ({ value, mask: masks[i] ?? null }));
  }

  charge(outputs: readonly Tensor[], { penalise }: Context): void {
    if (!this.activity) return;
    for (const output of outputs) {
      const charged = activityTerm(this.activity, output, this.dialect);
      if (charged) penalise(charged.term, charged.mean);
    }
  }

  protected weight(name: string, { shape, role = name, axes = plainAxes(shape.length), trainable = true, usual = 0, ones = null }: WeightOptions): StoredWeight {
    const weight = new StoredWeight({ name, shape, axes, trainable, penalty: penaltyIn(this.read, `${role}_regularizer`), initial: initialIn(this.read, `${role}_initializer`, usual, ones) });
    this.weights.push(weight);
    return weight;
  }

  protected fail(what: string): SeeRnnError { return this.read.error(what); }
}
