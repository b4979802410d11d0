import type { Config } from '../keras/config-reader.js';
import { inside, type TfLayer } from './internals.js';

/** `returnSequences` as Python has it: `return_sequences`. */
const camelToSnake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

/** Options that hold other layers: those are read from the live layer itself. */
const HELD = new Set(['layer', 'cell', 'cells', 'forwardLayer', 'backwardLayer']);

/** Options that some layer has, and leaves out where it tells them. */
const UNTOLD = ['depthMultiplier'] as const;

/** A live layer's options as Keras writes them: names with underscores, and so the words that are their values (`channelsLast`, `hardSigmoid`). */
export function configOf(layer: TfLayer): Config {
  const untold = UNTOLD.flatMap((key) => { const value = (layer as unknown as Readonly<Record<string, unknown>>)[key]; return value === undefined ? [] : [[key, value] as const]; });
  return Object.fromEntries([...untold, ...Object.entries(inside(layer).getConfig())]
    .filter(([key]) => !HELD.has(key))
    .map(([key, value]) => [camelToSnake(key), key === 'name' ? value : pythonic(value)]));
}

function pythonic(value: unknown): unknown {
  if (typeof value === 'string') return camelToSnake(value);
  if (Array.isArray(value)) return value.map(pythonic);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [camelToSnake(key), key === 'name' || key === 'className' ? entry : pythonic(entry)]));
}
