import type { Tensor } from '@tensorflow/tfjs-core';
import { activations } from '../cells/activations.js';
import { cells } from '../cells/cells.js';
import type { RecurrentCell, RecurrentSpec } from '../layers/recurrence.js';
import { RecurrentKerasLayer } from '../layers/recurrent.js';
import { inside, isOfClass, type CellInternals, type Layer } from './internals.js';

/** A recurrent layer, of TF.js or of our own, as our cells see it. TF.js's have one cell here. */
export interface RecurrentLayer extends RecurrentSpec {
  readonly layer: Layer;
  /** The first cell: the only one, but for a stack. */
  readonly recurrence: RecurrentCell['recurrence'];
}

/** Why a layer can't run on our cells; the reason reads on after its name. */
export interface NotRecurrent { readonly reason: string }

/**
 * Reads a recurrent layer: LSTM, GRU, SimpleRNN, or an RNN layer with one of their cells; of our own also a stack of cells.
 *
 * @returns null for a layer of another kind, and a reason for a recurrent one that our cells don't know
 */
export function readRecurrent(layer: Layer): RecurrentLayer | NotRecurrent | null {
  if (layer instanceof RecurrentKerasLayer) {
    const spec = layer.spec();
    return { ...spec, layer, recurrence: spec.cells[0]!.recurrence };
  }
  const { cell, goBackwards, keptStates, returnSequences, returnState, stateful } = inside(layer);
  if (!cell || !keptStates) return null;
  const className = layer.getClassName();
  const cellClass = cell.getClassName();
  const kind = cells.find((candidate) => `${candidate.kind}Cell` === cellClass);
  const derived = [layer, cell].find((part) => !isOfClass(part, part.getClassName()));
  if (derived) return { reason: `is of a class derived from ${derived.getClassName()}, which has no cell here` };
  if (!kind || (className !== 'RNN' && className !== kind.kind)) {
    return { reason: `is ${className === 'RNN' ? `an RNN of ${cellClass}` : `a ${className}`}, which has no cell here` };
  }
  const named = (role: CellInternals['activation'] | undefined): string => role?.getClassName() ?? 'linear';
  const activation = activations.get(named(cell.activation));
  const recurrentActivation = activations.get(named(cell.recurrentActivation));
  if (!activation || !recurrentActivation) {
    const unknown = activation ? named(cell.recurrentActivation) : named(cell.activation);
    return { reason: `has the activation '${unknown}', which is not among ours (${[...activations.keys()].join(', ')})` };
  }
  const recurrence = { cell: kind, units: cell.units, activation, recurrentActivation, resetAfter: false, backwards: goBackwards === true };
  return {
    layer, recurrence,
    name: layer.name,
    cells: [{ recurrence, weights: () => variables(cell), dropout: cell.dropout, recurrentDropout: cell.recurrentDropout, dropoutFunc: cell.dropoutFunc }],
    returnSequences: returnSequences === true,
    returnState: returnState === true,
    stateful,
    timeMajor: false,
    maskedOutput: 'state',
    keptStates: () => inside(layer).states_ ?? null,
    // Not with `training`, under which TF.js keeps every old state for its own backward pass: ours doesn't read them.
    keepStates: (states) => { inside(layer).resetStates!(states, false); },
  };
}

const variables = (cell: CellInternals): Tensor[] =>
  [cell.kernel, cell.recurrentKernel, ...(cell.bias ? [cell.bias] : [])].map((variable) => variable.read());

export const isRecurrent = (read: ReturnType<typeof readRecurrent>): read is RecurrentLayer => read !== null && 'cells' in read;

/** The weights as tensors: kernel, recurrent kernel and, where there is one, bias, of each cell. */
export const weightTensors = ({ cells: all }: RecurrentLayer): Tensor[] => all.flatMap(({ weights }) => weights());
