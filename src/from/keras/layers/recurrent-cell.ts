import { activations, type Activation } from '../../../cells/activations.js';
import type { Cell } from '../../../cells/cell.js';
import { gru } from '../../../cells/gru.js';
import { lstm } from '../../../cells/lstm.js';
import type { DropoutFactors, RecurrentCell } from '../../../graph/layer.js';
import type { StoredWeight } from '../../../graph/weight.js';
import { activationIn } from '../activations.js';
import type { ConfigReader } from '../config-reader.js';
import { isStandalone, type Dialect } from '../dialect.js';
import type { WeightOptions } from './keras-layer.js';

/** What the options of a cell, or of a layer with a cell of its own, say of what it computes. */
export interface CellOptions {
  readonly cell: Cell;
  readonly units: number;
  readonly activation: Activation;
  readonly recurrentActivation: Activation;
  readonly useBias: boolean;
  /** LSTM: whether the forget gate's biases start at one. */
  readonly unitForgetBias: boolean;
  readonly resetAfter: boolean;
  readonly dropout: number;
  readonly recurrentDropout: number;
  /** What a caller's own dropout drops by; null for the usual one. */
  readonly dropoutFactors: DropoutFactors | null;
  /** GRU: see `Recurrence.carriesWhole`. */
  readonly carriesWhole: boolean;
}

/** Reads a cell's options. */
export function cellOptions(cell: Cell, read: ConfigReader, dialect: Dialect): CellOptions {
  const hasGates = cell.recurrentlyActivated.length > 0;
  return {
    cell,
    units: read.whole('units', 1),
    activation: activationIn(read, 'activation', dialect, 'tanh'),
    recurrentActivation: hasGates ? activationIn(read, 'recurrent_activation', dialect, 'sigmoid') : activations.get('linear')!,
    useBias: read.flag('use_bias', true),
    unitForgetBias: cell === lstm && read.config['unit_forget_bias'] !== false,
    // Files from before there was the option do without it; Keras 3's always have it, so that who leaves it out means what Keras 3 does then.
    resetAfter: cell === gru && read.flag('reset_after', dialect.kerasMajor === 3),
    dropout: read.rate('dropout', 0),
    recurrentDropout: read.rate('recurrent_dropout', 0),
    // Of live models alone: a file holds no functions.
    dropoutFactors: typeof read.config['dropout_factors'] === 'function' ? read.config['dropout_factors'] as DropoutFactors : null,
    carriesWhole: cell === gru && !carriesDropped(read, dialect),
  };
}

/** Whether a GRU's update gate carries over what recurrent dropout leaves of the state: in TF.js, and where Keras before TensorFlow's multiplies all gates at once. */
const carriesDropped = (read: ConfigReader, dialect: Dialect): boolean =>
  dialect.tfjs || (isStandalone(dialect) && read.config['implementation'] === 2 && !/^2\.0\./.test(dialect.kerasVersion ?? ''));

/**
 * Makes a cell's weights, in Keras's order and shapes: `kernel` (features, gates x units), `recurrent_kernel` (units, gates x units) and, with a
 * bias, `bias` (gates x units), or (2, gates x units) for a GRU with `reset_after`.
 *
 * @param weight makes a weight of the layer that holds them
 */
export function cellWeights({ cell, units, useBias, unitForgetBias, resetAfter }: CellOptions, features: number, weight: (name: string, options: WeightOptions) => StoredWeight): void {
  const width = cell.gates.length * units;
  weight('kernel', { shape: [features, width], axes: ['features', 'gates'] });
  weight('recurrent_kernel', { shape: [units, width], axes: ['units', 'gates'], role: 'recurrent' });
  if (useBias) weight('bias', resetAfter ? { shape: [2, width], axes: ['biases', 'gates'] } : { shape: [width], axes: ['gates'], ones: unitForgetBias ? [units, 2 * units] : null });
}

/** A cell with its weights, as a recurrence runs it. */
export const recurrentCell = ({ cell, units, activation, recurrentActivation, resetAfter, dropout, recurrentDropout, dropoutFactors, carriesWhole }: CellOptions, weights: readonly StoredWeight[], backwards: boolean): RecurrentCell =>
  ({ recurrence: { cell, units, activation, recurrentActivation, resetAfter, backwards, carriesWhole }, weights, dropout, recurrentDropout, dropoutFactors });

/** How many states a cell has. */
export const stateCount = ({ recurrence: { cell } }: RecurrentCell): number => (cell.hasCellState ? 2 : 1);
