import { sizeOf, type NamedArray } from '../core/array.js';
import { SeeRnnError, UsageError } from '../core/errors.js';
import { option, readOptions, shown, type OptionSpec } from '../core/options.js';
import type { Layer } from '../graph/layer.js';
import { asModel } from '../model/as-model.js';
import { chooseWeights, omitNames, type GetWeightsOptions, type WeightId, type WeightIds } from '../model/get-weights.js';
import type { ModelLike } from '../model/live-model.js';
import { recurrentParts, type RecurrentPart } from '../model/recurrent-parts.js';
import { splitGates } from '../model/rnn-weights.js';
import { readWeights, type LayerWeight } from '../model/weights.js';

/** A norm: `l1`, the sum of magnitudes; `l2`, the root of the sum of squares; or a function of the values. */
export type Norm = 'l1' | 'l2' | ((values: Float64Array) => number);
/** Statistics of norms: names of known ones, or functions by the names that they are to have. */
export type Statistics = readonly ('max' | 'mean' | 'min')[] | Readonly<Record<string, (norms: Float64Array) => number>>;

/** By layer, weight and statistic, a value for each time they were taken. */
export type WeightNorms = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>>>;

export interface WeightsNormOptions extends GetWeightsOptions {
  /** Default `'l2'`. */
  readonly norm?: Norm;
  /** Default `['max', 'mean']`. */
  readonly statistics?: Statistics;
  /** The axis that stays: there is a norm for each of its entries, over all other axes. Default -1, the last: a norm for each unit of each gate. */
  readonly axis?: number;
  /** Whether weights of recurrences are taken gate by gate: `kernel/forget`, `forward/recurrent_kernel/update`. Default false. */
  readonly byGate?: boolean;
  /** Norms taken before, by the same options: the new ones are put behind them in the result, and they stay as they are. */
  readonly onto?: WeightNorms | null;
}

const norms: Readonly<Record<'l1' | 'l2', (values: Float64Array) => number>> = {
  l1: (values) => values.reduce((sum, value) => sum + Math.abs(value), 0),
  l2: (values) => Math.hypot(...chunks(values)),
};

/** Math.hypot scales, so that large weights don't overflow; it takes its values as arguments, of which there can't be too many. */
const chunks = (values: Float64Array): number[] => {
  const out: number[] = [];
  for (let at = 0; at < values.length; at += 4096) out.push(Math.hypot(...values.subarray(at, at + 4096)));
  return out;
};

const knownStatistics = {
  // Not Math.max(...): a NaN among the norms must show, and there may be many.
  max: (values: Float64Array) => values.reduce((a, b) => (Number.isNaN(b) || b > a ? b : a)),
  mean: (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length,
  min: (values: Float64Array) => values.reduce((a, b) => (Number.isNaN(b) || b < a ? b : a)),
};

type Named<T> = Readonly<Record<string, T>>;
const isFunction = (value: unknown): boolean => typeof value === 'function';

/** The options of norms, for whoever takes them. */
export const normOptions = {
  norm: {
    help: "the norm: of the values along all axes but 'axis'", form: "'l1', 'l2' or a function of the values", default: norms.l2,
    read: (value) => (value === 'l1' || value === 'l2' ? norms[value] : isFunction(value) ? (value as (values: Float64Array) => number) : undefined),
  } satisfies OptionSpec<(values: Float64Array) => number>,
  statistics: {
    help: 'what is kept of the norms', form: "a list of 'max', 'mean', 'min', or functions of the norms by name", default: { max: knownStatistics.max, mean: knownStatistics.mean },
    read: (value) => {
      if (Array.isArray(value)) return value.length > 0 && value.every((name) => Object.hasOwn(knownStatistics, name as string)) ? Object.fromEntries((value as (keyof typeof knownStatistics)[]).map((name) => [name, knownStatistics[name]])) : undefined;
      return typeof value === 'object' && value !== null && Object.keys(value).length > 0 && Object.values(value).every(isFunction) ? (value as Named<(norms: Float64Array) => number>) : undefined;
    },
  } satisfies OptionSpec<Named<(norms: Float64Array) => number>>,
  axis: { help: 'the axis with a norm for each of its entries', form: 'a whole number', default: -1, read: (value) => (Number.isInteger(value) ? (value as number) : undefined) } satisfies OptionSpec<number>,
  byGate: option.flag('whether weights of recurrences are taken gate by gate', false),
  omitNames,
};

/**
 * Statistics of the norms of weights, to be followed over training: by layer, weight and statistic, a list with a value for each time.
 *
 * Along `axis`, the last unless told otherwise, each entry has a norm over all other axes: of a recurrent layer's kernel
 * (features, gates x units) one for each unit of each gate, of the weights that lead into it. The statistics are over these norms.
 * `onto` continues what was taken before: after n steps each list has n values.
 *
 * With `byGate` each weight of a recurrence is told gate by gate, under the gates' names as `gateWeights` has them: `kernel/forget`. A SimpleRNN
 * has one gate, `state`. Weights of other layers stay as they are.
 *
 * A NaN or infinite weight makes its norm, and the statistics, NaN or infinite.
 *
 * @param id which weights, as for `getWeights`
 * @throws SeeRnnError as `getWeights` does, and where `onto` has other weights or statistics; UsageError for an unknown option
 * @example
 * let norms = await weightsNorm(model, ['lstm', 'dense'], { omitNames: 'bias' });
 * await model.trainOnBatch(x, y);
 * norms = await weightsNorm(model, ['lstm', 'dense'], { omitNames: 'bias', onto: norms });
 * norms.lstm.kernel.max; // two numbers, before and after
 * @example
 * const gates = await weightsNorm(model, 'lstm', { byGate: true });
 * gates.lstm['recurrent_kernel/forget'].mean; // one number
 */
export async function weightsNorm(given: ModelLike, id: WeightId | WeightIds, settings: WeightsNormOptions = {}): Promise<WeightNorms> {
  const model = asModel('weightsNorm', given);
  const { onto, ...options } = settings;
  const { norm, statistics, axis, byGate, omitNames: omitted } = readOptions('weightsNorm', normOptions, options as Named<unknown>);
  const chosen = chooseWeights('weightsNorm', model, id, omitted);
  const now = await Promise.all(chosen.map(async ({ name, layer, weights }): Promise<[string, Named<Named<readonly number[]>>]> => {
    const arrays = (await readWeights(model, weights)).map((array, i) => ({ name: weights[i]!.name, array, weight: weights[i]! }));
    const taken = byGate ? arrays.flatMap(({ array, weight }) => gatesOf(array, weight, layer)) : arrays;
    return [name, Object.fromEntries(taken.map(({ name: key, array }) => {
      const found = alongAxis(array, axis, `${name}/${key}`, norm);
      return [key, Object.fromEntries(Object.entries(statistics).map(([stat, of]) => [stat, [of(found)]]))];
    }))];
  }));
  const taken = Object.fromEntries(now);
  return onto == null ? taken : joined(onto, taken);
}

/** A weight of a recurrence, gate by gate; any other as it is. */
function gatesOf(array: NamedArray, { name, weight }: LayerWeight, layer: Layer): { readonly name: string; readonly array: NamedArray }[] {
  const owner = recurrentWithin(layer).find(({ cell }) => cell.weights.includes(weight));
  if (!owner) return [{ name, array }];
  const { cell: { gates }, units } = owner.cell.recurrence;
  return splitGates(array, { gates, units }).map((block, i) => ({ name: `${name}/${gates[i]!}`, array: block }));
}

/** The recurrences of a layer, also in a model that stands for one. */
function recurrentWithin(layer: Layer): RecurrentPart[] {
  return layer.graph ? layer.graph.layers.flatMap(recurrentWithin) : recurrentParts(layer);
}

/** The norm of each entry of one axis, over all others. */
export function alongAxis({ data, shape }: NamedArray, axis: number, name: string, norm: (values: Float64Array) => number): Float64Array {
  const position = axis < 0 ? axis + shape.length : axis;
  if (position < 0 || position >= shape.length) throw new UsageError(`weightsNorm: option 'axis' is ${axis}, but '${name}' has ${shape.length} ${shape.length === 1 ? 'axis' : 'axes'}; leave such weights out by 'omitNames'`);
  const [outer, size, inner] = [sizeOf(shape.slice(0, position)), shape[position]!, sizeOf(shape.slice(position + 1))];
  const values = new Float64Array(outer * inner);
  return Float64Array.from({ length: size }, (_, at) => {
    for (let n = 0; n < values.length; n++) values[n] = data[(Math.floor(n / inner) * size + at) * inner + (n % inner)]!;
    const found: unknown = norm(values);
    if (typeof found !== 'number') throw new UsageError(`weightsNorm: option 'norm' must give a number, found ${shown(found)}`);
    return found;
  });
}

/** Puts each new value behind those there were, in copies. */
function joined(before: WeightNorms, now: WeightNorms): WeightNorms {
  const check = (what: string, had: object, has: object): void => {
    if (typeof (had as unknown) !== 'object' || (had as unknown) === null) throw new SeeRnnError(`weightsNorm: 'onto' is not what weightsNorm gave: ${what} is ${shown(had)}`);
    const [known, found] = [Object.keys(has), Object.keys(had)];
    const extra = found.find((key) => !known.includes(key));
    if (extra !== undefined) throw new SeeRnnError(`weightsNorm: 'onto' has ${what} '${extra}', which is not asked for now: it was taken with another id or other options`);
    const missing = known.find((key) => !found.includes(key));
    if (missing !== undefined) throw new SeeRnnError(`weightsNorm: 'onto' lacks ${what} '${missing}': it was taken with another id or other options`);
  };
  check('the layer', before, now);
  return Object.fromEntries(Object.entries(now).map(([layer, weights]) => {
    check(`of layer '${layer}' the weight`, before[layer]!, weights);
    return [layer, Object.fromEntries(Object.entries(weights).map(([weight, stats]) => {
      check(`of '${layer}/${weight}' the statistic`, before[layer]![weight]!, stats);
      return [weight, Object.fromEntries(Object.entries(stats).map(([stat, values]) => [stat, [...before[layer]![weight]![stat]!, ...values]]))];
    }))];
  }));
}
