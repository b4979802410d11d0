import * as tfl from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { suggestion } from '../../core/nearest.js';
import { printable } from '../../core/printable.js';
import { shown } from '../../core/options.js';
import type { Layer } from '../internals.js';
import { buildLayer, inLayer, type LayerEntry } from './build-layer.js';
import { buildModel, isModelClass, layerEntries, type Shape } from './build-model.js';
import { layerConfig } from './config.js';
import { fault, layerText, type Loading } from './context.js';
import { isMaskOperation, checkMask } from './masks.js';
import { oneForAll } from './shared.js';
import { sliceOptions } from './slices.js';
import { endReferences, nodeCalls, type NodeCall, type Reference } from './node-calls.js';

/** A layer of the graph while it is built. */
export interface Vertex {
  readonly entry: LayerEntry;
  readonly calls: readonly NodeCall[];
  /** What files add to the number of a use: 1 for a nested model that counts its own graph as its first use. Keras 3 does so only at the model's ends. */
  readonly offset: number;
  readonly endOffset: number;
  layer: Layer | null;
  /** What each use gives, as far as uses were made. */
  readonly outputs: SymbolicTensor[][];
}

/** Builds a functional model: every layer is called as often and on what the file says. */
export function buildFunctional(loading: Loading, { name, config }: LayerEntry, depth: number): { model: tfl.LayersModel; layers: Layer[] } {
  const where = `model '${printable(name)}'`;
  const entries = layerEntries(loading, config, where);
  const ends = { inputs: endReferences(loading, config, 'input_layers', name), outputs: endReferences(loading, config, 'output_layers', name) };
  const graph = verticesOf(loading, entries, ends.outputs, where);
  const build = new GraphBuilder(loading, graph, depth, where);
  const inputs = ends.inputs.map((reference) => build.end(reference));
  const outputs = ends.outputs.map((reference) => build.end(reference));
  let model: tfl.LayersModel;
  try {
    model = tfl.model({ inputs, outputs, name: loading.names.for(name) });
  } catch (error) {
    throw inLayer(loading, where, error);
  }
  const used = new Set(model.layers);
  return { model, layers: [...graph.values()].flatMap(({ layer }) => (layer && used.has(layer) ? [layer] : [])) };
}

function verticesOf(loading: Loading, entries: readonly LayerEntry[], outputs: readonly Reference[], where: string): Map<string, Vertex> {
  const calls = entries.map((entry) => nodeCalls(loading, entry.name, entry.source['inbound_nodes']));
  const inner = usesAsked(calls.flat().flatMap(({ inputs, masks }) => [...inputs, ...masks]));
  const atEnds = usesAsked(outputs);
  const vertices = new Map<string, Vertex>();
  entries.forEach((entry, i) => {
    if (vertices.has(entry.name)) throw fault(loading, `${where}: two layers are called '${printable(entry.name)}'`);
    const [asked, askedAtEnds] = [inner.get(entry.name) ?? [], atEnds.get(entry.name) ?? []];
    const apart = loading.kerasMajor === 3;
    const offset = isModelClass(entry) ? firstUse(calls[i]!.length, apart ? asked : [...asked, ...askedAtEnds], apart ? 0 : 1) : 0;
    const endOffset = !isModelClass(entry) || !apart ? offset : firstUse(calls[i]!.length, askedAtEnds, entry.className === 'Sequential' ? 0 : 1);
    vertices.set(entry.name, { entry, calls: calls[i]!, offset, endOffset, layer: null, outputs: [] });
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
  private readonly underWay = new Set<Vertex>();

  constructor(private readonly loading: Loading, private readonly graph: ReadonlyMap<string, Vertex>, private readonly depth: number, private readonly where: string) {}

  /** The tensor at an end of the model. */
  end(reference: Reference): SymbolicTensor {
    const vertex = this.graph.get(reference.layer);
    return this.tensor(vertex ? { ...reference, node: reference.node - vertex.endOffset + vertex.offset } : reference);
  }

  /** The tensor that a reference means, after all that it depends on is built. */
  tensor({ layer, node, tensor }: Reference): SymbolicTensor {
    const vertex = this.graph.get(layer);
    if (!vertex) throw fault(this.loading, `${this.where}: its graph names a layer '${printable(layer)}' that it does not have${suggestion(layer, [...this.graph.keys()])}`);
    const use = node - vertex.offset;
    if (this.isInput(vertex)) this.makeInput(vertex);
    else {
      if (use < 0 || use >= vertex.calls.length) {
        throw fault(this.loading, `${this.where}: its graph names use ${node} of ${layerText(layer)}, which has ${vertex.calls.length}`);
      }
      if (vertex.outputs.length <= use && this.underWay.has(vertex)) throw fault(this.loading, `${this.where}: its graph goes in a circle through ${layerText(layer)}`);
      // Uses in their order: the layers' weights are made at the first.
      while (vertex.outputs.length <= use) this.call(vertex);
    }
    const outputs = vertex.outputs[Math.max(0, use)] ?? vertex.outputs[0]!;
    const found = outputs[tensor];
    if (!found) throw fault(this.loading, `${this.where}: its graph names output ${tensor} of ${layerText(layer)}, which has ${outputs.length}`);
    return found;
  }

  private isInput({ entry, calls }: Vertex): boolean {
    return calls.length === 0 && entry.className === 'InputLayer';
  }

  private makeInput(vertex: Vertex): void {
    if (vertex.outputs.length > 0) return;
    const { name, className, config } = vertex.entry;
    const options = layerConfig(this.loading, className, config, name);
    const shape = options['batchInputShape'] as (number | null)[] | undefined;
    if (!shape) throw fault(this.loading, `${layerText(name, className)}: expected a shape 'batch_shape' or 'batch_input_shape', found none`);
    try {
      const tensor = tfl.input({ batchShape: shape, name: this.loading.names.for(name), dtype: options['dtype'] === 'int32' ? 'int32' : 'float32' });
      vertex.layer = tensor.sourceLayer;
      this.loading.names.built(vertex.layer, name);
      vertex.outputs.push([tensor]);
    } catch (error) {
      throw inLayer(this.loading, layerText(name, className), error);
    }
  }

  private call(vertex: Vertex): void {
    const { entry, calls, outputs } = vertex;
    const call = calls[outputs.length]!;
    const where = layerText(entry.name, entry.className);
    this.underWay.add(vertex);
    const inputs = call.inputs.map((reference) => this.tensor(reference));
    this.underWay.delete(vertex);
    if (inputs.length === 0) throw fault(this.loading, `${where}: is called with no tensor`);
    const options = entry.className === 'GetItem' ? sliceOptions(call.options) : { config: {}, call: call.options };
    this.checkOptions(options.call, where);
    checkMask(this.loading, this.graph, entry, call);
    vertex.layer ??= this.build({ ...entry, config: { ...entry.config, ...options.config } }, inputs[0]!.shape);
    const stop = this.loading.budget.watch(vertex.layer);
    try {
      const result = vertex.layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as SymbolicTensor | SymbolicTensor[];
      outputs.push(Array.isArray(result) ? result : [result]);
    } catch (error) {
      throw inLayer(this.loading, where, error);
    } finally {
      stop();
    }
  }

  private build(entry: LayerEntry, shape: Shape): Layer {
    if (isMaskOperation(entry)) throw fault(this.loading, `${layerText(entry.name, entry.className)}: is an operation whose result is used as other than a mask, which is not supported`);
    if (isModelClass(entry)) return oneForAll(this.loading, entry, () => buildModel(this.loading, entry, this.depth + 1, shape) as unknown as Layer);
    // The shape comes from the graph; one of the layer's own may be from before it was shared.
    const config = Object.fromEntries(Object.entries(entry.config).filter(([key]) => key !== 'batch_input_shape' && key !== 'batch_shape'));
    return buildLayer(this.loading, { ...entry, config }, this.depth + 1);
  }

  /** What a layer was called with beside tensors. */
  private checkOptions(options: NodeCall['options'], where: string): void {
    for (const [key, value] of Object.entries(options)) {
      if (value === false) continue;
      if (key === 'training' || key === 'use_causal_mask') {
        throw fault(this.loading, `${where}: is called with ${key} = ${shown(value)}, which is not supported here`);
      }
      throw fault(this.loading, `${where}: is called with ${/^\d+$/.test(key) ? 'a second operand' : `'${key}'`} ${shown(value)}, which is not supported here`);
    }
  }
}
