import type { NamedArray } from '../../core/array.js';
import type { Drawn, Space } from '../figures/drawn.js';
import type { Option } from './dom.js';
import type { Kept } from './kept.js';
import type { State, Store } from './state.js';

/** A figure of the report as what it is, before it has a place on the page. */
export interface Sheet {
  /** What its files are called, without the ending. */
  readonly file: string;
  readonly heading: string;
  /** Whether it takes the page's whole width. */
  readonly wide: boolean;
  /** How to read it. */
  readonly about: string;
  /** What can be chosen of it. */
  readonly choices: readonly Choice[];
  /** Which of the reader's choices for all figures it follows. */
  readonly follows: readonly (keyof State & ('samples' | 'range' | 'colors' | 'gateColors' | 'norm'))[];
  draw(request: Request): Drawn;
  /** The numbers behind it. */
  data(request: Request): NamedArray;
}

export interface Choice {
  readonly name: string;
  readonly label: string;
  /** Of the figure's other choices. */
  options(chosen: Chosen): readonly Option[];
}

export type Chosen = ReadonlyMap<string, string>;

export interface Request {
  readonly space: Space;
  readonly store: Store;
  readonly chosen: Chosen;
  /** What it was drawn from last. */
  readonly kept: Kept;
  /** The only panel that is wanted, by its place among all; null: all of them. */
  readonly panel: number | null;
}

/** Of all panels, those that are wanted. */
export const wanted = <T>(panels: readonly T[], { panel }: Pick<Request, 'panel'>): readonly T[] => (panel === null ? panels : panels.slice(panel, panel + 1));

/** What a name may hold in a file's name on every system. */
export const fileName = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('-').replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+/, '').slice(0, 100) || 'figure';
