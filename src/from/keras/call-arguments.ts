import { shown } from '../../core/options.js';
import { SeeRnnError } from '../../core/errors.js';
import type { JsonValue } from '../../files/json.js';
import type { CallOptions } from '../../graph/layer.js';
import { inOrder, type NodeCall } from './node-calls.js';
import { Slot } from './operations/slot.js';
import { isList, unwrapped } from './values.js';

/** A use of a layer: which tensors it reads, which it is given by name, and what else. Tensors are slots of the use. */
export interface LayerArguments {
  readonly inputs: readonly number[];
  /** What the first argument calls its tensors, where it holds them by name. */
  readonly keys: readonly string[] | null;
  readonly argumentSizes: readonly number[];
  readonly given: Readonly<Record<string, number>>;
  readonly options: CallOptions;
}

/** Arguments that are tensors which the layer reads, in the order in which it takes them. */
const INPUTS = ['sequences', 'sequence', 'inputs', 'query', 'value', 'key', 'initial_state', 'states'];

/** Arguments that are tensors which tell about those. */
const MASKS = ['mask', 'query_mask', 'value_mask', 'key_mask', 'attention_mask'];

/** What a call may say beside tensors, and the layers that take it. */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  training: /./, use_causal_mask: /Attention$/, return_attention_scores: /Attention$/, reverse: /^ReversibleEmbedding$/,
};

/** What arguments without a name are, beyond the first, by class; of all other classes a second one is an input too. */
function positional(className: string): readonly string[] {
  if (/^(GroupedQuery|GroupQuery|MultiHead)Attention$/.test(className)) return ['query', 'value', 'key', 'query_mask', 'value_mask', 'key_mask', 'attention_mask'];
  if (/^(LSTM|GRU|SimpleRNN|RNN|Bidirectional|ConvLSTM\dD|CuDNNLSTM|CuDNNGRU)$/.test(className)) return ['sequences', 'initial_state', 'mask'];
  if (/^(Attention|AdditiveAttention|Softmax|GlobalAveragePooling1D)$/.test(className)) return ['inputs', 'mask'];
  if (/^(TimeDistributed|BatchNormalization|Functional|Sequential)$/.test(className)) return ['inputs', 'training', 'mask'];
  return [];
}

/**
 * Sorts out a use of a layer.
 *
 * @param anything whether the layer is the caller's own, who knows of every tensor that it is given
 * @throws SeeRnnError, without a name in front, for an argument that is not known here
 */
export function layerArguments(className: string, { args, kwargs }: NodeCall, anything: boolean): LayerArguments {
  const names = positional(className);
  const all = new Map<string, unknown>();
  args.forEach((value, i) => { all.set(names[i] ?? (i === 0 ? 'inputs' : String(i)), value); });
  for (const [key, value] of Object.entries(kwargs)) all.set(key, value);
  const inputs: number[] = [];
  const argumentSizes: number[] = [];
  let keys: readonly string[] | null = null;
  const read = (value: unknown): void => {
    const slots = slotsIn(value);
    const constant = constantIn(value);
    if (constant !== null) throw new SeeRnnError(`is called with a second operand ${shown(constant)}, which is not supported here`);
    if (inputs.length === 0) keys = keysOf(value);
    inputs.push(...slots);
    argumentSizes.push(slots.length);
  };
  const given: Record<string, number> = {};
  const options: Record<string, unknown> = {};
  for (const key of [...INPUTS, ...args.map((_, i) => String(i))]) if (slotsIn(all.get(key)).length > 0) read(all.get(key));
  for (const [key, value] of all) {
    const slots = slotsIn(value);
    if (slots.length === 0) {
      if (!isNothing(value)) options[key] = unwrapped(value as JsonValue);
    } else if (MASKS.includes(key) || anything && !INPUTS.includes(key) && !/^\d+$/.test(key)) Object.assign(given, byName(key, value));
    else if (!INPUTS.includes(key) && !/^\d+$/.test(key)) throw new SeeRnnError(`is called with a tensor as '${key}', which is not supported`);
  }
  if (!anything) checkOptions(className, options);
  return { inputs, keys, argumentSizes, given, options };
}

/** The tensors that an argument is made of, those by name in the order of their names. */
export function slotsIn(value: unknown): number[] {
  if (value instanceof Slot) return [value.index];
  const held = unwrapped(value as JsonValue) as unknown;
  if (Array.isArray(held)) return held.flatMap(slotsIn);
  return typeof held === 'object' && held !== null ? inOrder(held as Record<string, unknown>).flatMap(([, entry]) => slotsIn(entry)) : [];
}

/** What stands beside tensors in an argument and is none; null where nothing does. */
function constantIn(value: unknown): unknown {
  if (value instanceof Slot) return null;
  const held = unwrapped(value as JsonValue) as unknown;
  if (Array.isArray(held)) return held.map(constantIn).find((one) => one !== null) ?? null;
  return typeof held === 'object' && held !== null && slotsIn(held).length > 0 ? Object.values(held).map(constantIn).find((one) => one !== null) ?? null : held ?? null;
}

const keysOf = (value: unknown): string[] | null =>
  (typeof value === 'object' && value !== null && !(value instanceof Slot) && !Array.isArray(value) && !('class_name' in value) ? inOrder(value as Record<string, unknown>).map(([key]) => key) : null);

/** A tensor by its name, or each of a list's. */
function byName(key: string, value: unknown): Record<string, number> {
  const held = value instanceof Slot ? value : unwrapped(value as JsonValue) as unknown;
  if (!Array.isArray(held)) return { [key]: slotsIn(held)[0]! };
  return Object.fromEntries(held.flatMap((entry, i) => slotsIn(entry).slice(0, 1).map((slot) => [`${key}:${i}`, slot])));
}

function isNothing(value: unknown): boolean {
  const held = unwrapped(value as JsonValue);
  return held == null || isList(held) && held.every((entry) => entry === null);
}

/** What a layer was called with beside tensors. */
function checkOptions(className: string, options: CallOptions): void {
  for (const [key, value] of Object.entries(options)) {
    if (value === false || Object.hasOwn(OPTIONS, key) && OPTIONS[key]!.test(className)) continue;
    throw new SeeRnnError(`is called with ${/^\d+$/.test(key) ? 'a second operand' : `'${key}'`} ${shown(value)}, which is not supported here`);
  }
}
