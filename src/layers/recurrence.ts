import * as tf from '@tensorflow/tfjs-core';
import { recurrentOp } from '../cells/op.js';
import type { Recurrence } from '../cells/sequence.js';
import { shapeText } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import type { LayerCall } from './keras-layer.js';

/** A cell of a recurrent layer: what it computes, and where its weights are. */
export interface RecurrentCell {
  readonly recurrence: Recurrence;
  /** Kernel, recurrent kernel and, where there is one, bias. */
  readonly weights: () => tf.Tensor[];
  readonly dropout: number;
  readonly recurrentDropout: number;
  /** TF.js's cells may bring a dropout of their own. */
  readonly dropoutFunc?: ((x: tf.Tensor, rate: number) => tf.Tensor) | null | undefined;
}

/**
 * What a recurrent layer returns where a step is masked:
 * - `state`: the hidden state, which is carried over (TF.js, and Keras before TensorFlow's),
 * - `previous`: the output of the step before, zeros before the first (Keras),
 * - `zero`: zeros (Keras with `zero_output_for_mask`, and its Bidirectional layers that return sequences).
 *
 * The first two differ only where the first steps are masked and there is an initial state.
 */
export type MaskedOutput = 'state' | 'previous' | 'zero';

/** A recurrent layer, whoever made it, as it runs on our cells. */
export interface RecurrentSpec {
  readonly name: string;
  /** The first reads the inputs, the next one its outputs, and so on; only the first may go backwards. */
  readonly cells: readonly RecurrentCell[];
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly stateful: boolean;
  /** Whether inputs, outputs and masks have the timesteps in front of the samples. */
  readonly timeMajor: boolean;
  readonly maskedOutput: MaskedOutput;
  /** A stateful layer's states; null before the first call. */
  readonly keptStates: () => readonly tf.Tensor[] | null;
  readonly keepStates: (states: tf.Tensor[]) => void;
}

/** How many states a cell has. */
export const stateCount = ({ recurrence }: RecurrentCell): number => (recurrence.cell.hasCellState ? 2 : 1);

/**
 * Calls a recurrent layer on our cells.
 *
 * @param inputs its sequence, then its initial states, if any
 * @returns its output and, where it returns its states, those
 */
export function callRecurrence(spec: RecurrentSpec, inputs: readonly tf.Tensor[], mask: tf.Tensor | null, call: LayerCall): tf.Tensor[] {
  const turned = spec.timeMajor && inputs[0]!.rank === 3;
  const sequence = (turned ? tf.transpose(inputs[0]!, [1, 0, 2]) : inputs[0]) as tf.Tensor3D;
  const steps = turned && mask?.rank === 2 ? tf.transpose(mask) : mask;
  let initial = inputs.slice(1);
  if (initial.length === 0 && spec.stateful) initial = [...spec.keptStates() ?? []];
  checkArguments(spec, sequence, initial, steps);

  const backwards = spec.cells[0]!.recurrence.backwards;
  const last: tf.Tensor[] = [];
  let x = sequence;
  let output: tf.Tensor = x;
  let at = 0;
  spec.cells.forEach((cell, i) => {
    const states = stateCount(cell);
    const top = i === spec.cells.length - 1;
    // Above the first cell everything is in processing order.
    const turnedMask = steps && i > 0 && backwards ? tf.reverse(tf.cast(tf.reshape(steps, sequence.shape.slice(0, 2)), 'int32'), 1) : steps;
    const stacked = spec.cells.length > 1;
    const result = callCell(cell, x, initial.slice(at, at + states), turnedMask, top ? spec.returnSequences : true, {
      ...call, watch: stacked ? call.watch?.within({ name: String(i), reversed: i > 0 && backwards }) : call.watch,
    });
    at += states;
    last.push(...result.last);
    if (result.sequence) x = result.sequence as tf.Tensor3D;
    output = top && !spec.returnSequences ? result.last[0]! : x;
  });

  if (spec.stateful && call.keepStates) spec.keepStates(last);
  if (steps) output = maskOutput(spec, output, steps, sequence.shape, backwards, initial.length > 0);
  if (turned && spec.returnSequences) output = tf.transpose(output, [1, 0, 2]);
  // Copies, since TF.js's executor disposes of a tensor when the last reader of one of the outputs is done.
  return spec.returnState ? [output, ...last.map((state) => tf.clone(state))] : [output];
}

function callCell(cell: RecurrentCell, x: tf.Tensor3D, initial: readonly tf.Tensor[], mask: tf.Tensor | null, wantSequence: boolean, call: LayerCall): ReturnType<typeof recurrentOp> {
  const { recurrence, dropout, recurrentDropout, dropoutFunc } = cell;
  const [samples, , features] = x.shape;
  const dropped = (shape: [number, number], rate: number): tf.Tensor => (dropoutFunc ?? tf.dropout)(tf.ones(shape), rate);
  const drops = (rate: number): boolean => call.training && rate > 0 && rate < 1;
  // One mask for all steps and all gates, as in TF.js and Keras 3.
  const read = drops(dropout) ? tf.mul(x, tf.expandDims(dropped([samples, features], dropout), 1)) as tf.Tensor3D : x;
  return recurrentOp(recurrence, {
    x: read, weights: cell.weights(), initial, mask, watch: call.watch,
    recurrentDropout: drops(recurrentDropout) ? dropped([samples, recurrence.units], recurrentDropout) : null,
  }, wantSequence);
}

/** Puts zeros where Keras does: see {@link MaskedOutput}. On our cells a masked step's output is the state carried over. */
function maskOutput(spec: RecurrentSpec, output: tf.Tensor, mask: tf.Tensor, [samples, timesteps]: readonly number[], backwards: boolean, hasInitial: boolean): tf.Tensor {
  const { maskedOutput, returnSequences } = spec;
  if (maskedOutput === 'state' || (maskedOutput === 'previous' && !hasInitial)) return output;
  const steps = mask.dataSync();
  const units = output.shape.at(-1)!;
  const keep = new Uint8Array(samples! * timesteps!);
  for (let sample = 0; sample < samples!; sample++) {
    let seen = false;
    for (let step = 0; step < timesteps!; step++) {
      const here = steps[sample * timesteps! + (backwards ? timesteps! - 1 - step : step)] !== 0;
      seen = maskedOutput === 'zero' ? here : seen || here;
      keep[sample * timesteps! + step] = seen ? 1 : 0;
    }
  }
  if (keep.every((one) => one === 1)) return output;
  const kept = returnSequences ? keep : keep.filter((_, n) => ((n + 1) % timesteps!) === 0);
  const wide = new Uint8Array(kept.length * units);
  for (let n = 0; n < kept.length; n++) if (kept[n]) wide.fill(1, n * units, (n + 1) * units);
  // Not a product: what is not a number must not get through either.
  return tf.where(tf.tensor(wide, output.shape, 'bool'), output, tf.zerosLike(output));
}

/** Our cells read plain memory, so that what doesn't fit would be read as something else. */
function checkArguments({ name, cells }: RecurrentSpec, x: tf.Tensor, initial: readonly tf.Tensor[], mask: tf.Tensor | null): void {
  const expect = (what: string, expected: string, found: string): SeeRnnError =>
    new SeeRnnError(`layer '${name}': expected ${what} ${expected}, found ${found}`);
  if (x.rank !== 3) throw expect('inputs', 'of shape (samples, timesteps, features)', shapeText(x.shape));
  const [samples, timesteps, features] = x.shape as [number, number, number];
  if (timesteps === 0) throw expect('at least', 'one timestep', 'none');
  const wide = cells[0]!.weights()[0]!.shape[0];
  if (features !== wide) throw expect('inputs of', `${wide} features`, `${features}`);
  const sizes = cells.flatMap((cell) => Array.from({ length: stateCount(cell) }, () => cell.recurrence.units));
  if (initial.length !== 0 && initial.length !== sizes.length) throw expect(`${sizes.length} initial`, sizes.length === 1 ? 'state' : 'states', `${initial.length}`);
  initial.forEach((state, i) => {
    const wanted = shapeText([samples, sizes[i]!]);
    if (shapeText(state.shape) !== wanted) throw expect('initial states of shape', wanted, shapeText(state.shape));
  });
  if (mask && mask.size !== samples * timesteps) throw expect('a mask of shape', shapeText([samples, timesteps]), shapeText(mask.shape));
}
