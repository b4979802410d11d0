import { SeeRnnError } from '../../core/errors.js';
import { suggestion } from '../../core/nearest.js';
import { nameText } from '../../core/printable.js';
import { connect, inputNode, type Connection } from '../../graph/connect.js';
import type { Graph, Node, Value } from '../../graph/graph.js';
import { buildLayer } from './build-layer.js';
import { layerArguments } from './call-arguments.js';
import { isModelClass, isOperation, isSequential, layerEntries, optionsOf, type LayerEntry } from './layer-entry.js';
import { InputLayer } from './layers/input-layer.js';
import type { KerasLayer } from './layers/keras-layer.js';
import { fault, inLayer, layerText, type Loading } from './loading.js';
import { ModelLayer, type ModelEnd } from './model-layer.js';
import { endReferences, nodeCalls, type End, type NodeCall, type Reference } from './node-calls.js';
import { OwnLayer } from './own-layer.js';

/** A layer of the graph while it is built. */
interface Vertex {
  readonly entry: LayerEntry;
  readonly calls: readonly NodeCall[];
  /** What files add to the number of a use: 1 for a nested model that counts its own graph as its first use. Keras 3 does so only at the model's ends. */
  readonly offset: number;
  readonly endOffset: number;
  layer: KerasLayer | null;
  /** Its uses, as far as they were made. */
  readonly nodes: Node[];
}

/** Builds a functional model: every layer is called as often and on what the file says. */
export function buildFunctional(loading: Loading, entry: LayerEntry, depth: number): ModelLayer {
  const { name, originalClass, config } = entry;
  const where = `model '${nameText(name)}'`;
  const entries = layerEntries(loading, config, where);
  const ends = { inputs: endReferences(loading, config, 'input_layers', name), outputs: endReferences(loading, config, 'output_layers', name) };
  const vertices = verticesOf(loading, entries, ends.outputs, where);
  const build = new GraphBuilder(loading, vertices, depth, where);
  const named = (end: End): ModelEnd => ({ value: build.end(end), name: end.key ?? end.layer, place: end.place });
  const [inputs, outputs] = [ends.inputs.map(named), ends.outputs.map(named)];
  const fed = inputs.find(({ value }) => value.node.inputs.length > 0);
  if (fed) throw fault(loading, `${where}: its input '${nameText(fed.name)}' is what a layer gives, which is not supported`);
  const nodes = neededFor(build.nodes, [...inputs, ...outputs].map(({ value }) => value.node));
  const unfed = nodes.find((node) => node.layer instanceof InputLayer && !inputs.some(({ value }) => value.node === node));
  if (unfed) throw fault(loading, `${where}: reads from ${layerText(unfed.layer.name, unfed.layer.className)}, which is none of its inputs`);
  const used = new Set(nodes.map(({ layer }) => layer));
  const built = [...vertices.values()].flatMap(({ layer, entry: one }) => (layer && used.has(layer) ? [{ layer, one }] : []));
  const layers = built.map(({ layer }) => layer);
  const graph: Graph = {
    name, nodes, inputs: inputs.map(({ value }) => value), outputs: outputs.map(({ value }) => value),
    // Keras 3 counts operations among its nodes, not among its layers.
    layers: built.filter(({ one }) => loading.dialect.kerasMajor < 3 || !isOperation(one, loading)).map(({ layer }) => layer),
  };
  return new ModelLayer({ name, className: originalClass, config: optionsOf(entry), dialect: loading.dialect, held: {} }, layers, { graph, inputs, outputs });
}

/** What some nodes are computed from, with themselves, in their order. */
function neededFor(nodes: readonly Node[], ends: readonly Node[]): Node[] {
  const needed = new Set<Node>(ends);
  for (const node of nodes.toReversed()) {
    if (needed.has(node)) for (const value of [...node.inputs, ...Object.values(node.given)]) needed.add(value.node);
  }
  return nodes.filter((node) => needed.has(node));
}

function verticesOf(loading: Loading, entries: readonly LayerEntry[], outputs: readonly Reference[], where: string): Map<string, Vertex> {
  const calls = entries.map((entry) => nodeCalls(loading, entry.name, entry.source['inbound_nodes'], isOperation(entry, loading)));
  const inner = usesAsked(calls.flat().flatMap(({ tensors }) => tensors));
  const atEnds = usesAsked(outputs);
  const vertices = new Map<string, Vertex>();
  entries.forEach((entry, i) => {
    if (vertices.has(entry.name)) throw fault(loading, `${where}: two layers are called '${nameText(entry.name)}'`);
    const [asked, askedAtEnds] = [inner.get(entry.name) ?? [], atEnds.get(entry.name) ?? []];
    const apart = loading.dialect.kerasMajor === 3;
    const offset = isModelClass(entry) ? firstUse(calls[i]!.length, apart ? asked : [...asked, ...askedAtEnds], apart ? 0 : 1) : 0;
    const endOffset = !isModelClass(entry) || !apart ? offset : firstUse(calls[i]!.length, askedAtEnds, isSequential(entry) ? 0 : 1);
    vertices.set(entry.name, { entry, calls: calls[i]!, offset, endOffset, layer: null, nodes: [] });
  });
  return vertices;
}

/**
 * The number that a nested model's first use in the graph has. A functional model, and Keras 2's Sequential one that knew its input,
 * was used once already, when it was made; what refers to it shows it where that leaves a doubt.
 */
function firstUse(uses: number, asked: readonly number[], usual: 0 | 1): 0 | 1 {
  if (asked.includes(0)) return 0;
  return asked.includes(uses) ? 1 : usual;
}

/** Which uses of which layers a graph refers to. */
function usesAsked(references: readonly Reference[]): ReadonlyMap<string, readonly number[]> {
  const asked = new Map<string, number[]>();
  for (const { layer, node } of references) {
    const uses = asked.get(layer);
    if (uses) uses.push(node);
    else asked.set(layer, [node]);
  }
  return asked;
}

class GraphBuilder {
  /** Every use that was made, each after those it reads from. */
  readonly nodes: Node[] = [];
  private readonly underWay = new Set<Vertex>();

  constructor(private readonly loading: Loading, private readonly vertices: ReadonlyMap<string, Vertex>, private readonly depth: number, private readonly where: string) {}

  /** The value at an end of the model. */
  end(reference: Reference): Value {
    const vertex = this.vertices.get(reference.layer);
    return this.value(vertex ? { ...reference, node: reference.node - vertex.endOffset + vertex.offset } : reference);
  }

  /** The value that a reference means, after all that it depends on is built. */
  private value({ layer, node, tensor }: Reference): Value {
    const vertex = this.vertices.get(layer);
    if (!vertex) throw fault(this.loading, `${this.where}: its graph names a layer '${nameText(layer)}' that it does not have${suggestion(layer, [...this.vertices.keys()])}`);
    const use = node - vertex.offset;
    if (vertex.calls.length === 0 && vertex.entry.className === 'InputLayer') this.makeInput(vertex);
    else {
      if (use < 0 || use >= vertex.calls.length) {
        throw fault(this.loading, `${this.where}: its graph names use ${node} of ${layerText(layer)}, which has ${vertex.calls.length}`);
      }
      if (vertex.nodes.length <= use && this.underWay.has(vertex)) throw fault(this.loading, `${this.where}: its graph goes in a circle through ${layerText(layer)}`);
      // Uses in their order: the layers' weights are made at the first.
      while (vertex.nodes.length <= use) this.call(vertex);
    }
    const { outputs } = vertex.nodes[Math.max(0, use)] ?? vertex.nodes[0]!;
    const found = outputs[tensor];
    if (!found) throw fault(this.loading, `${this.where}: its graph names output ${tensor} of ${layerText(layer)}, which has ${outputs.length}`);
    return found;
  }

  private makeInput(vertex: Vertex): void {
    if (vertex.nodes.length > 0) return;
    const { name, className, originalClass } = vertex.entry;
    this.add(vertex, layerText(name, className), () => {
      const layer = new InputLayer({ name, className: originalClass, config: optionsOf(vertex.entry), dialect: this.loading.dialect, held: {} });
      vertex.layer = layer;
      return inputNode(layer, layer.form);
    });
  }

  private call(vertex: Vertex): void {
    const { entry, calls, nodes } = vertex;
    const call = calls[nodes.length]!;
    const where = layerText(entry.name, entry.className);
    this.underWay.add(vertex);
    const values = call.tensors.map((reference) => this.value(reference));
    this.underWay.delete(vertex);
    // An operation says itself what it lacks.
    if (values.length === 0 && !isOperation(entry, this.loading)) throw fault(this.loading, `${where}: is called with no tensor`);
    vertex.layer ??= buildLayer(this.loading, entry, this.depth + 1);
    const { layer } = vertex;
    this.add(vertex, where, () => connect(layer, isOperation(entry, this.loading) ? { inputs: values, options: { args: call.args, kwargs: call.kwargs } } : this.connection(entry, layer, call, values)));
  }

  /** How a layer is called. */
  private connection({ className }: LayerEntry, layer: KerasLayer, call: NodeCall, values: readonly Value[]): Connection {
    const { inputs, keys, argumentSizes, given, options } = layerArguments(className, call, layer instanceof OwnLayer);
    if (layer instanceof InputLayer) throw new SeeRnnError('is called with a tensor, and is an input');
    if (inputs.length === 0) throw new SeeRnnError('is called with no tensor');
    // A model's fit and predict say themselves whether they train, over what the call in the file says: Keras 3.
    const { training, ...others } = options;
    return {
      inputs: inOrderOf(layer, keys, inputs.map((slot) => values[slot]!)), argumentSizes,
      given: Object.fromEntries(Object.entries(given).map(([key, slot]) => [key, values[slot]!])),
      options: this.loading.dialect.kerasMajor === 3 || training === undefined ? others : options,
    };
  }

  private add(vertex: Vertex, where: string, make: () => Node): void {
    try {
      const node = make();
      this.loading.made(node.layer);
      vertex.nodes.push(node);
      this.nodes.push(node);
    } catch (error) {
      throw inLayer(this.loading, where, error);
    }
  }
}

/** What a model is called with by names, in the order of its own inputs. */
function inOrderOf(layer: KerasLayer, keys: readonly string[] | null, values: readonly Value[]): readonly Value[] {
  const names = layer instanceof ModelLayer ? layer.ends?.inputs.map(({ name }) => name) : null;
  if (!keys || keys.length !== values.length || !names?.every((name) => keys.includes(name))) return values;
  return names.map((name) => values[keys.indexOf(name)]!);
}
