import type { JsonObject, JsonValue } from '../../files/json.js';
import { shown } from '../../core/options.js';
import { printable } from '../../core/printable.js';
import { fault, isList, isObject, layerText, type Loading } from './context.js';
import { unwrapped } from './config.js';

/** A tensor of a functional model's graph: which output of which use of which layer. */
export interface Reference { readonly layer: string; readonly node: number; readonly tensor: number }

/** One use of a layer in a functional model, whichever generation of Keras wrote it. */
export interface NodeCall {
  /** What the layer is called with: its inputs; after them further tensors that are inputs too, such as initial states. */
  readonly inputs: readonly Reference[];
  /** A mask given in the call, where the file names one. */
  readonly masks: readonly Reference[];
  /** Arguments that are no tensors and not null: `{ training: true }`, the second operand of a sum. Positional ones by their number. */
  readonly options: Readonly<Record<string, JsonValue>>;
}

/** Tensors among the arguments that are inputs of the layer, in the order in which the layer takes them. */
const INPUT_ARGUMENTS = ['inputs', 'query', 'value', 'key', 'initial_state'];

/** Tensors among the arguments that are masks. */
const MASK_ARGUMENTS = ['mask', 'query_mask', 'value_mask', 'key_mask', 'attention_mask'];

/** Reads the uses of a layer as a file lists them. */
export function nodeCalls(loading: Loading, name: string, value: JsonValue | undefined): NodeCall[] {
  if (value === undefined || value === null) return [];
  const nodes = unwrapped(value);
  if (!isList(nodes)) throw fault(loading, `${layerText(name)}: expected a list 'inbound_nodes', found ${shown(nodes)}`);
  // tf.keras wrote a single use of a single tensor without the outer list, in some versions.
  if (typeof nodes[0] === 'string') return [listCall(loading, name, [nodes])];
  return nodes.map((node) => {
    if (isObject(node)) return objectCall(loading, name, node);
    if (isList(node)) return listCall(loading, name, typeof node[0] === 'string' ? [node] : node);
    throw fault(loading, `${layerText(name)}: expected a list or an object for a use in 'inbound_nodes', found ${shown(node)}`);
  });
}

/** Keras 1 and 2: a list of [layer, node, tensor, arguments]. */
function listCall(loading: Loading, name: string, entries: readonly JsonValue[]): NodeCall {
  const call = new Arguments(loading, name);
  for (const entry of entries) {
    if (!isList(entry)) throw call.fault(entry);
    if (entry[0] === '_CONSTANT_VALUE') call.option('0', entry[2] ?? null);
    else call.inputs.push(call.reference(entry));
    const options = entry[3];
    if (isObject(options)) call.named(options);
  }
  return call.done();
}

/** Keras 3: `args` and `kwargs`, with tensors wherever. */
function objectCall(loading: Loading, name: string, node: JsonObject): NodeCall {
  const call = new Arguments(loading, name);
  const args = unwrapped(node['args'] ?? []);
  if (!isList(args)) throw call.fault(args);
  args.forEach((value, i) => {
    const tensors = call.tensorsIn(value);
    if (tensors.length > 0) call.inputs.push(...tensors);
    else call.option(String(i), value);
  });
  const named = node['kwargs'];
  if (isObject(named)) call.named(named);
  return call.done();
}

class Arguments {
  readonly inputs: Reference[] = [];
  private readonly byName = new Map<string, readonly Reference[]>();
  private readonly options: Record<string, JsonValue> = {};

  constructor(private readonly loading: Loading, private readonly name: string) {}

  named(values: JsonObject): void {
    for (const [key, value] of Object.entries(values)) {
      const tensors = this.tensorsIn(value);
      if (tensors.length > 0) this.byName.set(key, tensors);
      else this.option(key, value);
    }
  }

  option(key: string, value: JsonValue): void {
    const plain = unwrapped(value);
    if (plain !== null && !(isList(plain) && plain.every((entry) => entry === null))) this.options[key] = plain;
  }

  done(): NodeCall {
    for (const key of INPUT_ARGUMENTS) this.inputs.push(...this.byName.get(key) ?? []);
    const masks = MASK_ARGUMENTS.flatMap((key) => this.byName.get(key) ?? []);
    const unknown = [...this.byName.keys()].find((key) => ![...INPUT_ARGUMENTS, ...MASK_ARGUMENTS].includes(key));
    if (unknown !== undefined) throw fault(this.loading, `${layerText(this.name)}: is called with a tensor as '${unknown}', which is not supported`);
    return { inputs: this.inputs, masks, options: this.options };
  }

  /** The tensors that an argument is made of. */
  tensorsIn(value: JsonValue): Reference[] {
    const plain = unwrapped(value);
    if (isList(plain)) return isReference(plain) ? [this.reference(plain)] : plain.flatMap((entry) => this.tensorsIn(entry));
    if (!isObject(plain)) return [];
    if (plain['class_name'] === '__keras_tensor__') {
      const config = plain['config'];
      const history = isObject(config) ? config['keras_history'] : undefined;
      return [this.reference(isList(history) ? history : [])];
    }
    return 'class_name' in plain ? [] : Object.values(plain).flatMap((entry) => this.tensorsIn(entry));
  }

  reference(entry: readonly JsonValue[]): Reference {
    if (!isReference(entry)) throw this.fault(entry);
    return { layer: entry[0], node: entry[1], tensor: entry[2] };
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
}

/** The tensors that a model's `input_layers` or `output_layers` name: one, a list, or by name. */
export function endReferences(loading: Loading, config: JsonObject, which: 'input_layers' | 'output_layers', model: string): End[] {
  const read = (value: JsonValue, key: string | null): End[] => {
    const plain = unwrapped(value);
    if (isList(plain)) return isReference(plain) ? [{ layer: plain[0], node: plain[1], tensor: plain[2], key }] : plain.flatMap((entry) => read(entry, key));
    if (isObject(plain)) return Object.entries(plain).flatMap(([name, entry]) => read(entry, name));
    throw fault(loading, `model '${printable(model)}': expected [layer, node, tensor] in '${which}', found ${shown(plain)}`);
  };
  const found = read(config[which] ?? null, null);
  if (found.length === 0) throw fault(loading, `model '${printable(model)}': '${which}' names none`);
  return found;
}
