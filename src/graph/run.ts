import { SeeRnnError } from '../core/errors.js';
import { nameText } from '../core/printable.js';
import type { Context } from './context.js';
import { callsOf, type Call, type Calls, type Graph, type Node, type Value } from './graph.js';
import type { Masked } from './layer.js';
import type { Tensor } from './tensor.js';

/**
 * Runs a graph once: every call after those it reads from.
 *
 * @param inputs one for each of the graph's inputs
 * @returns one for each of its outputs
 */
export function runCalls({ graph, calls }: Calls, inputs: readonly Masked[], context: Context): Masked[] {
  const done = new Map<Node, readonly Masked[]>();
  const at = ({ node, index }: Value): Masked => done.get(node)![index]!;
  const origins = new Origins();
  for (const call of calls) {
    const { node } = call;
    const fed = node.outputs.map((value) => graph.inputs.indexOf(value));
    // An input of the model is fed, not called.
    const results = fed.every((index) => index >= 0) ? fed.map((index) => inputs[index]!) : called(call, at, origins, context);
    const values = context.onlooker?.leave(call, results.map(({ value }) => value), context.fold);
    // What an activity costs is a consumer of it like those further on.
    call.layer.charge?.(values ?? results.map(({ value }) => value), context);
    if (call.layer.takesMasks) for (const [other, masked] of done) done.set(other, masked.map((one, i) => (origins.isRead(node, other.outputs[i]!) ? { ...one, mask: null } : one)));
    done.set(node, values ? results.map(({ mask }, i) => ({ value: values[i]!, mask })) : results);
  }
  return graph.outputs.map(at);
}

/** Which values are one and the same tensor, because a layer handed on what it read: a Dropout that drops nothing. */
class Origins {
  private readonly first = new Map<Value, Value>();

  note({ inputs, outputs }: Node, read: readonly Tensor[], given: readonly Masked[]): void {
    given.forEach(({ value }, i) => {
      const from = read.indexOf(value);
      if (from >= 0) this.first.set(outputs[i]!, this.of(inputs[from]!));
    });
  }

  /** Whether a node reads the tensor that a value is. */
  isRead({ inputs }: Node, value: Value): boolean { return inputs.some((input) => this.of(input) === this.of(value)); }

  private of(value: Value): Value { return this.first.get(value) ?? value; }
}

/** Runs the graph that is inside the call under way, or one that is not in any call. */
export const runGraph = (graph: Graph, inputs: readonly Masked[], context: Context): Masked[] =>
  runCalls(context.call?.inner?.graph === graph ? context.call.inner : callsOf(graph), inputs, context);

function called(call: Call, at: (value: Value) => Masked, origins: Origins, context: Context): Masked[] {
  const { layer, label, node } = call;
  const from = node.inputs.map(at);
  const inputs = from.map(({ value }) => value);
  const entered = context.onlooker?.enter(call, inputs, context.fold) ?? inputs;
  try {
    const results = layer.call({
      inputs: entered, masks: from.map(({ mask }) => mask), options: node.options, argumentSizes: node.argumentSizes,
      given: Object.fromEntries(Object.entries(node.given).map(([name, value]) => [name, at(value).value])),
    }, { ...context, call, watch: context.onlooker?.watch(call, context.fold) ?? null });
    origins.note(node, entered, results);
    return results;
  } catch (error) {
    const message = error instanceof SeeRnnError ? error.message : tooLarge(error);
    if (message === null || message.includes('layer \'')) throw error;
    throw new SeeRnnError(`layer '${nameText(label)}' (${nameText(layer.className)}): ${message}`, { cause: error });
  }
}

/** What there is to say where an array can't be made for its size; null of any other error. */
const tooLarge = (error: unknown): string | null => (error instanceof RangeError && /array/i.test(error.message) && !/call stack/.test(error.message) ? 'needs arrays larger than fit in memory' : null);
