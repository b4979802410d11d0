import type { LayersModel } from '@tensorflow/tfjs-layers';
import { train } from '@tensorflow/tfjs-core';
import { shown } from '../../core/options.js';
import { printable } from '../../core/printable.js';
import type { JsonObject, JsonValue } from '../../files/json.js';
import { setCompiled } from '../compiled.js';
import { inside } from '../internals.js';
import { lossByName, type NamedLoss } from '../losses.js';
import { named, unwrapped } from './config.js';
import { isList, isObject, type Loading } from './context.js';
import type { ModelOrigin } from './origin.js';
import { makeOptimizer, type MadeOptimizer } from './optimizer.js';

/** What an output is called: by the layer that gives it, or by a name of its own. */
export interface Output { readonly layer: string; readonly key: string | null }

/** What a file says for one output. */
const at = (record: JsonObject, { layer, key }: Output): JsonValue | undefined => (key === null ? undefined : record[key]) ?? record[layer];

/** What a file says of how its model was trained, for {@link ModelOrigin}. */
export type Training = Pick<ModelOrigin, 'loss' | 'optimizer'>;

/**
 * Compiles a model with the loss and the optimiser of its file. What can't be understood never stands in the way: a warning names it, and
 * the model stays without a loss.
 *
 * @param outputs what the model's outputs are called, in order
 */
export function compileAs(loading: Loading, model: LayersModel, training: JsonObject | null, outputs: readonly Output[]): Training {
  if (!training) return { loss: null, optimizer: null };
  const warn = (line: string): void => { loading.warn(`${loading.file}: ${line}`); };
  const optimizer = readOptimizer(training, warn);
  const described = optimizer && { name: optimizer.name, learningRate: optimizer.learningRate };
  const given = training['loss'] ?? null;
  if (given === null || (isList(given) && given.length === 0)) return { loss: null, optimizer: described };
  try {
    const losses = readLosses(given, outputs);
    losses.forEach(({ warning }) => { if (warning !== null) warn(warning); });
    // TF.js takes names and functions side by side, whatever its types say.
    const forCompile = losses.map(({ loss }) => (loss.isTfjs ? loss.name : loss.apply)) as string[];
    model.compile({ loss: forCompile.length === 1 ? forCompile[0]! : forCompile, optimizer: optimizer?.optimizer ?? train.sgd(0.01) });
    // Made for this model alone: it goes when the model does.
    inside(model).isOptimizerOwned = true;
    setCompiled(model, { lossWeights: readLossWeights(training['loss_weights'] ?? null, outputs, warn) });
    const texts = losses.map(({ text }) => text);
    return { loss: texts.length === 1 ? texts[0]! : JSON.stringify(texts), optimizer: described };
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    warn(`the loss it was compiled with is not known here: ${error.message}; give one where gradients are asked for, e.g. { loss: 'meanSquaredError' }`);
    return { loss: null, optimizer: described };
  }
}

/** A compile section that can't be understood. */
class NotUnderstood extends Error {}

function readOptimizer(training: JsonObject, warn: (line: string) => void): MadeOptimizer | null {
  const given = training['optimizer_config'] ?? training['optimizer'] ?? null;
  if (given === null) return null;
  const made = makeOptimizer(given);
  if (!made) warn(`the optimiser ${shown(given)} is not known here: it matters in training alone`);
  else if (made.warning !== null) warn(made.warning);
  return made;
}

interface ReadLoss {
  readonly loss: NamedLoss;
  /** As the file names it. */
  readonly text: string;
  readonly warning: string | null;
}

/** The losses of the outputs: one for all, a list, or by the outputs' names. */
function readLosses(given: JsonValue, outputs: readonly Output[]): ReadLoss[] {
  const value = unwrapped(given);
  if (isList(value)) {
    if (value.length !== outputs.length) throw new NotUnderstood(`${value.length} losses for ${outputs.length} outputs`);
    return value.map(readLoss);
  }
  if (isObject(value) && !('class_name' in value)) {
    return outputs.map((output) => {
      const loss = at(value, output);
      if (loss === undefined || loss === null) throw new NotUnderstood(`there is none for the output '${printable(output.key ?? output.layer)}'`);
      return readLoss(loss);
    });
  }
  const loss = readLoss(value);
  return outputs.map(() => loss);
}

function readLoss(value: JsonValue): ReadLoss {
  const it = named(value);
  if (!it) throw new NotUnderstood(shown(value));
  const { className, config } = it;
  const loss = lossByName(className, config);
  if (!loss) throw new NotUnderstood(`'${printable(className)}'`);
  if (config['ignore_class'] != null) throw new NotUnderstood(`'${printable(className)}' with ignore_class`);
  const summed = config['reduction'] === 'sum' || config['reduction'] === 'none';
  return {
    loss, text: className,
    warning: summed ? `the loss ${printable(className)} has the reduction '${String(config['reduction'])}', and is averaged over the batch here` : null,
  };
}

function readLossWeights(given: JsonValue, outputs: readonly Output[], warn: (line: string) => void): number[] | null {
  const value = unwrapped(given);
  if (value === null) return null;
  const factors = typeof value === 'number' ? outputs.map(() => value)
    : isList(value) && value.length === outputs.length ? [...value]
    : isObject(value) ? outputs.map((output) => at(value, output) ?? 1) : null;
  if (factors?.every((factor) => typeof factor === 'number')) return factors;
  warn(`the loss weights ${shown(value)} do not fit its ${outputs.length} outputs, and are left out`);
  return null;
}
