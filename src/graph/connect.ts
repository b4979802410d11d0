import type { Node, Value } from './graph.js';
import { infer, type OpenForm } from './infer.js';
import type { CallOptions, Layer } from './layer.js';

/** How a layer is called in a graph that is being made. */
export interface Connection {
  readonly inputs: readonly Value[];
  readonly given?: Readonly<Record<string, Value>>;
  readonly options?: CallOptions;
  readonly argumentSizes?: readonly number[] | null;
}

/**
 * Calls a layer in a graph: its weights are made if this is its first call, and its outputs' forms found.
 *
 * @throws SeeRnnError where the layer can't take such inputs
 */
export function connect(layer: Layer, { inputs, given = {}, options = {}, argumentSizes = null }: Connection): Node {
  layer.build?.(inputs.map(({ shape }) => shape));
  const call = { given, options, argumentSizes };
  return made(layer, inputs, call, infer(layer, inputs, call));
}

/** A model's input. */
export const inputNode = (layer: Layer, form: OpenForm): Node => made(layer, [], { given: {}, options: {}, argumentSizes: null }, [form]);

function made(layer: Layer, inputs: readonly Value[], call: Pick<Node, 'given' | 'options' | 'argumentSizes'>, forms: readonly OpenForm[]): Node {
  const outputs: Value[] = [];
  const node: Node = { layer, inputs, ...call, outputs };
  forms.forEach((form, index) => { outputs.push({ ...form, masked: form.masked ?? false, node, index }); });
  return node;
}
