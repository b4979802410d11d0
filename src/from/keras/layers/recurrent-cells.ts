import type { Cell } from '../../../cells/cell.js';
import { gru } from '../../../cells/gru.js';
import { lstm } from '../../../cells/lstm.js';
import { simpleRNN } from '../../../cells/simple-rnn.js';
import type { Context } from '../../../graph/context.js';
import type { LayerInputs, RecurrentCell } from '../../../graph/layer.js';
import type { OpenShape } from '../../../graph/shapes.js';
import type { Tensor } from '../../../graph/tensor.js';
import { isStandalone, type Dialect } from '../dialect.js';
import type { KerasLayer, KerasOptions, LayerTable } from './keras-layer.js';
import { cellOptions, cellWeights, recurrentCell, stateCount, type CellOptions } from './recurrent-cell.js';
import { runCells, type CellsCall } from './run-cells.js';
import { CopiedLayer } from './sequence-layer.js';

/**
 * One cell or several on top of each other: what an RNN layer runs. A model may call it by itself too: it then reads a step's inputs, (samples,
 * features), and states, and gives its output and the new states.
 */
export abstract class CellLayer extends CopiedLayer {
  /** Whether states go in and come out in the reverse order of the cells. */
  protected readonly statesReversed: boolean = false;

  /** The lowest first; once it is built. @param backwards whether a sequence is read from its end */
  abstract cells(backwards: boolean): readonly RecurrentCell[];

  /** Runs its cells: see {@link runCells}. States go in and come out in the framework's order. */
  run(x: Tensor, { cells, initial, ...call }: CellsCall, context: Context): Tensor[] {
    const counts = cells.map(stateCount);
    const { output, states } = runCells(x, { ...call, cells, initial: this.statesReversed ? turned(initial, counts.toReversed()) : initial }, context);
    return [output, ...(this.statesReversed ? turned(states, counts) : states)];
  }

  protected override compute({ inputs: [x, ...initial] }: LayerInputs, context: Context): Tensor[] {
    return this.run(x, { cells: this.recurrent!.cells, initial, mask: null, maskedOutput: 'state', returnSequences: false }, context);
  }

  protected override makeWeights(inputs: readonly OpenShape[]): void {
    const features = inputs[0].at(-1);
    if (features == null) throw this.fail('the number of features it reads must be known');
    this.makeCells(features);
    this.recurrent = { cells: this.cells(false), returnSequences: false, returnState: true, timeMajor: false };
  }

  protected abstract makeCells(features: number): void;
}

/** States in groups of these sizes, the groups in reverse. */
function turned(states: readonly Tensor[], counts: readonly number[]): readonly Tensor[] {
  let at = 0;
  return counts.map((count) => states.slice(at, at += count)).reverse().flat();
}

/** A single cell; a layer that has one of its own makes it of its own options. */
export abstract class SingleCell extends CellLayer {
  private readonly does: CellOptions;

  constructor(cell: Cell, options: KerasOptions) {
    super(options);
    this.does = cellOptions(cell, this.read, this.dialect);
  }

  override cells(backwards: boolean): readonly RecurrentCell[] { return [recurrentCell(this.does, this.weights, backwards)]; }
  protected override makeCells(features: number): void { cellWeights(this.does, features, (name, options) => this.weight(name, options)); }
}

/** Keras's LSTMCell: gates `input`, `forget`, `cell`, `output`. */
export class LSTMCell extends SingleCell {
  constructor(options: KerasOptions) { super(lstm, options); }
}

/** Keras's GRUCell, with and without `reset_after`: gates `update`, `reset`, `new`. */
export class GRUCell extends SingleCell {
  constructor(options: KerasOptions) { super(gru, options); }
}

/** Keras's SimpleRNNCell. */
export class SimpleRNNCell extends SingleCell {
  constructor(options: KerasOptions) { super(simpleRNN, options); }
}

/** Keras's StackedRNNCells: cells on top of each other, each reading the outputs of the one below. */
export class StackedCells extends CellLayer {
  protected override readonly statesReversed = reversesStates(this.dialect, this.read.flag('reverse_state_order', false));
  private readonly stack: readonly SingleCell[];

  constructor(options: KerasOptions) {
    super(options);
    const { cells } = options.held;
    if (!isList(cells) || cells.length === 0) throw this.fail('cells must be a list of LSTM, GRU and SimpleRNN cells');
    this.stack = cells.map((cell) => {
      if (cell instanceof SingleCell) return cell;
      throw this.fail(`cells must be a list of LSTM, GRU and SimpleRNN cells, found ${cell.className}`);
    });
    this.stack.forEach((layer, i) => { this.parts.push({ name: String(i), layer }); });
  }

  // Above the first cell everything is in processing order.
  override cells(backwards: boolean): readonly RecurrentCell[] { return this.stack.flatMap((cell, i) => cell.cells(i === 0 && backwards)); }

  protected override makeCells(features: number): void {
    let width = features;
    for (const cell of this.stack) {
      cell.build([[null, width]]);
      width = cell.recurrent!.cells[0].recurrence.units;
    }
  }
}

const isList = (held: KerasLayer | readonly KerasLayer[] | undefined): held is readonly KerasLayer[] => Array.isArray(held);

/** TF.js and Keras up to 2.2.2 have the uppermost cell's states first, Keras 2.2.3 to 2.3 where that is asked for; TensorFlow's Keras computes the same either way. */
function reversesStates(dialect: Dialect, asked: boolean): boolean {
  if (dialect.tfjs) return true;
  if (!isStandalone(dialect)) return false;
  return asked || /^2\.([01]\.|2\.[0-2]$)/.test(dialect.kerasVersion ?? '');
}

export const recurrentCells: LayerTable = {
  LSTMCell: (options) => new LSTMCell(options),
  GRUCell: (options) => new GRUCell(options),
  SimpleRNNCell: (options) => new SimpleRNNCell(options),
  StackedRNNCells: (options) => new StackedCells(options),
};
