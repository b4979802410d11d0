import type * as tfjs from '@tensorflow/tfjs-core';
import { SeeRnnError } from '../../../core/errors.js';

/** TF.js itself, which only those have whose models are TF.js's. */
export type Tf = typeof tfjs;

let loaded: Tf | null = null;

/** Says which TF.js it is: `see-rnn/tfjs` does. */
export const provideTf = (tf: Tf): void => { loaded = tf; };

/** Looks for TF.js, where nobody has said. It is the caller's own, since a model or a layer of it is at hand; in a bundle it has to be named. */
export async function findTf(): Promise<void> {
  if (loaded) return;
  // Not a literal: a bundler would look for it, also where nobody has it.
  const name = '@tensorflow/tfjs-core';
  loaded = await (import(/* @vite-ignore */ /* webpackIgnore: true */ name) as Promise<Tf>).catch(() => null);
}

/**
 * TF.js, once it was looked for.
 *
 * @throws SeeRnnError where it was not found
 */
export function tf(): Tf {
  if (!loaded) throw new SeeRnnError("TF.js is needed for what it computes itself, a layer or a loss of yours, and was not found: import 'see-rnn/tfjs' beside 'see-rnn'");
  return loaded;
}

/** Does something whose tensors are gone afterwards. What it gives is no tensor, and TF.js doesn't look at it. */
export function inTidy<T>(work: () => T): T {
  const found: T[] = [];
  tf().tidy(() => { found.push(work()); });
  return found[0]!;
}
