import { SeeRnnError } from '../../core/errors.js';
import { shown } from '../../core/options.js';
import { nameText } from '../../core/printable.js';
import { isObject, type JsonObject, type JsonValue } from '../../files/json.js';
import type { LossFunction } from '../../graph/losses/loss.js';
import { lossByName } from '../../graph/losses/named.js';
import type { Compiled, ModelOrigin } from '../../model/model.js';
import type { Loading } from './loading.js';
import { optimizerIn, type NamedOptimizer } from './optimizer.js';
import { isList, named, plainObject, unwrapped } from './values.js';

/** What an output is called: by the layer that gives it, or by a name of its own. */
export interface Output { readonly layer: string; readonly key: string | null }

/** What a file says for one output. */
const at = (record: JsonObject, { layer, key }: Output): JsonValue | undefined => (key === null ? undefined : record[key]) ?? record[layer];

/** What a file says of how its model was trained. */
export interface Training extends Pick<ModelOrigin, 'loss' | 'optimizer'> { readonly compiled: Compiled | null }

/**
 * Reads the loss and the optimiser of a file. What can't be understood never stands in the way: a warning names it, and the model stays
 * without a loss.
 *
 * @param outputs what the model's outputs are called, in order
 */
export function trainingIn(loading: Loading, training: JsonObject | null, outputs: readonly Output[]): Training {
  if (!training) return { loss: null, optimizer: null, compiled: null };
  const warn = (line: string): void => { loading.warn(`${loading.file}: ${line}`); };
  const optimizer = readOptimizer(training, warn);
  const given = training['loss'] ?? null;
  if (given === null || (isList(given) && given.length === 0)) return { loss: null, optimizer, compiled: null };
  try {
    const losses = readLosses(loading, given, outputs);
    const texts = losses.map((loss) => loss?.text ?? null);
    if (losses.every((loss) => loss === null)) return { loss: null, optimizer, compiled: null };
    return {
      loss: texts.length === 1 ? texts[0]! : JSON.stringify(texts), optimizer,
      compiled: { losses: losses.map((loss) => loss?.loss ?? null), lossWeights: readLossWeights(training['loss_weights'] ?? null, outputs, warn) },
    };
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    warn(`the loss it was compiled with is not known here: ${error.message}; give one where gradients are asked for, e.g. { loss: 'meanSquaredError' }`);
    return { loss: null, optimizer, compiled: null };
  }
}

/** A compile section that can't be understood. */
class NotUnderstood extends Error {}

function readOptimizer(training: JsonObject, warn: (line: string) => void): NamedOptimizer | null {
  const given = training['optimizer_config'] ?? training['optimizer'] ?? null;
  if (given === null) return null;
  const optimizer = optimizerIn(given);
  if (!optimizer) warn(`the optimiser ${shown(given)} is not known here: it matters in training alone`);
  return optimizer;
}

interface ReadLoss {
  readonly loss: LossFunction;
  /** As the file names it. */
  readonly text: string;
}

/** The losses of the outputs: one for all, a list, or by the outputs' names; null for an output that adds nothing. */
function readLosses(loading: Loading, given: JsonValue, outputs: readonly Output[]): (ReadLoss | null)[] {
  const value = unwrapped(given);
  const read = (one: JsonValue | undefined): ReadLoss | null => (one == null ? null : readLoss(loading, one));
  if (isList(value)) {
    if (value.length !== outputs.length) throw new NotUnderstood(`${value.length} losses for ${outputs.length} outputs`);
    return value.map(read);
  }
  if (isObject(value) && !('class_name' in value)) {
    const known = new Set(outputs.flatMap(({ layer, key }) => [layer, ...key === null ? [] : [key]]));
    const stranger = Object.keys(value).find((key) => !known.has(key));
    if (stranger !== undefined) throw new NotUnderstood(`there is one for '${nameText(stranger)}', which is none of the outputs ${outputs.map(({ layer, key }) => `'${nameText(key ?? layer)}'`).join(', ')}`);
    return outputs.map((output) => read(at(value, output)));
  }
  return outputs.map(() => readLoss(loading, value));
}

function readLoss({ dialect }: Loading, value: JsonValue): ReadLoss {
  const it = named(value);
  if (!it) throw new NotUnderstood(shown(value));
  const { className, config } = it;
  const loss = lossMade(className, plainObject(config), dialect);
  if (!loss) throw new NotUnderstood(`'${nameText(className)}'`);
  return { loss, text: className };
}

function lossMade(...given: Parameters<typeof lossByName>): LossFunction | null {
  try {
    return lossByName(...given);
  } catch (error) {
    if (error instanceof SeeRnnError) throw new NotUnderstood(error.message);
    throw error;
  }
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
