import type { JsonValue } from '../../files/json.js';
import { isObject } from '../../files/json.js';
import { named, unwrapped } from './values.js';

/** An optimiser as a file names it. */
export interface NamedOptimizer {
  readonly name: string;
  /** Where it follows a schedule, the rate that this starts with; null where none is told. */
  readonly learningRate: number | null;
}

/** The optimiser that a file names, whichever generation's words it uses; null where it can't be told. */
export function optimizerIn(value: JsonValue): NamedOptimizer | null {
  const it = named(value);
  if (!it) return null;
  // A wrapper that scales the loss for float16 holds the real one.
  const inner = it.config['inner_optimizer'];
  if (/lossscale/i.test(it.className) && inner !== undefined) return optimizerIn(inner);
  const { config } = it;
  const given = unwrapped(config['learning_rate'] ?? config['learningRate'] ?? config['lr'] ?? null);
  return { name: it.className, learningRate: typeof given === 'number' ? given : scheduled(given) };
}

/** The rate that a schedule starts with. */
function scheduled(value: JsonValue): number | null {
  if (!isObject(value)) return null;
  const config = value['config'] ?? null;
  const initial = isObject(config) ? unwrapped(config['initial_learning_rate'] ?? null) : null;
  return typeof initial === 'number' ? initial : null;
}
