import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** A loss by (target, prediction): a number for each sample, or for each timestep of one. */
export type LossFunction = (target: tf.Tensor, prediction: tf.Tensor) => tf.Tensor;

/** A loss that goes by a name. */
export interface NamedLoss {
  /** TF.js's name where it has the loss, else one in its style. */
  readonly name: string;
  readonly apply: LossFunction;
  /** What targets it takes: arrays of the output's shape, or class indices. */
  readonly targets: 'output' | 'indices';
  /** Whether it is TF.js's own, which `compile` knows by the name. */
  readonly isTfjs: boolean;
}

/** Options of Keras's loss classes, under its names; those a loss doesn't know are passed over. */
export type LossOptions = Readonly<Record<string, unknown>>;

const EPSILON = 1e-7;

/** TF.js's own losses, and what else Keras calls them. Names are compared without case and underscores. */
const TFJS: Readonly<Record<string, readonly string[]>> = {
  meanSquaredError: ['mse'], meanAbsoluteError: ['mae'], meanAbsolutePercentageError: ['mape'], meanSquaredLogarithmicError: ['msle'],
  squaredHinge: [], hinge: [], categoricalHinge: [], logcosh: [],
  categoricalCrossentropy: [], sparseCategoricalCrossentropy: [], binaryCrossentropy: ['bce'],
  kullbackLeiblerDivergence: ['kld', 'klDivergence'], poisson: [], cosineProximity: ['cosine', 'cosineSimilarity'],
};

const clip = (p: tf.Tensor): tf.Tensor => tf.clipByValue(p, EPSILON, 1 - EPSILON);
const lastAxisMean = (values: tf.Tensor): tf.Tensor => tf.mean(values, -1);
const number = (value: unknown, initial: number): number => (typeof value === 'number' ? value : initial);

/** -sum t log p, of scores or of probabilities that are brought to a sum of 1 first. */
function crossEntropy(target: tf.Tensor, prediction: tf.Tensor, logits: boolean): tf.Tensor {
  const logs = logits ? tf.logSoftmax(prediction) : tf.log(clip(tf.div(prediction, tf.sum(prediction, -1, true))));
  return tf.neg(tf.sum(tf.mul(target, logs), -1));
}

/** By element. Of scores: max(x, 0) - x t + log(1 + e^-|x|), which cannot overflow. */
function binaryCrossEntropy(target: tf.Tensor, prediction: tf.Tensor, logits: boolean): tf.Tensor {
  if (logits) return tf.add(tf.sub(tf.relu(prediction), tf.mul(prediction, target)), tf.log1p(tf.exp(tf.neg(tf.abs(prediction)))));
  const p = clip(prediction);
  return tf.neg(tf.add(tf.mul(target, tf.log(p)), tf.mul(tf.sub(1, target), tf.log(tf.sub(1, p)))));
}

const smoothed = (target: tf.Tensor, share: number, classes: number): tf.Tensor => (share === 0 ? target : tf.add(tf.mul(target, 1 - share), share / classes));

function oneHot(indices: tf.Tensor, classes: number): tf.Tensor {
  const flat = indices.shape.at(-1) === 1 ? tf.squeeze(indices, [-1]) : indices;
  return tf.cast(tf.oneHot(tf.cast(flat, 'int32'), classes), 'float32');
}

const depth = (prediction: tf.Tensor): number => prediction.shape.at(-1)!;

/** Losses that TF.js lacks, and those of its own that Keras can be told more about. */
const OWN: Readonly<Record<string, { readonly aliases: readonly string[]; readonly make: (options: LossOptions) => LossFunction; /** Whether TF.js's own does what the options ask for. */ readonly plain?: (options: LossOptions) => boolean }>> = {
  huber: {
    aliases: ['huberLoss'],
    make: ({ delta }) => (target, prediction) => {
      const d = number(delta, 1);
      const error = tf.abs(tf.sub(target, prediction));
      return lastAxisMean(tf.where(tf.lessEqual(error, d), tf.mul(0.5, tf.square(error)), tf.sub(tf.mul(d, error), 0.5 * d * d)));
    },
  },
  binaryCrossentropy: {
    aliases: [],
    plain: (options) => options['from_logits'] !== true && number(options['label_smoothing'], 0) === 0,
    make: (options) => (target, prediction) => lastAxisMean(binaryCrossEntropy(smoothed(target, number(options['label_smoothing'], 0), 2), prediction, options['from_logits'] === true)),
  },
  categoricalCrossentropy: {
    aliases: [],
    plain: (options) => options['from_logits'] !== true && number(options['label_smoothing'], 0) === 0,
    make: (options) => (target, prediction) => crossEntropy(smoothed(target, number(options['label_smoothing'], 0), depth(prediction)), prediction, options['from_logits'] === true),
  },
  sparseCategoricalCrossentropy: {
    aliases: [],
    plain: (options) => options['from_logits'] !== true,
    make: (options) => (target, prediction) => crossEntropy(oneHot(target, depth(prediction)), prediction, options['from_logits'] === true),
  },
  // Lin et al. 2017 (1708.02002).
  binaryFocalCrossentropy: {
    aliases: ['binaryFocalLoss'],
    make: (options) => (given, prediction) => {
      const logits = options['from_logits'] === true;
      const target = smoothed(given, number(options['label_smoothing'], 0), 2);
      const p = logits ? tf.sigmoid(prediction) : clip(prediction);
      const hit = tf.add(tf.mul(target, p), tf.mul(tf.sub(1, target), tf.sub(1, p)));
      const focal = tf.mul(tf.pow(tf.sub(1, hit), number(options['gamma'], 2)), binaryCrossEntropy(target, prediction, logits));
      const alpha = number(options['alpha'], 0.25);
      const balance = tf.add(tf.mul(target, alpha), tf.mul(tf.sub(1, target), 1 - alpha));
      return lastAxisMean(options['apply_class_balancing'] === true ? tf.mul(balance, focal) : focal);
    },
  },
  categoricalFocalCrossentropy: {
    aliases: ['categoricalFocalLoss'],
    make: (options) => (given, prediction) => {
      const target = smoothed(given, number(options['label_smoothing'], 0), depth(prediction));
      const p = clip(options['from_logits'] === true ? tf.softmax(prediction) : tf.div(prediction, tf.sum(prediction, -1, true)));
      const factor = tf.mul(number(options['alpha'], 0.25), tf.pow(tf.sub(1, p), number(options['gamma'], 2)));
      return tf.sum(tf.mul(factor, tf.neg(tf.mul(target, tf.log(p)))), -1);
    },
  },
};

const simple = (name: string): string => name.replace(/[^a-z0-9]/gi, '').toLowerCase();

/** Every name a loss goes by -> the one it has here. */
const names: ReadonlyMap<string, string> = new Map([
  ...Object.entries(TFJS).flatMap(([name, aliases]) => [name, ...aliases].map((alias): [string, string] => [simple(alias), name])),
  ...Object.entries(OWN).flatMap(([name, { aliases }]) => [name, ...aliases].map((alias): [string, string] => [simple(alias), name])),
]);

/** The losses there are, by the names they have here. */
export const lossNames: readonly string[] = [...new Set(names.values())];

/**
 * A loss by any of its names, TF.js's or those of either generation of Keras: `meanSquaredError`, `mean_squared_error`, `mse`, `MeanSquaredError`.
 *
 * @param options as Keras's classes have them, e.g. `{ from_logits: true }`
 * @returns null for a name that is not known
 */
export function lossByName(given: string, options: LossOptions = {}): NamedLoss | null {
  const name = names.get(simple(given));
  if (name === undefined) return null;
  const own = Object.hasOwn(OWN, name) ? OWN[name]! : null;
  const isTfjs = !own || own.plain?.(options) === true;
  const apply = isTfjs ? tfjsLoss(name) : own.make(options);
  const loss: NamedLoss = { name, isTfjs, targets: name === 'sparseCategoricalCrossentropy' ? 'indices' : 'output', apply };
  byFunction.set(loss.apply, loss);
  return loss;
}

const byFunction = new WeakMap<LossFunction, NamedLoss>();

/** The loss that a function of {@link lossByName} is; null for a caller's own. */
export const namedLoss = (apply: LossFunction): NamedLoss | null => byFunction.get(apply) ?? null;

const tfjsLosses = new Map<string, LossFunction>();

/** TF.js shows its losses only through a compiled model, so that is how one is looked up. */
function tfjsLoss(name: string): LossFunction {
  const known = tfjsLosses.get(name);
  if (known) return known;
  // Named, since TF.js numbers the layers without a name, and the caller's next ones are to get the numbers they would have got.
  const input = tfl.input({ shape: [1], name: 'see_rnn_loss_input' });
  const output = tfl.layers.activation({ activation: 'linear', name: 'see_rnn_loss_output' }).apply(input) as tfl.SymbolicTensor;
  const probe = tfl.model({ inputs: input, outputs: output, name: 'see_rnn_loss' });
  probe.compile({ loss: name, optimizer: 'sgd' });
  const found = probe.lossFunctions[0] as LossFunction;
  probe.dispose();
  tfjsLosses.set(name, found);
  return found;
}
