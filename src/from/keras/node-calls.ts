import { shown } from '../../core/options.js';
import { nameText } from '../../core/printable.js';
import { isObject, type JsonObject, type JsonValue } from '../../files/json.js';
import { fault, layerText, type Loading } from './loading.js';
import { Slot, type CallArguments } from './operations/slot.js';
import { isList, unwrapped } from './values.js';

/** A tensor of a functional model's graph: which output of which use of which layer. */
export interface Reference { readonly layer: string; readonly node: number; readonly tensor: number }

/** One use of a layer in a functional model, whichever generation of Keras wrote it: its arguments, with slots where these are tensors. */
export interface NodeCall extends CallArguments {
  /** The tensors, in the order of their slots. */
  readonly tensors: readonly Reference[];
}

/**
 * Reads the uses of a layer as a file lists them.
 *
 * @param structured whether a list of tensors is one argument, as for operations of tf.keras, which keep their arguments' structure
 */
export function nodeCalls(loading: Loading, name: string, value: JsonValue | undefined, structured: boolean): NodeCall[] {
  if (value === undefined || value === null) return [];
  const nodes = unwrapped(value);
  if (!isList(nodes)) throw fault(loading, `${layerText(name)}: expected a list 'inbound_nodes', found ${shown(nodes)}`);
  // tf.keras wrote a single use of a single tensor without the outer list, in some versions.
  if (typeof nodes[0] === 'string') return [listCall(loading, name, [nodes], false)];
  return nodes.map((node) => {
    if (isObject(node)) return 'args' in node ? objectCall(loading, name, node) : dictCall(loading, name, node);
    if (isList(node)) return typeof node[0] === 'string' ? listCall(loading, name, [node], false) : listCall(loading, name, node, structured || node.length > 1);
    throw fault(loading, `${layerText(name)}: expected a list or an object for a use in 'inbound_nodes', found ${shown(node)}`);
  });
}

/** Keras 1 and 2: a list of [layer, node, tensor, arguments], which together are the first argument. */
function listCall(loading: Loading, name: string, entries: readonly JsonValue[], listed: boolean): NodeCall {
  const tensors = new Tensors(loading, name);
  let named: JsonObject = {};
  const read = (entry: JsonValue): unknown => {
    if (!isList(entry)) throw tensors.fault(entry);
    if (entry.length === 0 || isList(entry[0])) return entry.map(read);
    const [, , constant, given] = entry;
    // Each of several has the same.
    if (isObject(given)) named = given;
    return entry[0] === '_CONSTANT_VALUE' ? tensors.slotted(constant ?? null) : tensors.slot(entry);
  };
  const first = entries.map(read);
  const kwargs = tensors.slottedAll(named);
  return { args: listed ? [first] : first, kwargs, tensors: tensors.references };
}

/** tf.keras: a model called with tensors by name. */
function dictCall(loading: Loading, name: string, node: JsonObject): NodeCall {
  const tensors = new Tensors(loading, name);
  return { args: [tensors.slottedAll(node)], kwargs: {}, tensors: tensors.references };
}

/** Keras 3: `args` and `kwargs`, with tensors wherever. */
function objectCall(loading: Loading, name: string, node: JsonObject): NodeCall {
  const tensors = new Tensors(loading, name);
  const args = unwrapped(node['args'] ?? []);
  if (!isList(args)) throw tensors.fault(args);
  const named = node['kwargs'];
  const read = args.map((value) => tensors.slotted(value));
  return { args: read, kwargs: isObject(named) ? tensors.slottedAll(named) : {}, tensors: tensors.references };
}

/** Numbers the tensors that a use's arguments hold. */
class Tensors {
  readonly references: Reference[] = [];

  constructor(private readonly loading: Loading, private readonly name: string) {}

  /** A value as the file has it, but for tensors, which become slots. */
  slotted(value: JsonValue): unknown {
    if (isList(value)) return isReference(value) ? this.slot(value) : value.map((entry) => this.slotted(entry));
    if (!isObject(value)) return value;
    if (value['class_name'] !== '__keras_tensor__') return this.slottedAll(value);
    const config = value['config'];
    const history = isObject(config) ? config['keras_history'] : undefined;
    return this.slot(isList(history) ? history : []);
  }

  slottedAll(object: JsonObject): Record<string, unknown> {
    return Object.fromEntries(Object.entries(object).filter(([key]) => key !== '__proto__').map(([key, value]) => [key, this.slotted(value)]));
  }

  slot(entry: readonly JsonValue[]): Slot {
    if (!isReference(entry)) throw this.fault(entry);
    return new Slot(this.references.push({ layer: entry[0], node: entry[1], tensor: entry[2] }) - 1);
  }

  fault(found: JsonValue): Error {
    return fault(this.loading, `${layerText(this.name)}: expected [layer, node, tensor] in 'inbound_nodes', found ${shown(found)}`);
  }
}

const isReference = (entry: readonly JsonValue[]): entry is readonly [string, number, number] =>
  typeof entry[0] === 'string' && isIndex(entry[1]) && isIndex(entry[2]) && entry.length <= 4;

const isIndex = (value: JsonValue | undefined): boolean => Number.isInteger(value) && (value as number) >= 0;

/** One end of a model. */
export interface End extends Reference {
  /** What the file calls it, where its ends go by names. */
  readonly key: string | null;
  /** Which it is in the file's own order. */
  readonly place: number;
}

/**
 * The tensors that a model's `input_layers` or `output_layers` name: one, a list, or by name. Those by name are in the order of their names, as Keras has
 * it, whatever their order in the file.
 */
export function endReferences(loading: Loading, config: JsonObject, which: 'input_layers' | 'output_layers', model: string): End[] {
  let place = 0;
  const read = (value: JsonValue, key: string | null): End[] => {
    const ends = unwrapped(value);
    if (isList(ends)) return isReference(ends) ? [{ layer: ends[0], node: ends[1], tensor: ends[2], key, place: place++ }] : ends.flatMap((entry) => read(entry, key));
    if (isObject(ends)) {
      const byName = new Map(Object.entries(ends).map(([name, entry]) => [name, read(entry, name)]));
      return inOrder(ends).flatMap(([name]) => byName.get(name)!);
    }
    throw fault(loading, `model '${nameText(model)}': expected [layer, node, tensor] in '${which}', found ${shown(ends)}`);
  };
  const found = read(config[which] ?? null, null);
  if (found.length === 0) throw fault(loading, `model '${nameText(model)}': '${which}' names none`);
  return found;
}

/** An object's entries as Keras goes through them: by name. */
export const inOrder = (object: Readonly<Record<string, unknown>>): [string, unknown][] => Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
