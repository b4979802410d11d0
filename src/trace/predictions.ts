import type { NamedArray } from '../core/array.js';
import type { Masked } from '../graph/layer.js';
import { outputAxes } from '../model/axes.js';
import type { Model } from '../model/model.js';
import type { Part } from '../model/parts.js';
import { Tap } from './tap.js';

/** What a model predicts, and the masks that come with it, pass after pass. */
export class PredictionTaps {
  private readonly outputs: readonly { readonly value: Tap; readonly mask: Tap }[];
  private readonly masked = new Set<number>();

  constructor({ graph, outputNames }: Model) {
    this.outputs = graph.outputs.map(({ node: { layer } }, i) => {
      const what = `the model's output '${outputNames[i]!}'`;
      return { value: new Tap(what, (rank) => outputAxes(layer, rank)), mask: new Tap(`the mask of ${what}`, (rank) => ['samples', 'timesteps', ...Array.from({ length: Math.max(0, rank - 2) }, (_, axis) => `axis${axis + 2}`)].slice(0, rank)) };
    });
  }

  add(outputs: readonly Masked[], part: Part | null, theirs: ReadonlySet<unknown>): void {
    const through = { part, fold: 1, values: true, tape: null, theirs };
    outputs.forEach(({ value, mask }, i) => {
      this.outputs[i]!.value.pass(value, through);
      if (!mask) return;
      this.masked.add(i);
      this.outputs[i]!.mask.pass(mask, through);
    });
  }

  /** One for each output. */
  get values(): NamedArray[] { return this.outputs.map(({ value }) => value.record.value!); }

  /** Null for an output without one. */
  get masks(): (NamedArray | null)[] { return this.outputs.map(({ mask }, i) => (this.masked.has(i) ? mask.record.value : null)); }
}
