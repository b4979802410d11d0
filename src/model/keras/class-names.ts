import { inside, type Layer } from '../internals.js';

const names = new WeakMap<Layer, string>();

/** Keeps what class the file says a layer is of: another may do its work here. */
export const keepClassName = (layer: Layer, name: string): void => { names.set(layer, name); };

/** The class of a layer as its file has it. */
export const className = (layer: Layer): string => names.get(layer) ?? inside(layer).getClassName();
