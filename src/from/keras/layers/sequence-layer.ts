import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import type { MaskedOutput } from '../../../graph/operations/masked-steps.js';
import type { Tensor } from '../../../graph/tensor.js';
import type { Config } from '../config-reader.js';
import { isStandalone } from '../dialect.js';
import { KerasLayer, type KerasOptions } from './keras-layer.js';

/** A layer that is made anew from what it was made of, without its weights. */
export abstract class CopiedLayer extends KerasLayer {
  constructor(private readonly madeFrom: KerasOptions) { super(madeFrom); }

  /** The same layer with other options, and with weights of its own. */
  copy(changes: Config = {}): this {
    const make = this.constructor as new (options: KerasOptions) => this;
    const { config, held } = this.madeFrom;
    const again = (layer: KerasLayer): KerasLayer => (layer instanceof CopiedLayer ? layer.copy() : layer);
    return new make({
      ...this.madeFrom, config: { ...config, ...changes }, name: typeof changes['name'] === 'string' ? changes['name'] : this.name,
      held: Object.fromEntries(Object.entries(held).map(([key, layers]) => [key, layers instanceof KerasLayer ? again(layers) : layers.map(again)])),
    });
  }
}

/**
 * What the layers that run a cell over a sequence have in common. Their inputs are the sequence and, optionally, initial states, one by one in
 * the order of their cells; their outputs are the sequence's or the last step's and, where asked for, the last states.
 */
export abstract class SequenceLayer extends CopiedLayer {
  readonly returnSequences = this.read.flag('return_sequences', false);
  readonly returnState = this.read.flag('return_state', false);
  /** Whether the sequence is read from its end; the outputs are then in the order of reading. */
  readonly goBackwards = this.read.flag('go_backwards', false);
  /** Whether inputs and outputs have the timesteps in front of the samples. */
  readonly timeMajor = this.read.flag('time_major', false);
  /** A Bidirectional layer sets its own. */
  maskedOutput: MaskedOutput;

  constructor(options: KerasOptions) {
    super(options);
    this.stateful = this.read.flag('stateful', false);
    const { dialect } = this;
    this.maskedOutput = this.read.flag('zero_output_for_mask', false) ? 'zero' : dialect.tfjs || isStandalone(dialect) ? 'state' : 'previous';
    this.read.refuse('num_constants', (value) => value === 0, 'constants beside the states are not supported');
  }

  /** The states that it starts from: those it is called with, or those that a stateful layer has kept; none for zeros. */
  protected initialStates(x: Tensor, given: readonly Tensor[], { states }: Context): readonly Tensor[] {
    if (!this.stateful) return given;
    const kept = states.of(this) ?? [];
    // Keras 2 takes what it is called with only where the kept states are all zeros.
    const held = kept[0]?.shape[0];
    if (held !== undefined && held !== x.shape[0] && given.length === 0) {
      throw this.fail(`it is stateful and holds the states of ${held} sample${held === 1 ? '' : 's'}, found ${x.shape[0]} sample${x.shape[0] === 1 ? '' : 's'}; model.resetStates() forgets them`);
    }
    const counts = kept.length > 0 && (given.length === 0 || (this.dialect.kerasMajor < 3 && !this.dialect.tfjs && kept.some((state) => state.numbers?.some((value) => value !== 0))));
    return counts ? kept : given;
  }

  /** States have no mask. */
  protected override masksOf({ masks }: LayerInputs, _outputs: readonly Tensor[]): readonly (Tensor | null)[] { return this.returnSequences ? [masks[0]] : []; }
}
