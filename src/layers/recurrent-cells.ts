import type * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Activation } from '../cells/activations.js';
import type { Cell } from '../cells/cell.js';
import { gru } from '../cells/gru.js';
import { lstm } from '../cells/lstm.js';
import { simpleRNN } from '../cells/simple-rnn.js';
import { SeeRnnError } from '../core/errors.js';
import { activationOf } from './activations.js';
import { KERAS_3, type Config, type ConfigReader, type LayerContext } from './config.js';
import { firstShape, KerasLayer } from './keras-layer.js';
import type { RecurrentCell } from './recurrence.js';
import { weightOptions } from './weight-options.js';

/** Options of a recurrent cell, as in Keras. */
export interface RecurrentCellOptions {
  readonly name?: string;
  readonly trainable?: boolean;
  readonly units: number;
  /** A Keras name; default `tanh`. */
  readonly activation?: unknown;
  /** LSTM and GRU; default `sigmoid`, in Keras 1 and standalone Keras 2 `hard_sigmoid`: files always say. */
  readonly recurrentActivation?: unknown;
  /** Default true. */
  readonly useBias?: boolean;
  /** Shares that are dropped in training; default 0. */
  readonly dropout?: number;
  readonly recurrentDropout?: number;
  /** GRU only: whether the reset gate acts on the recurrent product, with a bias (2, 3 x units); default false, as in files without it. */
  readonly resetAfter?: boolean;
  readonly kernelRegularizer?: unknown;
  readonly recurrentRegularizer?: unknown;
  readonly biasRegularizer?: unknown;
  readonly kernelConstraint?: unknown;
  readonly recurrentConstraint?: unknown;
  readonly biasConstraint?: unknown;
}

/**
 * A recurrent cell and its weights, in Keras's order and shapes: `kernel` (features, gates x units), `recurrent_kernel` (units,
 * gates x units) and, with a bias, `bias` (gates x units), or (2, gates x units) for a GRU with `resetAfter`.
 */
abstract class KerasCell extends KerasLayer {
  readonly units: number;
  readonly activation: Activation;
  readonly recurrentActivation: Activation;
  readonly useBias: boolean;
  readonly dropout: number;
  readonly recurrentDropout: number;
  readonly resetAfter: boolean;
  kernel: tfl.LayerVariable | null = null;
  recurrentKernel: tfl.LayerVariable | null = null;
  bias: tfl.LayerVariable | null = null;

  /** @param owner the reader of the layer that has this cell of its own: messages are about the layer */
  constructor(readonly kind: Cell, options: RecurrentCellOptions, context: LayerContext, owner?: ConfigReader) {
    super(options as unknown as Config, context);
    if (owner) this.read = owner;
    const { read } = this;
    const hasGates = kind.recurrentlyActivated.length > 0;
    const activation = (key: string, initial: string): Activation => {
      try {
        return activationOf(read.config[key], context, initial);
      } catch (error) {
        throw error instanceof SeeRnnError ? read.error(error.message) : error;
      }
    };
    this.units = read.whole('units', 1);
    // A null is Keras for no activation; a missing one for its default.
    this.activation = activation('activation', 'activation' in read.config ? 'linear' : 'tanh');
    this.recurrentActivation = hasGates ? activation('recurrentActivation', 'recurrentActivation' in read.config ? 'linear' : 'sigmoid') : activationOf(null, context);
    this.useBias = read.flag('useBias', true);
    this.dropout = read.rate('dropout', 0);
    this.recurrentDropout = read.rate('recurrentDropout', 0);
    this.resetAfter = kind.kind === 'GRU' && read.flag('resetAfter', false);
  }

  override build(shape: tfl.Shape | tfl.Shape[]): void {
    if (this.kernel) return;
    const features = firstShape(shape).at(-1);
    if (features == null) throw this.fail('the number of features it reads must be known');
    const width = this.kind.gates.length * this.units;
    const weight = (name: string, role: string, wanted: number[]): tfl.LayerVariable => {
      const { regularizer, constraint } = weightOptions(this.read, role);
      return this.addWeight(name, wanted, 'float32', tfl.initializers.zeros(), regularizer, true, constraint);
    };
    this.kernel = weight('kernel', 'kernel', [features, width]);
    this.recurrentKernel = weight('recurrent_kernel', 'recurrent', [this.units, width]);
    if (this.useBias) this.bias = weight('bias', 'bias', this.resetAfter ? [2, width] : [width]);
    this.built = true;
  }

  /** The sizes of its states: hidden and, for an LSTM, cell. */
  get stateSize(): readonly number[] { return this.kind.hasCellState ? [this.units, this.units] : [this.units]; }

  spec(backwards: boolean): RecurrentCell {
    const { kind: cell, units, activation, recurrentActivation, resetAfter, dropout, recurrentDropout } = this;
    return {
      recurrence: { cell, units, activation, recurrentActivation, resetAfter, backwards },
      weights: () => [this.kernel!, this.recurrentKernel!, ...(this.bias ? [this.bias] : [])].map((variable) => variable.read()),
      dropout, recurrentDropout,
    };
  }

  override compute(): tf.Tensor[] { throw this.fail('a cell computes within an RNN layer, not by itself'); }
}

/** Keras's LSTMCell: gates `input`, `forget`, `cell`, `output`. */
export class LSTMCell extends KerasCell {
  static readonly className: string = 'LSTMCell';
  constructor(options: RecurrentCellOptions, context: LayerContext = KERAS_3, owner?: ConfigReader) { super(lstm, options, context, owner); }
}

/** Keras's GRUCell, with and without `resetAfter`: gates `update`, `reset`, `new`. */
export class GRUCell extends KerasCell {
  static readonly className: string = 'GRUCell';
  constructor(options: RecurrentCellOptions, context: LayerContext = KERAS_3, owner?: ConfigReader) { super(gru, options, context, owner); }
}

/** Keras's SimpleRNNCell. */
export class SimpleRNNCell extends KerasCell {
  static readonly className: string = 'SimpleRNNCell';
  constructor(options: RecurrentCellOptions, context: LayerContext = KERAS_3, owner?: ConfigReader) { super(simpleRNN, options, context, owner); }
}

/** Cells on top of each other: each reads the outputs of the one below. Its weights are theirs, the lowest cell's first. */
export class StackedRNNCells extends KerasLayer {
  static readonly className: string = 'StackedRNNCells';
  readonly cells: readonly KerasCell[];

  /** @param options `cells`, the lowest first */
  constructor(options: { readonly name?: string; readonly cells: readonly tfl.layers.Layer[] }, context: LayerContext = KERAS_3) {
    super(options, context);
    this.read.refuse('reverseStateOrder', (value) => value === false, 'states are in the order of the cells here');
    this.cells = this.read.get('cells', cellsOf, 'a list of LSTM, GRU and SimpleRNN cells');
  }

  override build(shape: tfl.Shape | tfl.Shape[]): void {
    if (this.built) return;
    let features = firstShape(shape).at(-1) ?? null;
    for (const cell of this.cells) {
      cell.build([null, features]);
      features = cell.units;
      this.adopt(cell);
    }
    this.built = true;
  }

  override compute(): tf.Tensor[] { throw this.fail('cells compute within an RNN layer, not by themselves'); }
}

const cellsOf = (value: unknown): readonly KerasCell[] | undefined =>
  (Array.isArray(value) && value.length > 0 && value.every((cell) => cell instanceof KerasCell) ? value : undefined);

/** What an RNN layer can run: one cell, or a stack. */
export type RNNCells = KerasCell | StackedRNNCells;
export const isCells = (value: unknown): value is RNNCells => value instanceof KerasCell || value instanceof StackedRNNCells;
export const cellList = (cells: RNNCells): readonly KerasCell[] => (cells instanceof StackedRNNCells ? cells.cells : [cells]);
