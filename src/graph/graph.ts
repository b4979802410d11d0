import type { Floats } from '../cells/floats.js';
import type { CallOptions, Layer } from './layer.js';
import type { OpenShape } from './shapes.js';
import type { Dtype } from './tensor.js';

/** A tensor of a graph, before it has numbers. */
export interface Value {
  readonly shape: OpenShape;
  readonly dtype: Dtype;
  /** Whether a mask comes with it. */
  readonly masked: boolean;
  /** That mask's shape; where nobody says, (samples, timesteps). */
  readonly maskShape?: OpenShape;
  /** Its numbers, where they follow from sizes alone: see `infer.ts`. */
  readonly known?: readonly [Floats, Floats];
  readonly node: Node;
  /** Which of the node's outputs it is. */
  readonly index: number;
}

/** One use of a layer: a layer that is shared has several. */
export interface Node {
  readonly layer: Layer;
  /** What the layer reads; none of a model's input. */
  readonly inputs: readonly Value[];
  /** How many of the inputs each argument of the call holds, where they came in several; null where one holds them all. */
  readonly argumentSizes: readonly number[] | null;
  /** What the call gives by name beside its inputs, such as masks. */
  readonly given: Readonly<Record<string, Value>>;
  readonly options: CallOptions;
  readonly outputs: readonly Value[];
}

/** A model: layers, and how they are connected. */
export interface Graph {
  readonly name: string;
  /** In an order in which every node comes after those it reads from. Only what the outputs depend on, and the inputs. */
  readonly nodes: readonly Node[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** In the order in which the framework lists them: what an index means. Those of the inputs are among them as the framework has it. */
  readonly layers: readonly Layer[];
}

/** One use of a layer in a model, the models in it included: what can be looked at. */
export interface Call {
  /**
   * How the use is named: the layer's name; with `:0`, `:1`, ... where the layer is shared and used several times; after
   * the name of the model it is in and a slash, where that is nested in another: `encoder/lstm`.
   */
  readonly label: string;
  readonly layer: Layer;
  readonly node: Node;
  /** The calls of the graph that runs inside: of a nested model, or one in a wrapper. */
  readonly inner: Calls | null;
}

/** The calls of a graph. */
export interface Calls { readonly graph: Graph; readonly calls: readonly Call[] }

/** Names the calls of a graph, and of those in it. */
export function callsOf(graph: Graph, prefix = ''): Calls {
  const uses = new Map<Layer, number>();
  for (const { layer } of graph.nodes) uses.set(layer, (uses.get(layer) ?? 0) + 1);
  const next = new Map<Layer, number>();
  const calls = graph.nodes.map((node): Call => {
    const { layer } = node;
    const index = next.get(layer) ?? 0;
    next.set(layer, index + 1);
    const label = prefix + (uses.get(layer)! > 1 ? `${layer.name}:${index}` : layer.name);
    return { label, layer, node, inner: layer.graph && callsOf(layer.graph, `${label}/`) };
  });
  return { graph, calls };
}

/** Every call, those of nested models after the nested model's own. */
export const allCalls = ({ calls }: Calls): Call[] => calls.flatMap((call) => (call.inner ? [call, ...allCalls(call.inner)] : [call]));
