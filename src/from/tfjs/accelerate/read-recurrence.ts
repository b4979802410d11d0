import type { Tensor } from '@tensorflow/tfjs-core';
import { activations } from '../../../cells/activations.js';
import { cells } from '../../../cells/cells.js';
import { inside, isOfClass, type CellInternals, type TfLayer } from '../internals.js';
import type { TfRecurrence } from './recurrence.js';

/** Why a layer can't run on our cells; the reason reads on after its name. */
export interface NotRecurrent { readonly reason: string }

/**
 * Reads a recurrent layer: LSTM, GRU, SimpleRNN, or an RNN layer with one of their cells.
 *
 * @returns null for a layer of another kind, and a reason for a recurrent one that our cells don't know
 */
export function readRecurrence(layer: TfLayer): TfRecurrence | NotRecurrent | null {
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
  return {
    name: layer.name, dropout: cell.dropout, recurrentDropout: cell.recurrentDropout, dropoutFunc: cell.dropoutFunc ?? null, stateful,
    recurrence: { cell: kind, units: cell.units, activation, recurrentActivation, resetAfter: false, backwards: goBackwards === true },
    weights: () => variables(cell), returnSequences: returnSequences === true, returnState: returnState === true,
    keptStates: () => inside(layer).states_ ?? null,
    // Not with `training`, under which TF.js keeps every old state for its own backward pass: ours doesn't read them.
    keepStates: (states) => { inside(layer).resetStates!(states, false); },
  };
}

const variables = (cell: CellInternals): Tensor[] =>
  [cell.kernel, cell.recurrentKernel, ...(cell.bias ? [cell.bias] : [])].map((variable) => variable.read());

export const isRecurrence = (read: ReturnType<typeof readRecurrence>): read is TfRecurrence => read !== null && 'recurrence' in read;
