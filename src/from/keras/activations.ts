import { activations, elu, leakyReLU, rectifier, thresholdedReLU, type Activation } from '../../cells/activations.js';
import { SeeRnnError } from '../../core/errors.js';
import { suggestion } from '../../core/nearest.js';
import { shown } from '../../core/options.js';
import { nameText } from '../../core/printable.js';
import { ConfigReader, type Config } from './config-reader.js';
import type { Dialect } from './dialect.js';

export { activate as applyActivation } from '../../graph/operations/activation.js';

/** Keras's names, of every generation, by what our cells call the same function. `hard_sigmoid` is not the same in all. */
const NAMES: Readonly<Record<string, string>> = {
  linear: 'linear', tanh: 'tanh', sigmoid: 'sigmoid', relu: 'relu', relu6: 'relu6', elu: 'elu', selu: 'selu', celu: 'celu',
  softplus: 'softplus', softsign: 'softsign', softmax: 'softmax', softmax_v2: 'softmax', log_softmax: 'logSoftmax', log_sigmoid: 'logSigmoid',
  silu: 'swish', swish: 'swish', hard_silu: 'hardSilu', hard_swish: 'hardSilu', mish: 'mish', gelu: 'gelu', exponential: 'exponential',
  leaky_relu: 'leakyReLU', hard_tanh: 'hardTanh', hard_shrink: 'hardShrink', soft_shrink: 'softShrink', tanh_shrink: 'tanhShrink',
  squareplus: 'squareplus', sparse_plus: 'sparsePlus', sparse_sigmoid: 'sparseSigmoid', sparsemax: 'sparsemax',
  // TF.js's own spelling.
  logSoftmax: 'logSoftmax', hardSigmoid: 'hardSigmoid', gelu_new: 'gelu_new',
};

const KNOWN = [...Object.keys(NAMES), 'hard_sigmoid'];

/** What Keras 3 has a name for and no layer can do. */
const UNFIT: Readonly<Record<string, string>> = {
  glu: 'it gives half as many numbers as it reads',
  threshold: 'it needs options that a name can\'t give',
};

/**
 * An activation by what a Keras configuration says, as our cells have it. `hard_sigmoid` is 0.2 x + 0.5 in Keras 1 and 2 and in TF.js, and
 * (x + 3) / 6 in Keras 3.
 *
 * @param identifier a name in snake case, such as `silu`; null for none; a function as Keras 3 describes one; or a layer without weights that
 *   acts on every value or on the last axis, as an object of its class and configuration, or, in Keras 2, by its class's name
 * @param initial what null means
 * @throws SeeRnnError for an unknown one
 */
export function activationOf(identifier: unknown, dialect: Dialect, initial = 'linear'): Activation {
  if (identifier == null) return activations.get(initial)!;
  if (typeof identifier === 'object') return activationOfObject(identifier as Described, dialect);
  if (typeof identifier !== 'string') throw new SeeRnnError(`an activation must be a name, found ${shown(identifier)}`);
  if (identifier === 'hard_sigmoid') return activations.get(dialect.kerasMajor === 3 ? 'hardSigmoidKeras3' : 'hardSigmoid')!;
  if (Object.hasOwn(NAMES, identifier)) return activations.get(NAMES[identifier])!;
  if (Object.hasOwn(UNFIT, identifier)) throw new SeeRnnError(`the activation '${identifier}' can't be a layer's: ${UNFIT[identifier]}`);
  const layer = dialect.kerasMajor === 3 ? null : layerActivation(new ConfigReader(identifier, {}), identifier, dialect);
  if (layer) return layer;
  throw new SeeRnnError(`unknown activation '${nameText(identifier)}'${suggestion(identifier, KNOWN)}`);
}

/**
 * The activation that a layer's option says: a missing one is `initial`, a null is Keras for none.
 *
 * @throws SeeRnnError that names the layer and the option
 */
export function activationIn(read: ConfigReader, key: string, dialect: Dialect, initial = 'linear'): Activation {
  try {
    return activationOf(key in read.config ? read.config[key] : initial, dialect);
  } catch (error) {
    throw error instanceof SeeRnnError ? read.error(`${key}: ${error.message}`) : error;
  }
}

/** A layer or function as a file describes it; TF.js has `className`. */
interface Described { readonly class_name?: unknown; readonly className?: unknown; readonly config?: unknown }

function activationOfObject({ class_name, className, config }: Described, dialect: Dialect): Activation {
  const name = class_name ?? className;
  if (name === 'function' && typeof config === 'string') return activationOf(config.split('>').at(-1), dialect);
  if (name === '__lambda__') throw new SeeRnnError('the activation is Python code, which is never run here');
  const settings = (typeof config === 'object' && config !== null && !Array.isArray(config) ? config : {}) as Config;
  const activation = typeof name === 'string' ? layerActivation(new ConfigReader(name.split('>').at(-1)!, settings), name, dialect) : null;
  if (activation) return activation;
  throw new SeeRnnError(`unknown activation ${typeof name === 'string' ? `'${nameText(name)}'` : shown(settings)}: a layer given as an activation can be ${ACTIVATION_LAYERS.join(', ')}`);
}

const ACTIVATION_LAYERS = ['Activation', 'ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU', 'Softmax'];

/**
 * What a layer computes that is no more than an activation, by its class and options; null where it isn't one of those.
 *
 * @throws SeeRnnError for options that Keras refuses, and for a Softmax over other axes than the last
 */
export function layerActivation(read: ConfigReader, className: string, dialect: Dialect): Activation | null {
  switch (className) {
    case 'Activation':
      return activationIn(read, 'activation', dialect);
    case 'ReLU':
      return rectifier({ maxValue: read.config['max_value'] == null ? null : size(read, 'max_value', 0), negativeSlope: size(read, 'negative_slope', 0), threshold: size(read, 'threshold', 0), single: dialect.kerasMajor === 3 });
    case 'LeakyReLU':
      // Keras 3 reads Keras 2's name, too.
      return leakyReLU(real(read, read.config['negative_slope'] == null ? 'alpha' : 'negative_slope', 0.3));
    case 'ELU':
      return elu(real(read, 'alpha', 1));
    case 'ThresholdedReLU':
      return thresholdedReLU(size(read, 'theta', 1));
    case 'Softmax': {
      const axis = read.config['axis'] ?? -1;
      if (axis === -1 || (Array.isArray(axis) && axis.length === 1 && axis[0] === -1)) return activations.get('softmax')!;
      throw read.error(`as an activation it can only go over the last axis, -1, found axis ${shown(axis)}`);
    }
    default:
      return null;
  }
}

/** tf.keras wrote some numbers as lists of one. */
const numberIn = (value: unknown): number | undefined => {
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return typeof one === 'number' && Number.isFinite(one) ? one : undefined;
};
const real = (read: ConfigReader, key: string, initial: number): number => read.get(key, numberIn, 'a number', initial);
const size = (read: ConfigReader, key: string, initial: number): number =>
  read.get(key, (value) => { const found = numberIn(value); return found !== undefined && found >= 0 ? found : undefined; }, 'a number of at least 0', initial);
