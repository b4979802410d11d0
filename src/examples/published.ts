import type { Features0DOptions } from '../figures/features0d.js';
import type { Features1DOptions } from '../figures/features1d.js';
import type { Features2DOptions } from '../figures/features2d.js';
import { afterText, type Iterations } from './example.js';
import type { Kind, Recurrent } from './models.js';

/** An example that See RNN published, as data. */
export interface Published {
  readonly number: number;
  readonly name: string;
  readonly title: string;
  /** What both layers are; with several kinds, one model each, their heatmaps side by side. */
  readonly kinds: readonly Kind[];
  readonly units: number;
  readonly bidirectional: boolean;
  readonly iterations: Iterations;
  /** By which layer's output the gradient is taken. */
  readonly layer: 1 | 2;
  readonly figures: readonly PublishedFigure[];
  /** What it shows, in paragraphs; two versions of one where that depends on how long it trained. */
  readonly about: readonly (string | { readonly usual: string; readonly full: string })[];
}

/** A figure as data: which function draws what, with which options. */
export type PublishedFigure = {
  readonly name: string;
  /** The part of the gradient that is drawn: one sample, or one unit of all; all of it where nothing is said. */
  readonly part?: Readonly<Record<string, number>> & ({ readonly samples: number } | { readonly units: number });
  readonly caption: string;
} & (
  | { readonly draws: 'features0D'; readonly options: Features0DOptions }
  | { readonly draws: 'features1D'; readonly options: Features1DOptions }
  | { readonly draws: 'features2D'; readonly options: Features2DOptions }
);

/** For how many iterations a batch is used. */
export const ITERATIONS_PER_BATCH = 40;

/** What the layers of each of an example's models are. */
export const recurrentsOf = ({ kinds, units, bidirectional }: Published): Recurrent[] => kinds.map((kind) => ({ kind, units, bidirectional }));

/** What stands above a figure. */
export function figureTitle({ kinds, units, bidirectional, layer, iterations }: Published, { part }: PublishedFigure, done: number): string {
  const kind = kinds.length > 1 ? '' : `${bidirectional ? 'Bidirectional ' : ''}${kinds[0]!}, `;
  const of = part === undefined ? '' : 'samples' in part ? `, sample ${part.samples}` : `, unit ${part.units}`;
  return `${kind}${units} units${bidirectional ? ' each way' : ''}, ${afterText(done, iterations)}: gradient by the output of layer ${layer}${of}`;
}

/** The options that a figure is drawn with. What the data say goes before the title. */
export const figureOptions = (figure: PublishedFigure, title: string): Readonly<Record<string, unknown>> =>
  ({ title, valueName: 'gradient', ...figure.options });
