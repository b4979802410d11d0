import type { NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { findCall, findCalls, type LayerId } from '../model/find.js';
import type { Call, Graph } from '../model/calls.js';
import { LayerRun, type Recording } from './layer-run.js';

/** One forward and one backward pass through a model, recorded. Plain data: nothing to dispose of. */
export class Run {
  constructor(
    /** The loss, or null where the run was made without targets. */
    readonly loss: number | null,
    /** What the model predicted, one array for each of its outputs. */
    readonly predictions: readonly NamedArray[],
    private readonly graph: Graph,
    private readonly recordings: ReadonlyMap<Call, Recording>,
  ) {}

  /** The names of the recorded layers, each after those it reads from. */
  get layers(): string[] { return [...this.recordings.keys()].map(({ label }) => label); }

  /**
   * One recorded layer, by its index in `model.layers`, its name, or a part of its name that no other has.
   *
   * @throws SeeRnnError where there is no such layer, or several, or it was not among the recorded ones
   */
  layer(id: LayerId): LayerRun { return this.recorded(findCall(this.graph, id)); }

  /** Several recorded layers: `'*'` is all that were recorded. */
  select(id: LayerId | readonly LayerId[]): LayerRun[] {
    if (id === '*') return [...this.recordings.values()].map((recording) => new LayerRun(recording));
    return findCalls(this.graph, id).map((call) => this.recorded(call));
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
