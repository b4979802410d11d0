import * as tf from '@tensorflow/tfjs-core';
import type { Recurrence } from '../../../cells/sequence.js';
import { shapeText } from '../../../core/array.js';
import { SeeRnnError } from '../../../core/errors.js';
import { recurrentOp } from './op.js';

/** A recurrent layer of TF.js's, as it runs on our cells. */
export interface TfRecurrence {
  readonly name: string;
  readonly recurrence: Recurrence;
  /** Kernel, recurrent kernel and, where there is one, bias. */
  readonly weights: () => tf.Tensor[];
  readonly dropout: number;
  readonly recurrentDropout: number;
  /** TF.js's cells may bring a dropout of their own. */
  readonly dropoutFunc: ((x: tf.Tensor, rate: number) => tf.Tensor) | null;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly stateful: boolean;
  /** A stateful layer's states; null before the first call. */
  readonly keptStates: () => readonly tf.Tensor[] | null;
  readonly keepStates: (states: tf.Tensor[]) => void;
}

/**
 * Calls a recurrent layer on our cells. At a masked step the state is carried over, and is what the layer returns there, as TF.js has it.
 *
 * @param inputs its sequence, then its initial states, if any
 * @returns its output and, where it returns its states, those
 */
export function callRecurrence(layer: TfRecurrence, inputs: readonly tf.Tensor[], mask: tf.Tensor | null, training: boolean): tf.Tensor[] {
  const { recurrence, dropout, recurrentDropout, dropoutFunc, returnSequences, returnState, stateful } = layer;
  const x = inputs[0] as tf.Tensor3D;
  const given = inputs.slice(1);
  const initial = given.length === 0 && stateful ? layer.keptStates() ?? [] : given;
  checkArguments(layer, x, initial, mask);
  const [samples, , features] = x.shape;
  // One mask for all steps and all gates, as in TF.js.
  const dropped = (shape: [number, number], rate: number): tf.Tensor => (dropoutFunc ?? tf.dropout)(tf.ones(shape), rate);
  const drops = (rate: number): boolean => training && rate > 0 && rate < 1;
  const { sequence, last } = recurrentOp(recurrence, {
    x: drops(dropout) ? tf.mul(x, tf.expandDims(dropped([samples, features], dropout), 1)) as tf.Tensor3D : x,
    weights: layer.weights(), initial, mask, recurrentDropout: drops(recurrentDropout) ? dropped([samples, recurrence.units], recurrentDropout) : null,
  }, returnSequences);
  if (stateful) layer.keepStates(last);
  const output = sequence ?? last[0]!;
  // Copies, since TF.js's executor disposes of a tensor when the last reader of one of the outputs is done.
  return returnState ? [output, ...last.map((state) => tf.clone(state))] : [output];
}

/** Our cells read plain memory, so that what doesn't fit would be read as something else. */
function checkArguments({ name, recurrence, weights }: TfRecurrence, x: tf.Tensor, initial: readonly tf.Tensor[], mask: tf.Tensor | null): void {
  const expect = (what: string, expected: string, found: string): SeeRnnError =>
    new SeeRnnError(`layer '${name}': expected ${what} ${expected}, found ${found}`);
  if (x.rank !== 3) throw expect('inputs', 'of shape (samples, timesteps, features)', shapeText(x.shape));
  const [samples, timesteps, features] = x.shape as [number, number, number];
  if (timesteps === 0) throw expect('at least', 'one timestep', 'none');
  const wide = weights()[0]!.shape[0]!;
  if (features !== wide) throw expect('inputs of', `${wide} features`, `${features}`);
  const states = recurrence.cell.hasCellState ? 2 : 1;
  if (initial.length !== 0 && initial.length !== states) throw expect(`${states} initial`, states === 1 ? 'state' : 'states', `${initial.length}`);
  for (const state of initial) {
    const wanted = shapeText([samples, recurrence.units]);
    if (shapeText(state.shape) !== wanted) throw expect('initial states of shape', wanted, shapeText(state.shape));
  }
  if (mask && mask.size !== samples * timesteps) throw expect('a mask of shape', shapeText([samples, timesteps]), shapeText(mask.shape));
}
