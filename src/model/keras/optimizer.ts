import { train, type Optimizer } from '@tensorflow/tfjs-core';
import type { JsonObject, JsonValue } from '../../files/json.js';
import { named, unwrapped } from './config.js';
import { isObject } from './context.js';

/** An optimiser of a file, as TF.js has it. Its state is not taken over. */
export interface MadeOptimizer {
  readonly name: string;
  readonly learningRate: number | null;
  readonly optimizer: Optimizer;
  /** What of it could not be taken over, or null. */
  readonly warning: string | null;
}

const DEFAULT_RATE = 0.001;

/** Makes the optimiser that a file names, by whichever generation's name; null where it can't be told. */
export function makeOptimizer(value: JsonValue): MadeOptimizer | null {
  const it = named(value);
  if (!it) return null;
  // A wrapper that scales the loss for float16 holds the real one.
  const inner = it.config['inner_optimizer'];
  if (/lossscale/i.test(it.className) && inner !== undefined) return makeOptimizer(inner);
  const { config } = it;
  const given = unwrapped(config['learning_rate'] ?? config['learningRate'] ?? config['lr'] ?? null);
  const rate = typeof given === 'number' ? given : scheduled(given);
  const number = (key: string, initial: number): number => {
    const found = unwrapped(config[key] ?? null);
    return typeof found === 'number' ? found : initial;
  };
  const step = rate ?? DEFAULT_RATE;
  const epsilon = number('epsilon', 1e-7);
  const make: Readonly<Record<string, () => Optimizer>> = {
    sgd: () => (number('momentum', 0) === 0 ? train.sgd(step) : train.momentum(step, number('momentum', 0), config['nesterov'] === true)),
    rmsprop: () => train.rmsprop(step, number('rho', 0.9), number('momentum', 0), epsilon, config['centered'] === true),
    adam: () => train.adam(step, number('beta_1', 0.9), number('beta_2', 0.999), epsilon),
    adamax: () => train.adamax(step, number('beta_1', 0.9), number('beta_2', 0.999), epsilon),
    adagrad: () => train.adagrad(step, Math.max(number('initial_accumulator_value', 0.1), 1e-7)),
    adadelta: () => train.adadelta(step, number('rho', 0.95), epsilon),
  };
  const name = it.className.toLowerCase().replace(/optimizer$/, '').replace(/[^a-z]/g, '');
  const known = Object.hasOwn(make, name) ? make[name]! : null;
  const warnings = [
    ...known ? [] : [`the optimiser ${it.className} is not in TF.js, and Adam stands in for it: it matters in training alone`],
    ...isObject(given) ? [`the learning rate follows a schedule (${named(given)?.className ?? 'of an unknown kind'}), of which only the start is taken over: it matters in training alone`] : [],
  ];
  return { name: it.className, learningRate: rate, optimizer: (known ?? make['adam']!)(), warning: warnings.join('; ') || null };
}

/** The rate that a schedule starts with. */
function scheduled(value: JsonValue): number | null {
  if (!isObject(value)) return null;
  const config: JsonValue = value['config'] ?? null;
  const initial = isObject(config) ? unwrapped((config as JsonObject)['initial_learning_rate'] ?? null) : null;
  return typeof initial === 'number' ? initial : null;
}
