import { zerosLike } from '../../cells/floats.js';
import { SeeRnnError } from '../../core/errors.js';
import { apply, type Operation } from '../operation.js';
import { formText } from '../shapes.js';
import type { Tensor } from '../tensor.js';

/**
 * Connectionist temporal classification (Graves et al. 2006): -log of the probability that steps spell a label, each step one of the label's
 * classes or a blank, class 0; repeated classes count once. By the forward-backward algorithm, in logarithms and in float64.
 *
 * Inputs: labels (samples, length), 0 after a label's end; logits (samples, timesteps, classes). Keeps d(loss)/d(logits).
 */
export const CTC: Operation<undefined, Float64Array> = {
  name: 'ctc',
  forms([labels, logits]) {
    if (labels.shape.length !== 2 || logits.shape.length !== 3 || labels.shape[0] !== logits.shape[0]) {
      throw new SeeRnnError(`expected labels (samples, length) and logits (samples, timesteps, classes), found ${formText(labels.shape)} and ${formText(logits.shape)}`);
    }
    return [{ shape: [labels.shape[0]], dtype: 'float' }];
  },
  forward({ inputs: [labels, logits], outputs: [out] }) {
    const [samples, timesteps, classes] = logits.shape;
    const slopes = new Float64Array(logits.size);
    for (let sample = 0; sample < samples; sample++) {
      const row = { logs: logSoftmax(logits.data, sample * timesteps * classes, timesteps, classes), timesteps, classes };
      out.data[sample] = spell(labelOf(labels, sample, classes, timesteps), row, slopes.subarray(sample * timesteps * classes, (sample + 1) * timesteps * classes));
    }
    return slopes;
  },
  backward({ inputs: [, logits], adjoints: [d], kept }) {
    const dz = zerosLike(d!, logits.size);
    const each = logits.shape[1] * logits.shape[2];
    for (let n = 0; n < dz.length; n++) dz[n] = d![Math.floor(n / each)] * kept[n];
    return [null, dz];
  },
};

interface Steps {
  /** log p, (timesteps, classes). */
  readonly logs: Float64Array;
  readonly timesteps: number;
  readonly classes: number;
}

function logSoftmax(z: ArrayLike<number>, from: number, timesteps: number, classes: number): Float64Array {
  const logs = new Float64Array(timesteps * classes);
  for (let t = 0; t < timesteps; t++) {
    const start = t * classes;
    let peak = -Infinity;
    for (let k = 0; k < classes; k++) peak = Math.max(peak, z[from + start + k]);
    let total = 0;
    for (let k = 0; k < classes; k++) total += Math.exp(z[from + start + k] - peak);
    for (let k = 0; k < classes; k++) logs[start + k] = z[from + start + k] - peak - Math.log(total);
  }
  return logs;
}

/** A sample's label: its classes before the zeros. */
function labelOf({ data, shape: [, length] }: Tensor, sample: number, classes: number, timesteps: number): number[] {
  const all = Array.from(data.subarray(sample * length, (sample + 1) * length));
  const label = all.filter((k) => k !== 0);
  const wrong = label.find((k) => !(Number.isInteger(k) && k > 0 && k < classes));
  if (wrong !== undefined) throw new SeeRnnError(`expected class indices from 1 to ${classes - 1}, and 0 after a label's end, found ${wrong}`);
  if (label.some((k, i) => k !== all[i])) throw new SeeRnnError('expected labels with zeros at their end alone: 0 is the blank');
  const needed = label.length + label.filter((k, i) => i > 0 && k === label[i - 1]).length;
  if (needed > timesteps) throw new SeeRnnError(`a label needs ${needed} timesteps, found ${timesteps}`);
  return label;
}

/** log(e^a + e^b). */
function logAdd(a: number, b: number): number {
  const [more, less] = a > b ? [a, b] : [b, a];
  return less === -Infinity ? more : more + Math.log1p(Math.exp(less - more));
}

/** -log of the probability of a label; fills in its derivatives by the logits, p - (how likely each class is at each step, given the label). */
function spell(label: readonly number[], { logs, timesteps, classes }: Steps, slopes: Float64Array): number {
  // Blanks before, between and behind: the states of an automaton, which stays, goes on by one, or skips a blank between two different classes.
  const states = Array.from({ length: 2 * label.length + 1 }, (_, s) => (s % 2 === 0 ? 0 : label[(s - 1) / 2]));
  const skips = states.map((k, s) => k !== 0 && s > 1 && k !== states[s - 2]);
  const size = states.length;
  const [last, blank] = [size - 1, size - 2];
  // log of the probability of all ways to a state, its own step included; and of all ways on from there.
  const to = new Float64Array(timesteps * size).fill(-Infinity);
  const from = new Float64Array(timesteps * size).fill(-Infinity);
  for (let t = 0; t < timesteps; t++) {
    for (let s = 0; s < size; s++) {
      const before = (t - 1) * size + s;
      let sum = t === 0 ? (s < 2 ? 0 : -Infinity) : to[before];
      if (t > 0 && s > 0) sum = logAdd(sum, to[before - 1]);
      if (t > 0 && skips[s]) sum = logAdd(sum, to[before - 2]);
      to[t * size + s] = sum + logs[t * classes + states[s]];
    }
  }
  const value = (t: number, s: number): number => (s < size ? from[t * size + s] + logs[t * classes + states[s]] : -Infinity);
  for (let t = timesteps - 1; t >= 0; t--) {
    for (let s = 0; s < size; s++) {
      from[t * size + s] = t === timesteps - 1 ? (s === last || s === blank ? 0 : -Infinity)
        : logAdd(logAdd(value(t + 1, s), value(t + 1, s + 1)), skips[s + 2] ? value(t + 1, s + 2) : -Infinity);
    }
  }
  const end = (timesteps - 1) * size;
  const total = logAdd(to[end + last], blank >= 0 ? to[end + blank] : -Infinity);
  for (let n = 0; n < slopes.length; n++) slopes[n] = Math.exp(logs[n]);
  for (let t = 0; t < timesteps; t++) {
    for (let s = 0; s < size; s++) slopes[t * classes + states[s]] -= Math.exp(to[t * size + s] + from[t * size + s] - total);
  }
  return -total;
}

/** @param labels (samples, length): class indices from 1 on, 0 after a label's end @param logits (samples, timesteps, classes) @returns (samples) */
export const ctcLoss = (labels: Tensor, logits: Tensor): Tensor => apply(CTC, [labels, logits], undefined)[0];
