import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { ConfigReader, KERAS_3, isStandalone, type Config, type LayerContext } from './config.js';
import { allShapes, firstShape, KerasLayer, type LayerCall, type Masks } from './keras-layer.js';
import { callRecurrence, type MaskedOutput, type RecurrentSpec } from './recurrence.js';
import { cellList, GRUCell, isCells, LSTMCell, SimpleRNNCell, StackedRNNCells, type RecurrentCellOptions, type RNNCells } from './recurrent-cells.js';

/** Options of every recurrent layer, as in Keras; each defaults to false. */
export interface SequenceOptions {
  readonly name?: string;
  readonly trainable?: boolean;
  /** Whether the output is that of every timestep, (samples, timesteps, units), or of the last. */
  readonly returnSequences?: boolean;
  /** Whether the last states are returned too, (samples, units) each. */
  readonly returnState?: boolean;
  /** Whether the sequence is read from its end; the outputs are then in the order of reading, as in Keras. */
  readonly goBackwards?: boolean;
  /** Whether the states go on from batch to batch. */
  readonly stateful?: boolean;
  /** Whether inputs and outputs are (timesteps, samples, ...). */
  readonly timeMajor?: boolean;
  /** Whether masked steps return zeros in place of the output before. */
  readonly zeroOutputForMask?: boolean;
}

export type RecurrentOptions = RecurrentCellOptions & SequenceOptions;

/**
 * A recurrent layer on our cells. Its inputs are the sequence and, optionally, initial states, one by one in the order of its
 * cells; an LSTM has a hidden and a cell state.
 */
export abstract class RecurrentKerasLayer extends KerasLayer {
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly timeMajor: boolean;
  readonly cell: RNNCells;
  /** A Bidirectional layer sets its own. */
  maskedOutput: MaskedOutput;
  /** As TF.js's layers keep them: a stateful layer's states, null before its first call. */
  states_: tf.Tensor[] | null = null;

  constructor(cell: RNNCells, options: SequenceOptions, context: LayerContext) {
    super(options as unknown as Config, context);
    const { read } = this;
    this.cell = cell;
    this.returnSequences = read.flag('returnSequences', false);
    this.returnState = read.flag('returnState', false);
    this.goBackwards = read.flag('goBackwards', false);
    this.timeMajor = read.flag('timeMajor', false);
    this._stateful = read.flag('stateful', false);
    this.maskedOutput = read.flag('zeroOutputForMask', false) ? 'zero' : isStandalone(context) ? 'state' : 'previous';
    this.supportsMasking = true;
  }

  /** The same layer, with other options; without its weights. */
  copy(options: Partial<SequenceOptions>): RecurrentKerasLayer {
    const make = this.constructor as new (options: Config, context: LayerContext) => RecurrentKerasLayer;
    return new make({ ...this.config, ...options }, this.context);
  }

  override build(shape: tfl.Shape | tfl.Shape[]): void {
    if (this.built) return;
    this.cell.build(firstShape(shape));
    this.adopt(this.cell);
    this.built = true;
  }

  override computeOutputShape(shape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    const [first, second] = allShapes(shape)[0]!;
    const samples = this.timeMajor ? second : first;
    const cells = cellList(this.cell);
    const units = cells.at(-1)!.units;
    const output = this.returnSequences ? [first!, second!, units] : [samples!, units];
    return this.returnState ? [output, ...cells.flatMap(({ stateSize }) => stateSize.map((size) => [samples!, size]))] : output;
  }

  override masksOf(_: readonly tf.Tensor[], masks: Masks): Masks {
    return [this.returnSequences ? masks[0] ?? null : null, ...(this.returnState ? cellList(this.cell).flatMap(({ stateSize }) => stateSize.map(() => null)) : [])];
  }

  /** What is computed, for whoever runs it: this layer's own call, a trace. */
  spec(): RecurrentSpec {
    const { name, returnSequences, returnState, stateful, timeMajor, maskedOutput } = this;
    return {
      name, returnSequences, returnState, stateful, timeMajor, maskedOutput,
      cells: cellList(this.cell).map((cell, i) => cell.spec(i === 0 && this.goBackwards)),
      keptStates: () => this.states_,
      keepStates: (states) => { this.keepStates(states); },
    };
  }

  override compute(inputs: readonly tf.Tensor[], masks: Masks, call: LayerCall): tf.Tensor[] {
    return callRecurrence(this.spec(), inputs, masks[0] ?? null, call);
  }

  /** Initial states given by name, as TF.js takes them too, are inputs. */
  override apply(inputs: Parameters<tfl.layers.Layer['apply']>[0], kwargs?: Record<string, unknown>): ReturnType<tfl.layers.Layer['apply']> {
    const { initialState, ...others } = kwargs ?? {};
    if (initialState == null) return super.apply(inputs, kwargs);
    return super.apply([inputs, initialState].flat() as tf.Tensor[], others);
  }

  /** Sets a stateful layer's states, or forgets them: the next batch starts from zeros. */
  override resetStates(states?: tf.Tensor | tf.Tensor[] | null): void {
    if (!this.stateful) throw this.fail('it is not stateful: there are no states to reset');
    if (states) this.keepStates([states].flat());
    else this.forgetStates();
  }

  protected override disposeWeights(): number {
    this.forgetStates();
    return super.disposeWeights();
  }

  private keepStates(states: readonly tf.Tensor[]): void {
    const kept = states.map((state) => tf.keep(tf.clone(state)));
    this.forgetStates();
    this.states_ = kept;
  }

  private forgetStates(): void {
    tf.dispose(this.states_ ?? []);
    this.states_ = null;
  }
}

type CellClass = typeof LSTMCell | typeof GRUCell | typeof SimpleRNNCell;

/** A layer's own cell, of the layer's options. Its name is that of Keras 3. */
function ownCell<C extends CellClass>(Cell: C, name: string, layer: string, options: RecurrentCellOptions, context: LayerContext): InstanceType<C> {
  const named = { ...options, name: options.name === undefined ? name : `${options.name}/${name}` };
  return new Cell(named, context, new ConfigReader(layer, options as unknown as Config)) as InstanceType<C>;
}

/**
 * Keras's LSTM.
 *
 * @example new LSTM({ units: 32, returnSequences: true })
 */
export class LSTM extends RecurrentKerasLayer {
  static readonly className: string = 'LSTM';
  constructor(options: RecurrentOptions, context: LayerContext = KERAS_3) { super(ownCell(LSTMCell, 'lstm_cell', 'LSTM', options, context), options, context); }
}

/** Keras's GRU, with and without `resetAfter`. */
export class GRU extends RecurrentKerasLayer {
  static readonly className: string = 'GRU';
  constructor(options: RecurrentOptions, context: LayerContext = KERAS_3) { super(ownCell(GRUCell, 'gru_cell', 'GRU', options, context), options, context); }
}

/** Keras's SimpleRNN. */
export class SimpleRNN extends RecurrentKerasLayer {
  static readonly className: string = 'SimpleRNN';
  constructor(options: RecurrentOptions, context: LayerContext = KERAS_3) { super(ownCell(SimpleRNNCell, 'simple_rnn_cell', 'SimpleRNN', options, context), options, context); }
}

/** Keras's RNN layer around a cell, or a stack of them. */
export class RNN extends RecurrentKerasLayer {
  static readonly className: string = 'RNN';

  /** @param options `cell`: an LSTM, GRU or SimpleRNN cell, StackedRNNCells, or a list of cells */
  constructor(options: SequenceOptions & { readonly cell: tfl.layers.Layer | readonly tfl.layers.Layer[] }, context: LayerContext = KERAS_3) {
    super(cellsOf(options, context), options, context);
  }

  override copy(options: Partial<SequenceOptions>): RNN {
    const cells = cellList(this.cell).map((cell) => new (cell.constructor as typeof LSTMCell)(cell.config as unknown as RecurrentCellOptions, cell.context));
    const Stack = this.cell.constructor as new (options: Config, context: LayerContext) => RNNCells;
    const cell = isSingle(this.cell) ? cells[0]! : new Stack({ ...this.cell.config, cells }, this.context);
    return new RNN({ ...(this.config as SequenceOptions), ...options, cell }, this.context);
  }
}

function cellsOf(options: SequenceOptions & { readonly cell: tfl.layers.Layer | readonly tfl.layers.Layer[] }, context: LayerContext): RNNCells {
  const { cell, name } = options;
  if (Array.isArray(cell)) return new StackedRNNCells({ ...(name === undefined ? {} : { name: `${name}/stacked_rnn_cells` }), cells: cell as tfl.layers.Layer[] }, context);
  if (isCells(cell)) return cell;
  const found = (cell as unknown) instanceof tfl.layers.Layer ? (cell as tfl.layers.Layer).getClassName() : 'nothing';
  throw new ConfigReader('RNN', options as unknown as Config).error(`cell must be an LSTM, GRU or SimpleRNN cell, or a stack of them, found ${found}`);
}

const isSingle = (cells: RNNCells): boolean => cellList(cells)[0] === cells;

/** The options that cuDNN's layers have: activations, bias and the like are fixed. */
export type CuDNNOptions = Pick<RecurrentOptions,
  'name' | 'trainable' | 'units' | 'returnSequences' | 'returnState' | 'goBackwards' | 'stateful' | 'timeMajor' |
  'kernelRegularizer' | 'recurrentRegularizer' | 'biasRegularizer' | 'kernelConstraint' | 'recurrentConstraint' | 'biasConstraint'>;

/** What cuDNN computes, whatever the options say. */
const FIXED = { activation: 'tanh', recurrentActivation: 'sigmoid', useBias: true } as const;

/** A layer that takes no mask, and gives none. */
abstract class CuDNNLayer extends RecurrentKerasLayer {
  constructor(cell: RNNCells, options: CuDNNOptions, context: LayerContext) {
    super(cell, options, context);
    this.supportsMasking = false;
  }

  override compute(inputs: readonly tf.Tensor[], masks: Masks, call: LayerCall): tf.Tensor[] {
    if (masks[0]) throw this.fail(`a mask reaches it, which ${this.getClassName()} does not take in Keras either`);
    return super.compute(inputs, masks, call);
  }
}

/**
 * Keras's CuDNNLSTM: an LSTM with tanh, sigmoid and a bias. Its weights are here in the layout of LSTM, gates side by side and one
 * bias, not in cuDNN's.
 */
export class CuDNNLSTM extends CuDNNLayer {
  static readonly className: string = 'CuDNNLSTM';
  constructor(options: CuDNNOptions, context: LayerContext = KERAS_3) { super(ownCell(LSTMCell, 'lstm_cell', 'CuDNNLSTM', { ...options, ...FIXED }, context), options, context); }
}

/** Keras's CuDNNGRU: a GRU with tanh, sigmoid, `resetAfter` and a bias, in the layout of GRU: see {@link CuDNNLSTM}. */
export class CuDNNGRU extends CuDNNLayer {
  static readonly className: string = 'CuDNNGRU';
  constructor(options: CuDNNOptions, context: LayerContext = KERAS_3) { super(ownCell(GRUCell, 'gru_cell', 'CuDNNGRU', { ...options, ...FIXED, resetAfter: true }, context), options, context); }
}
