import { SeeRnnError } from '../../../core/errors.js';
import type { Context } from '../../../graph/context.js';
import type { LayerInputs, RecurrentCell } from '../../../graph/layer.js';
import { cast } from '../../../graph/operations/cast.js';
import { transpose } from '../../../graph/operations/shaping.js';
import { formText, type OpenShape } from '../../../graph/shapes.js';
import type { Tensor } from '../../../graph/tensor.js';
import type { KerasOptions, LayerTable } from './keras-layer.js';
import { CellLayer, GRUCell, LSTMCell, SimpleRNNCell, StackedCells } from './recurrent-cells.js';
import { SequenceLayer } from './sequence-layer.js';

/** A layer that runs a cell, or a stack of them, over a sequence. */
export abstract class Recurrent extends SequenceLayer {
  private cells: readonly RecurrentCell[] = [];

  /** @param cell what it runs */
  constructor(options: KerasOptions, protected readonly cell: CellLayer) { super(options); }

  protected override makeWeights(inputs: readonly OpenShape[]): void {
    const shape = inputs[0];
    if (shape.length !== 3) throw this.fail(`expected inputs of shape (samples, timesteps, features), found ${formText(shape)}`);
    this.cell.build([shape]);
    const { returnSequences, returnState, timeMajor } = this;
    this.cells = this.cell.cells(this.goBackwards);
    this.recurrent = { cells: this.cells, returnSequences, returnState, timeMajor };
  }

  protected override compute({ inputs, masks: [given] }: LayerInputs, context: Context): Tensor[] {
    const { cells, returnSequences, returnState, timeMajor, maskedOutput } = this;
    const turned = timeMajor && inputs[0].rank === 3;
    const x = cast(turned ? transpose(inputs[0], [1, 0, 2]) : inputs[0], 'float');
    const mask = given && turned ? transpose(given, [1, 0, ...given.shape.slice(2).map((_, i) => i + 2)]) : given;
    const [output, ...states] = this.cell.run(x, { cells, initial: this.initialStates(x, inputs.slice(1), context), mask, maskedOutput, returnSequences }, context);
    if (this.stateful) context.states.keep(this, states);
    const turnedBack = turned && returnSequences ? transpose(output, [1, 0, 2]) : output;
    return returnState ? [turnedBack, ...states] : [turnedBack];
  }
}

/** A layer with a cell of its own: the cell's options and weights are the layer's. */
abstract class WithOwnCell extends Recurrent {
  constructor(options: KerasOptions, Cell: new (options: KerasOptions) => CellLayer) { super(options, new Cell(options)); }

  protected override makeWeights(inputs: readonly OpenShape[]): void {
    super.makeWeights(inputs);
    this.weights.push(...this.cell.weights);
  }
}

/** Keras's LSTM. */
class LSTM extends WithOwnCell {
  constructor(options: KerasOptions) { super(options, LSTMCell); }
}

/** Keras's GRU, with and without `reset_after`. */
class GRU extends WithOwnCell {
  constructor(options: KerasOptions) { super(options, GRUCell); }
}

/** Keras's SimpleRNN. */
class SimpleRNN extends WithOwnCell {
  constructor(options: KerasOptions) { super(options, SimpleRNNCell); }
}

/** Keras's RNN around a cell, or a stack or list of them. */
class RNN extends Recurrent {
  constructor(options: KerasOptions) {
    super(options, heldCell(options));
    this.parts.push({ name: '', layer: this.cell });
  }
}

function heldCell(options: KerasOptions): CellLayer {
  const { name, className, dialect, held: { cell } } = options;
  if (cell instanceof CellLayer) return cell;
  if (Array.isArray(cell)) return new StackedCells({ name: 'stacked_rnn_cells', className: 'StackedRNNCells', config: {}, dialect, held: { cells: cell } });
  throw new SeeRnnError(`layer '${name}' (${className}): cell must be an LSTM, GRU or SimpleRNN cell, or a stack of them, found ${cell ? (cell as CellLayer).className : 'nothing'}`);
}

/** What cuDNN computes, whatever the options say. */
const FIXED = { activation: 'tanh', recurrent_activation: 'sigmoid', use_bias: true, reset_after: true, dropout: 0, recurrent_dropout: 0 } as const;

/** A layer that takes no mask, and gives none. */
abstract class CuDNN extends WithOwnCell {
  constructor({ config, ...options }: KerasOptions, Cell: new (options: KerasOptions) => CellLayer) { super({ ...options, config: { ...config, ...FIXED } }, Cell); }

  protected override compute(given: LayerInputs, context: Context): Tensor[] {
    if (given.masks[0]) throw this.fail(`a mask reaches it, which ${this.className} does not take in Keras either`);
    return super.compute(given, context);
  }
}

/**
 * Keras's CuDNNLSTM: an LSTM with tanh, sigmoid and a bias. Its weights are here in the layout of LSTM, gates side by side and one
 * bias, not in cuDNN's.
 */
class CuDNNLSTM extends CuDNN {
  constructor(options: KerasOptions) { super(options, LSTMCell); }
}

/** Keras's CuDNNGRU: a GRU with tanh, sigmoid, `reset_after` and a bias, in the layout of GRU: see {@link CuDNNLSTM}. */
class CuDNNGRU extends CuDNN {
  constructor(options: KerasOptions) { super(options, GRUCell); }
}

export const recurrentLayers: LayerTable = {
  LSTM: (options) => new LSTM(options),
  GRU: (options) => new GRU(options),
  SimpleRNN: (options) => new SimpleRNN(options),
  RNN: (options) => new RNN(options),
  CuDNNLSTM: (options) => new CuDNNLSTM(options),
  CuDNNGRU: (options) => new CuDNNGRU(options),
};
