import type { ArrayInput, NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import type { Call } from '../graph/graph.js';
import { findCall, findCalls, type LayerId } from '../model/find.js';
import type { ArrayInputs } from '../model/inputs.js';
import type { ModelLike } from '../model/live-model.js';
import type { Model } from '../model/model.js';
import type { Loss, PerOutput } from '../model/total-loss.js';
import { LayerRun, type Recording } from './layer-run.js';

/** What a run was made of: what the caller gave, not copies. */
export interface MadeOf {
  readonly model: ModelLike;
  readonly x: ArrayInputs;
  /** Null where the run was made without targets. */
  readonly y: ArrayInputs | null;
  readonly batchSize: number | null;
  readonly loss: PerOutput<Loss> | undefined;
  readonly lossWeights: PerOutput<number> | undefined;
  readonly sampleWeight: PerOutput<ArrayInput> | undefined;
  readonly classWeight: Readonly<Record<number, number>> | undefined;
}

/** One forward and one backward pass through a model, recorded. Plain data: nothing to dispose of. */
export class Run {
  constructor(
    /** The loss, or null where the run was made without targets. */
    readonly loss: number | null,
    /** What the model predicted, one array for each of its outputs. */
    readonly predictions: readonly NamedArray[],
    private readonly model: Model,
    private readonly recordings: ReadonlyMap<Call, Recording>,
    /** What it was made of, so that `verdict(run)` and `report(run)` can look further; null where it was put together of others. */
    readonly madeOf: MadeOf | null = null,
    /** The masks that come with the predictions, 0 where a step of them is left out of the loss; null for one without. */
    readonly masks: readonly (NamedArray | null)[] = predictions.map(() => null),
  ) {}

  /** The names of the recorded layers, each after those it reads from. */
  get layers(): string[] { return [...this.recordings.keys()].map(({ label }) => label); }

  /**
   * One recorded layer, by its index in `model.layers`, its name, or a part of its name that no other has.
   *
   * @throws SeeRnnError where there is no such layer, or several, or it was not among the recorded ones
   */
  layer(id: LayerId): LayerRun { return this.recorded(findCall(this.model, id)); }

  /** Several recorded layers: `'*'` is all that were recorded. */
  select(id: LayerId | readonly LayerId[]): LayerRun[] {
    if (id === '*') return [...this.recordings.values()].map((recording) => new LayerRun(recording));
    return findCalls(this.model, id).map((call) => this.recorded(call));
  }

  private recorded(call: Call): LayerRun {
    const recording = this.recordings.get(call);
    if (!recording) {
      const held = this.layers.length === 0 ? 'no layers' : this.layers.join(', ');
      throw new SeeRnnError(`layer '${call.label}' was not recorded: the run holds ${held}`);
    }
    return new LayerRun(recording);
  }
}
