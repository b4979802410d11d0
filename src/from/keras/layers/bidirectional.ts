import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { add, multiply } from '../../../graph/operations/arithmetic.js';
import { joinDirections } from '../../../graph/operations/join-directions.js';
import { concatenate } from '../../../graph/operations/joining.js';
import { flip } from '../../../graph/operations/slicing.js';
import type { OpenShape } from '../../../graph/shapes.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import { isStandalone } from '../dialect.js';
import { KerasLayer, type KerasOptions, type LayerTable } from './keras-layer.js';
import { SequenceLayer } from './sequence-layer.js';

const MERGE_MODES = ['concat', 'sum', 'ave', 'mul'] as const;
/** How the two directions' outputs become one; null for neither: two outputs. */
type MergeMode = (typeof MERGE_MODES)[number] | null;

/**
 * Keras's Bidirectional: a layer that reads a sequence forwards and another that reads it backwards. Its weights are the forward layer's, then
 * the backward layer's; initial states likewise, and its returned states.
 */
class Bidirectional extends KerasLayer {
  private readonly forward: SequenceLayer;
  private readonly backward: SequenceLayer;
  readonly mergeMode: MergeMode;

  constructor(options: KerasOptions) {
    super(options);
    const { layer, backward_layer: other } = options.held;
    const template = this.part('layer', layer);
    // As Keras does it: the layer that was given is a pattern, of which both are made.
    this.forward = template.copy({ name: `forward_${template.name.replace(/^forward_/, '')}` });
    this.backward = other === undefined
      ? template.copy({ name: `backward_${template.name.replace(/^(forward|backward)_/, '')}`, go_backwards: !template.goBackwards })
      : this.part('backward_layer', other);
    // Not through the reader alone: here null means something.
    this.mergeMode = this.config['merge_mode'] === null ? null : this.read.choice('merge_mode', MERGE_MODES, 'concat');
    this.parts.push({ name: 'forward', layer: this.forward }, { name: 'backward', layer: this.backward });
    const { forward, backward, dialect } = this;
    if (forward.goBackwards === backward.goBackwards) throw this.fail(`both of its layers read ${forward.goBackwards ? 'backwards' : 'forwards'} (go_backwards)`);
    for (const [option, of] of Object.entries(ALIKE)) {
      if (of(forward) !== of(backward)) throw this.fail(`its two layers must agree on ${option}: the forward layer's is ${of(forward)}, the backward layer's ${of(backward)}`);
    }
    this.stateful = forward.stateful;
    // Keras sets them so, whatever the layers themselves say.
    if (!dialect.tfjs && !isStandalone(dialect)) for (const one of [forward, backward]) one.maskedOutput = one.returnSequences ? 'zero' : 'previous';
  }

  private part(option: string, layer: KerasLayer | readonly KerasLayer[] | undefined): SequenceLayer {
    if (layer instanceof SequenceLayer) return layer;
    throw this.fail(`${option} must be a recurrent layer, such as LSTM, GRU, SimpleRNN or RNN, found ${layer instanceof KerasLayer ? layer.className : 'nothing'}`);
  }

  protected override makeWeights([sequence]: readonly OpenShape[]): void {
    this.forward.build([sequence]);
    this.backward.build([sequence]);
  }

  protected override compute({ inputs: [x, ...initial], masks: [mask] }: LayerInputs, context: Context): Tensor[] {
    const { forward, backward, mergeMode } = this;
    if (initial.length % 2 === 1) throw this.fail(`expected initial states for both directions, found ${initial.length}`);
    const half = initial.length / 2;
    const run = (layer: SequenceLayer, name: string, states: readonly Tensor[]): Tensor[] => layer.call(
      { inputs: [x, ...states], masks: [null, ...states.map(() => null)], given: mask ? { mask } : {}, options: {} },
      context.watch ? { ...context, watch: context.watch.within({ name }) } : context,
    ).map(({ value }) => value);
    const [y, ...last] = run(forward, 'forward', initial.slice(0, half));
    const [yBack, ...lastBack] = run(backward, 'backward', initial.slice(half));
    if (mergeMode === 'concat' && y.rank === 3 && forward.returnSequences && !forward.timeMajor) return [joinDirections(y, yBack), ...last, ...lastBack];
    const turned = forward.returnSequences ? flip(yBack, [forward.timeMajor ? 0 : 1]) : yBack;
    return [...merged(mergeMode, y, turned), ...last, ...lastBack];
  }

  /** Of both directions where they aren't merged; states have none. */
  protected override masksOf({ masks: [mask] }: LayerInputs): readonly (Tensor | null)[] {
    if (!this.forward.returnSequences) return [];
    return this.mergeMode === null ? [mask, mask] : [mask];
  }
}

/** What the two layers must have in common. */
const ALIKE: Readonly<Record<string, (layer: SequenceLayer) => boolean>> = {
  return_sequences: ({ returnSequences }) => returnSequences, return_state: ({ returnState }) => returnState, stateful: ({ stateful }) => stateful, time_major: ({ timeMajor }) => timeMajor,
};

/** Merges the outputs of a layer and of its mirror image, in the same order of time. */
function merged(mode: MergeMode, y: Tensor, yBack: Tensor): Tensor[] {
  switch (mode) {
    case 'concat': return [concatenate([y, yBack], -1)];
    case 'sum': return [add(y, yBack)];
    case 'ave': return [multiply(add(y, yBack), scalar(0.5))];
    case 'mul': return [multiply(y, yBack)];
    case null: return [y, yBack];
  }
}

export const bidirectionalLayers: LayerTable = { Bidirectional: (options) => new Bidirectional(options) };
