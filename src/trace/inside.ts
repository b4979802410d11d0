import type { NamedArray, Numbers } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import type { Floats } from '../cells/floats.js';
import { reversedInTime } from '../cells/layout.js';
import { termNorms, TermSums, type StepNorms } from '../cells/step-norms.js';
import type { Inside, InsideName, Place, SeenBack, SeenForward, Watch } from '../cells/watch.js';
import { memoryBudget, mebibytes } from '../kernels/budget.js';
import { Joined } from '../model/joined.js';
import type { Part } from '../model/parts.js';
import type { RecurrentQuantity } from './quantities.js';

/** States, and gates by their names. */
export interface StateArrays {
  readonly hidden: NamedArray | null;
  readonly cell: NamedArray | null;
  readonly gates: Readonly<Record<string, NamedArray>> | null;
}

/** What was recorded of one recurrence of a layer. Time in input order throughout; what was not asked for is null. */
export interface InsideRecord {
  /** '' where it is the only one; `forward`, `backward`; `0`, `1` of stacked cells; `forward/1`. */
  readonly part: string;
  readonly kind: 'LSTM' | 'GRU' | 'SimpleRNN';
  readonly units: number;
  /** In the order in which their weights are stored. */
  readonly gates: readonly string[];
  /** Whether the layer's input is read from the end. */
  readonly backwards: boolean;
  readonly hasCellState: boolean;
  /** Of a state or a gate: (samples, timesteps, units). */
  readonly shape: readonly number[];
  readonly axes: readonly string[];
  readonly values: StateArrays;
  /** Nulls too where nothing of it leads to the loss. */
  readonly gradients: StateArrays;
  /** By weight; null as the gradients. */
  readonly weightSteps: StepNorms | null;
  readonly hasBias: boolean;
  /** (samples, timesteps), 0 where a step is skipped; null where none is. */
  readonly mask: NamedArray | null;
  /** (samples, timesteps): 1 where something of the loss comes in at the step itself. */
  readonly entered: Numbers | null;
  /** Whether the backward pass came by. */
  readonly reached: boolean;
  /** How many adjoints were flushed at each timestep; null where none were counted. */
  readonly flushed: Float64Array | null;
}

/** What is to be recorded inside a layer's recurrences. */
export interface WantedInside {
  readonly label: string;
  readonly values: ReadonlySet<InsideName>;
  readonly gradients: ReadonlySet<RecurrentQuantity>;
}

/** Records what goes on inside the recurrences of a layer; a pass takes all samples or a part of them. */
export class InsideRecorder {
  private readonly parts = new Map<string, PartRecorder>();

  constructor(private readonly wanted: WantedInside) {}

  /** @param fold how many samples of the call are one of the model's */
  watch(part: Part | null, fold: number): Watch {
    const { label, values, gradients } = this.wanted;
    const at = (place: Required<Place>): Watch => ({
      label, values, gradients,
      wentForward: (seen) => { this.recorder(place.name).forward(seen, place, part); },
      wentBack: (seen) => { this.recorder(place.name).back(seen, place, part); },
      within: ({ name = '', fold = 1, reversed = false }) => at({
        name: [place.name, name].filter((piece) => piece !== '').join('/'), fold: place.fold * fold, reversed: place.reversed !== reversed,
      }),
    });
    return at({ name: '', fold, reversed: false });
  }

  /** One for each recurrence that ran on our cells. */
  get records(): InsideRecord[] { return [...this.parts.values()].map((part) => part.record); }

  /** How many adjoints were flushed at each timestep, in all recurrences together; null where they were counted in none, or not in all. */
  get flushed(): Float64Array | null {
    const all = this.records.filter(({ reached }) => reached).map(({ flushed }) => flushed);
    return all.length === 0 ? null : all.reduce((sum, one) => sum && one && sum.map((count, step) => count + one[step]!));
  }

  private recorder(name: string): PartRecorder {
    const known = this.parts.get(name) ?? new PartRecorder(name, this.wanted);
    this.parts.set(name, known);
    return known;
  }
}

/** Arrays of states and gates, as they come. */
class States {
  private readonly states = { hidden: new Joined(), cell: new Joined() };
  private readonly gates = new Map<string, Joined>();

  add({ hidden, cell, gates }: Inside, add: (to: Joined, values: Floats) => void): void {
    if (hidden) add(this.states.hidden, hidden);
    if (cell) add(this.states.cell, cell);
    for (const [name, values] of Object.entries(gates ?? {})) {
      const to = this.gates.get(name) ?? new Joined();
      this.gates.set(name, to);
      add(to, values);
    }
  }

  record(shape: readonly number[], axes: readonly string[]): StateArrays {
    const named = ({ whole }: Joined): NamedArray | null => whole && { data: whole, shape: [...shape], axes: [...axes] };
    const { states: { hidden, cell }, gates } = this;
    return { hidden: named(hidden), cell: named(cell), gates: gates.size === 0 ? null : Object.fromEntries([...gates].map(([name, joined]) => [name, named(joined)!])) };
  }
}

class PartRecorder {
  private readonly values = new States();
  private readonly gradients = new States();
  private readonly masks = new Joined();
  private readonly entered = new Joined();
  private flushed: Float64Array | null = null;
  private reached = false;
  private seen: { readonly forward: SeenForward; readonly place: Required<Place>; readonly shape: readonly number[] } | null = null;
  private norms: StepNorms | null = null;
  private terms: TermSums | null = null;

  constructor(private readonly name: string, private readonly wanted: WantedInside) {}

  forward(seen: SeenForward, place: Required<Place>, part: Part | null): void {
    const { samples, timesteps, recurrence: { units }, mask, values } = seen;
    const leading = place.fold === 1 ? [samples] : [samples / place.fold, place.fold];
    this.seen = { forward: { ...seen, values: {} }, place, shape: [...(part ? leading.with(0, part.of) : leading), timesteps, units] };
    this.values.add(values, (to, array) => { this.join(to, array, part); });
    if (this.wanted.values.size + this.wanted.gradients.size === 0) return;
    // A mask that a part of the samples has is a mask of all.
    if (mask) this.join(this.masks, Uint8Array.from(mask, (one) => (one ? 1 : 0)), part);
  }

  back({ flushed, gradients, terms, entered }: SeenBack, { reversed }: Required<Place>, part: Part | null): void {
    const counts = flushed && reversed ? flushed.toReversed() : flushed;
    this.flushed = this.reached ? this.flushed && counts && this.flushed.map((count, step) => count + counts[step]!) : counts;
    this.reached = true;
    this.gradients.add(gradients, (to, array) => { this.join(to, array, part); });
    if (entered) this.join(this.entered, entered, part);
    if (!terms) return;
    if (part === null) {
      this.norms = termNorms(terms);
      return;
    }
    const bytes = TermSums.bytes(terms);
    if (this.terms === null && bytes > memoryBudget()) {
      throw new SeeRnnError(`layer '${this.wanted.label}': 'weight-steps' of samples that run in parts take ${mebibytes(bytes)}, more than the memory budget of ${mebibytes(memoryBudget())}: `
        + 'run all samples at once, or fewer, or set another by setMemoryBudget()');
    }
    this.terms ??= new TermSums();
    this.terms.add(terms);
  }

  get record(): InsideRecord {
    const { forward: { recurrence: { cell, units, backwards }, hasBias }, place: { reversed }, shape } = this.seen!;
    const leading = shape.length - 2;
    const axes = ['samples', ...Array.from({ length: leading - 1 }, (_, i) => `axis${i + 1}`), 'timesteps', 'units'];
    const mask = this.masks.whole;
    const norms = this.norms ?? this.terms?.norms() ?? null;
    return {
      part: this.name, kind: cell.kind, units, gates: cell.gates, backwards: backwards !== reversed, hasCellState: cell.hasCellState, shape, axes,
      values: this.values.record(shape, axes),
      gradients: this.gradients.record(shape, axes),
      weightSteps: norms && reversed ? Object.fromEntries(Object.entries(norms).map(([weight, all]) => [weight, all.toReversed()])) : norms,
      hasBias,
      mask: mask && { data: mask, shape: shape.slice(0, -1), axes: axes.slice(0, -1) },
      entered: this.entered.whole,
      reached: this.reached,
      flushed: this.flushed,
    };
  }

  /** Puts an array of (samples, timesteps, ...) in its place. */
  private join(to: Joined, values: Floats | Uint8Array, part: Part | null): void {
    const { forward: { samples, timesteps }, place: { fold, reversed } } = this.seen!;
    const ordered = reversed ? reversedInTime(values, samples, timesteps) : values;
    to.add(ordered, [samples / fold, fold, values.length / samples], part);
  }
}
