import type { NamedArray } from '../core/array.js';
import type { Model } from '../model/model.js';
import type { Drawing } from '../paint/drawing.js';
import type { Training } from './course.js';

/** One of the examples: what is trained, what is looked at, and what is drawn of it. */
export interface Example {
  readonly number: number;
  /** A few words that begin its files' names: `lstm-6-units`. */
  readonly name: string;
  readonly title: string;
  readonly iterations: Iterations;
  /** What it trains, in order; most train one model. None where it looks at a model that comes trained, which takes 0 iterations. */
  readonly trainings: readonly Training[];
  /** What it shows, in paragraphs. */
  about(iterations: number): readonly string[];
  /** Takes the gradients of the trained models and draws them. */
  look(models: readonly Model[], iterations: number): Promise<Look>;
  /** A whole program that makes the same figures. */
  program(iterations: number): string;
}

/** How long an example trains: as published, and by default, where that takes too long. */
export interface Iterations { readonly full: number; readonly usual: number }

/** What an example found. */
export interface Look {
  /** The gradient of each model that was looked at. */
  readonly gradients: readonly NamedArray[];
  readonly figures: readonly DrawnFigure[];
  /** Of a model that came trained. */
  readonly found?: Found;
}

/** What was found of a model that came trained. */
export interface Found {
  readonly name: string;
  /** Its loss on what was looked at. */
  readonly loss: number;
  /** What its numbers say, in paragraphs. */
  readonly about: readonly string[];
}

/** A figure of an example. */
export interface DrawnFigure {
  /** Its file's name without the ending; the example's number and name come before it. */
  readonly name: string;
  readonly drawing: Drawing;
  /** How to read it, and what it shows. */
  readonly caption: string;
}

/** The name of a figure's files, without the ending. */
export const fileName = ({ number, name }: Pick<Example, 'number' | 'name'>, figure: string): string => `${number}-${name}-${figure}`;

/** `after 20 iterations`, or `after 40 of 200 iterations`. */
export const afterText = (iterations: number, { full }: Iterations): string =>
  `after ${iterations === full ? '' : `${iterations} of `}${full} iterations`;
