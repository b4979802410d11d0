import type { ColorMapName } from '../../figures/figure.js';
import type { Stretch } from '../figures/cells.js';
import type { OtherNorm } from '../other-norms.js';

/** The values at the ends of the colours: all there are, 99 in 100 of them, each panel's own; or between minus a number and it. */
export type ColorRange = 'all' | 'most' | 'each' | number;

/** A norm over units: Euclidean, the sum of absolute values, the largest of them. */
export type NormName = 'L2' | OtherNorm;

/** Where the crosshair stands. */
export interface Pointed { readonly group: string; readonly x: number }

/** What a reader has chosen, for all figures. */
export interface State {
  readonly samples: readonly number[];
  readonly range: ColorRange;
  /** Of heatmaps whose values lie about zero; and of gates, which lie between 0 and 1. */
  readonly colors: ColorMapName;
  readonly gateColors: ColorMapName;
  /** By which norm over units gradients are shown against time. */
  readonly norm: NormName;
  /** The stretch that is shown, by group of figures; whole where there is none. */
  readonly stretches: ReadonlyMap<string, Stretch>;
  readonly pointed: Pointed | null;
  /** Whether the page is dark. */
  readonly dark: boolean;
}

/** Holds the state and tells of each change. */
export class Store {
  private readonly listeners = new Set<(before: State) => void>();

  constructor(private current: State) {}

  get state(): State { return this.current; }

  change(part: Partial<State>): void {
    const before = this.current;
    this.current = { ...before, ...part };
    for (const listener of this.listeners) listener(before);
  }

  /** @returns what ends it */
  listen(listener: (before: State) => void): () => void {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  }

  stretchOf(group: string, length: number): Stretch { return this.current.stretches.get(group) ?? [0, length - 1]; }

  /** Shows a stretch of a group's figures; null: all. */
  show(group: string, stretch: Stretch | null): void {
    const stretches = new Map(this.current.stretches);
    if (stretch === null) stretches.delete(group);
    else stretches.set(group, stretch);
    this.change({ stretches });
  }

  point(pointed: Pointed | null): void {
    const before = this.current.pointed;
    if (before?.group !== pointed?.group || before?.x !== pointed?.x) this.change({ pointed });
  }
}
