import { UsageError } from '../../core/errors.js';
import { readOptions, shown, type OptionSpec } from '../../core/options.js';
import { isObject, type JsonObject, type JsonValue } from '../../files/json.js';
import { architectureOf } from '../../files/model-file.js';
import { Model } from '../../model/model.js';
import { outputFactors, outputLosses, type Loss, type PerOutput } from '../../model/output-losses.js';
import { describedModel } from './described-model.js';
import { loadModelOptions } from './load-model.js';
import type { CustomLayer } from './loading.js';
import { inFull } from './short-form.js';
import { WeightBudget } from './weights/budget.js';

/**
 * A model in Keras's words: what `to_json()` writes, parsed; or, of a Sequential model, its layers alone: `{ layers: [{ class_name, config }, ...] }`.
 */
export type KerasConfig = Readonly<Record<string, unknown>>;

/** Options of {@link kerasModel}. */
export interface KerasModelOptions {
  /** What its loss is: a name of Keras's or TF.js's, or a function; one for each output where there are several. Default: what the configuration was compiled with, if anything. */
  readonly loss?: PerOutput<Loss>;
  /** A factor on each output's loss; default 1. */
  readonly lossWeights?: PerOutput<number>;
  /** Which Keras it is to be a model of, e.g. `3.9` or `2.15.0`: they differ in what they compute. Default: what the configuration says, else the generation whose words it has. */
  readonly kerasVersion?: string;
  /** Layers of your own, by their class name, as for `loadModel`. */
  readonly customLayers?: Readonly<Record<string, CustomLayer>>;
  /** Hears of what could not be taken over, a line each. Default: `console.warn`. */
  readonly warn?: (line: string) => void;
}

const { customLayers, warn } = loadModelOptions;

const OPTIONS = {
  loss: { help: 'its loss', form: 'a name or a function, or one for each output', default: undefined, read: (value) => value as PerOutput<Loss> } satisfies OptionSpec<PerOutput<Loss> | undefined>,
  lossWeights: { help: "a factor on each output's loss", form: 'a number for each output', default: undefined, read: (value) => value as PerOutput<number> } satisfies OptionSpec<PerOutput<number> | undefined>,
  kerasVersion: {
    help: 'which Keras it is to be a model of', form: "a version of Keras such as '3.9' or '2.15.0'", default: null,
    read: (value) => (typeof value === 'string' && /^[123]\.\d/.test(value) ? value : undefined),
  } satisfies OptionSpec<string | null>,
  customLayers, warn,
};

/**
 * A model made of a configuration of Keras's, with no file and no weights but those that its layers start with: zeros, ones or what else their
 * initialisers say, biases of an LSTM's forget gate at one, gammas and moving variances likewise. What Keras would draw at random is zeros until
 * `setWeights` sets it.
 *
 * In the short form, `{ layers: [...] }`, the first layer says what the model reads by its `batch_shape`, or is an InputLayer; options that a layer
 * leaves out are Keras's defaults, and a layer without a name has the one that Keras would give it.
 *
 * @param config the model, in Keras's words
 * @throws SeeRnnError for what makes no model, and a loss that is not known; UsageError for an unknown option
 * @example
 * const model = kerasModel({
 *   layers: [
 *     { class_name: 'LSTM', config: { name: 'lower', units: 6, return_sequences: true, batch_shape: [null, 100, 12] } },
 *     { class_name: 'LSTM', config: { name: 'upper', units: 6 } },
 *   ],
 * }, { loss: 'mean_squared_error' });
 * console.log(model.summary());
 */
export function kerasModel(config: KerasConfig, options: KerasModelOptions = {}): Model {
  const { loss, lossWeights, kerasVersion, customLayers: own, warn: tell } = readOptions('kerasModel', OPTIONS, options as Readonly<Record<string, unknown>>);
  if (!isObject(config as JsonValue)) throw new UsageError(`kerasModel: expected Keras's configuration of a model, an object, found ${shown(config)}`);
  const architecture = architectureOf(inFull(config as JsonObject), 'kerasModel');
  const warnings: string[] = [];
  const { parts, training: { compiled, optimizer } } = describedModel({
    file: 'kerasModel', customLayers: own, warnings, budget: new WeightBudget(null), setWeights: () => null,
    shapeless: "nowhere: give its first layer a 'batch_shape', e.g. [null, 100, 12] for samples of 100 timesteps of 12 features",
    architecture: { ...architecture, kerasVersion: kerasVersion ?? architecture.kerasVersion, ...(loss !== undefined && { training: null }) },
  });
  const made = new Model({ ...parts, compiled, optimizer });
  // eslint-disable-next-line no-console -- a warning is for the person at the console, where nobody else asked for it
  warnings.forEach(tell ?? ((line) => { console.warn(line); }));
  if (loss === undefined && lossWeights === undefined) return made;
  return new Model({ ...parts, optimizer, compiled: { losses: outputLosses(made, loss), lossWeights: outputFactors(made, loss, lossWeights) } });
}
