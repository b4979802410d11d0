import * as tf from '@tensorflow/tfjs-core';
import { shapeText } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { inside, isOfClass, type Layer, type LayerInternals } from '../model/internals.js';
import { isRecurrent, readRecurrent, weightTensors, type RecurrentLayer } from '../model/recurrent.js';
import { recurrentOp, type RecurrentArguments, type WentBack } from './op.js';

/** How a layer is called: fresh for every call, so that nothing of one call reaches the next. */
export interface CallContext {
  readonly training: boolean;
  /** Whether a stateful layer is to keep its new state, as training and prediction do and a trace must not. */
  readonly keepStates: boolean;
  /** Hears of every backward pass that a recurrence of this call makes: two of a Bidirectional layer. */
  readonly wentBack?: WentBack;
}

/**
 * Calls a layer that is not a model: recurrent layers and Bidirectional ones on our cells, all others by themselves.
 *
 * @param inputs the layer's inputs; for a recurrent layer its sequence, then its initial states
 * @param mask the first input's mask
 */
export function callLayer(layer: Layer, inputs: readonly tf.Tensor[], mask: tf.Tensor | null, context: CallContext): tf.Tensor[] {
  const recurrent = readRecurrent(layer);
  if (isRecurrent(recurrent)) return callRecurrent(recurrent, inputs, mask, context);
  const it = inside(layer);
  if (isOfClass(layer, 'Bidirectional')) return callBidirectional(it, inputs, mask, context);
  const takesStates = recurrent !== null || it.forwardLayer !== undefined;
  const initialState = takesStates && inputs.length > 1 ? inputs.slice(1) : undefined;
  const result = it.call(initialState ? [inputs[0]!] : [...inputs], {
    training: context.training, ...(mask ? { mask } : {}), ...(initialState ? { initialState } : {}),
  });
  return Array.isArray(result) ? result : [result];
}

/** Calls a recurrent layer on our cells. Returns its output and, where it returns its states, those. */
export function callRecurrent(recurrent: RecurrentLayer, inputs: readonly tf.Tensor[], mask: tf.Tensor | null, context: CallContext): tf.Tensor[] {
  const { layer, cell, recurrence, returnSequences, returnState, stateful } = recurrent;
  const it = inside(layer);
  let x = inputs[0] as tf.Tensor3D;
  let initial = inputs.slice(1);
  if (initial.length === 0 && stateful && it.states_) initial = it.states_;
  const weights = weightTensors(recurrent);
  checkArguments(recurrent, { x, weights, initial, mask });
  const [samples, , features] = x.shape;

  const dropped = (shape: [number, number], rate: number): tf.Tensor =>
    cell.dropoutFunc ? cell.dropoutFunc(tf.ones(shape), rate) : tf.dropout(tf.ones(shape), rate);
  const drops = (rate: number): boolean => context.training && rate > 0 && rate < 1;
  // One mask for all steps and all gates, as TF.js has it.
  if (drops(cell.dropout)) x = tf.mul(x, tf.expandDims(dropped([samples, features], cell.dropout), 1));
  const recurrentDropout = drops(cell.recurrentDropout) ? dropped([samples, recurrence.units], cell.recurrentDropout) : null;

  const { sequence, last } = recurrentOp(recurrence, { x, weights, initial, mask, recurrentDropout, wentBack: context.wentBack }, returnSequences);
  // Not with `training`, under which TF.js keeps every old state for its own backward pass: ours doesn't read them.
  if (stateful && context.keepStates) it.resetStates!(last, false);
  const output = returnSequences ? sequence! : last[0]!;
  // Copies, since TF.js's executor disposes of a tensor when the last reader of one of the outputs is done.
  return returnState ? [output, ...last.map((state) => tf.clone(state))] : [output];
}

/** Our cells read plain memory, so that what doesn't fit would be read as something else. */
function checkArguments({ layer, recurrence }: RecurrentLayer, { x, weights, initial, mask }: Omit<RecurrentArguments, 'recurrentDropout' | 'wentBack'>): void {
  const expect = (what: string, expected: string, found: string): SeeRnnError =>
    new SeeRnnError(`layer '${layer.name}': expected ${what} ${expected}, found ${found}`);
  if ((x.rank as number) !== 3) throw expect('inputs', 'of shape (samples, timesteps, features)', shapeText(x.shape));
  const [samples, timesteps, features] = x.shape;
  if (timesteps === 0) throw expect('at least', 'one timestep', 'none');
  if (features !== weights[0]!.shape[0]) throw expect('inputs of', `${weights[0]!.shape[0]} features`, `${features}`);
  const states = recurrence.cell.hasCellState ? 2 : 1;
  if (initial.length !== 0 && initial.length !== states) throw expect(`${states} initial`, states === 1 ? 'state' : 'states', `${initial.length}`);
  for (const state of initial) {
    const wanted = shapeText([samples, recurrence.units]);
    if (shapeText(state.shape) !== wanted) throw expect('initial states of shape', wanted, shapeText(state.shape));
  }
  if (mask && mask.size !== samples * timesteps) throw expect('a mask of shape', shapeText([samples, timesteps]), shapeText(mask.shape));
}

function callBidirectional(it: LayerInternals, inputs: readonly tf.Tensor[], mask: tf.Tensor | null, context: CallContext): tf.Tensor[] {
  const [x, ...initial] = inputs;
  const half = initial.length / 2;
  const [y, ...states] = callLayer(it.forwardLayer!, [x!, ...initial.slice(0, half)], mask, context);
  const [yBack, ...statesBack] = callLayer(it.backwardLayer!, [x!, ...initial.slice(half)], mask, context);
  const reversed = it.returnSequences ? tf.reverse(yBack!, 1) : yBack!;
  return [...merged(it, y!, reversed), ...states, ...statesBack];
}

function merged({ mergeMode }: LayerInternals, y: tf.Tensor, yBack: tf.Tensor): tf.Tensor[] {
  switch (mergeMode) {
    case 'concat': return [tf.concat([y, yBack], -1)];
    case 'sum': return [tf.add(y, yBack)];
    case 'ave': return [tf.mul(0.5, tf.add(y, yBack))];
    case 'mul': return [tf.mul(y, yBack)];
    default: return [y, yBack];
  }
}
