import type { KerasLayer, KerasOptions } from './layers/keras-layer.js';

/** A layer of TF.js's, as far as can be told without TF.js. */
export interface TfjsLayer { getClassName(): string; call(...given: never[]): unknown }

/** A layer of the graph, and what is to be done and waited for before each run of it. */
export interface Adopted { readonly layer: KerasLayer; readonly ready: () => Promise<void> }

/** Makes a layer of the graph from one of TF.js's that `customLayers` gives: in `from/tfjs`, which is registered here, since this folder knows no TF.js. */
export type Adopter = (layer: TfjsLayer, options: KerasOptions) => Adopted;

let registered: Adopter | null = null;

/** Says who adopts. */
export const adoptLayersBy = (adopter: Adopter): void => { registered = adopter; };

/** Who adopts; null where nobody has said so. */
export const adopter = (): Adopter | null => registered;

export const isTfjsLayer = (value: unknown): value is TfjsLayer =>
  typeof value === 'object' && value !== null && typeof (value as Partial<TfjsLayer>).getClassName === 'function' && typeof (value as Partial<TfjsLayer>).call === 'function';
