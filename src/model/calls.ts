import type { LayersModel } from '@tensorflow/tfjs-layers';
import { asModel, inside, originOf, type GraphNode, type Layer } from './internals.js';

/** One use of a layer in a model's graph: what can be looked at. */
export interface Call {
  /**
   * How the use is named: the layer's name; with `:0`, `:1`, ... where the layer is shared and used several times; after
   * the name of the model it is in and a slash, where that is nested in another: `encoder/lstm`.
   */
  readonly label: string;
  readonly layer: Layer;
  readonly node: GraphNode;
}

/** The graph of one model, in an order in which every call comes after those it reads from. */
export interface Graph {
  readonly model: LayersModel;
  readonly calls: readonly Call[];
  /** The graphs of nested models, by their call. */
  readonly nested: ReadonlyMap<Call, Graph>;
}

/** Lists the calls of a model's graph. A nested model is a call too, and has a graph of its own. */
export function graphOf(model: LayersModel, prefix = ''): Graph {
  const order: GraphNode[] = [];
  const seen = new Set<GraphNode>();
  const visit = (node: GraphNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const input of node.inputTensors) visit(nodeOf(originOf(input)));
    order.push(node);
  };
  for (const output of model.outputs) visit(nodeOf(originOf(output)));

  const uses = new Map<Layer, number>();
  for (const { outboundLayer } of order) uses.set(outboundLayer, (uses.get(outboundLayer) ?? 0) + 1);
  const next = new Map<Layer, number>();
  const calls = order.map((node): Call => {
    const layer = node.outboundLayer;
    const index = next.get(layer) ?? 0;
    next.set(layer, index + 1);
    const name = uses.get(layer)! > 1 ? `${layer.name}:${index}` : layer.name;
    return { label: prefix + name, layer, node };
  });

  const nested = new Map<Call, Graph>();
  for (const call of calls) {
    const inner = asModel(call.layer);
    if (inner) nested.set(call, graphOf(inner, `${call.label}/`));
  }
  return { model, calls, nested };
}

/** The node that made a symbolic tensor. */
export function nodeOf({ sourceLayer, nodeIndex }: { readonly sourceLayer: Layer; readonly nodeIndex: number }): GraphNode {
  return inside(sourceLayer).inboundNodes[nodeIndex]!;
}

/** Every call of a graph, those of nested models after the nested model's own. */
export function allCalls(graph: Graph): Call[] {
  return graph.calls.flatMap((call) => {
    const inner = graph.nested.get(call);
    return inner ? [call, ...allCalls(inner)] : [call];
  });
}
