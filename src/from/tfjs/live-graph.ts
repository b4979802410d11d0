import { printable } from '../../core/printable.js';
import { SeeRnnError } from '../../core/errors.js';
import { connect, inputNode } from '../../graph/connect.js';
import type { Graph, Node, Value } from '../../graph/graph.js';
import { InputLayer } from '../keras/layers/input-layer.js';
import type { KerasLayer } from '../keras/layers/keras-layer.js';
import { ModelLayer, type Connected } from '../keras/model-layer.js';
import { asTfModel, inside, nodeOf, originOf, type TfLayer, type TfModel, type TfNode } from './internals.js';
import { LiveLayers, TFJS } from './live-layer.js';

/** A live model as a graph: the layers, and which symbolic tensor stands for which value. */
export class LiveGraph {
  readonly layers: LiveLayers = new LiveLayers((layer) => this.modelLayer(layer));
  private readonly nodes = new Map<TfNode, Node>();
  readonly graph: Graph;

  constructor(readonly live: TfModel) {
    this.graph = this.connected(live).graph;
  }

  /** The value that a symbolic tensor of the live model stands for; null where it is none of its. */
  value(tensor: TfModel['inputs'][number]): Value | null { return this.nodes.get(nodeOf(tensor))?.outputs[originOf(tensor).tensorIndex] ?? null; }

  private modelLayer(layer: TfLayer): ModelLayer {
    const model = asTfModel(layer)!;
    const connected = this.connected(model);
    const own = model.layers.map((one) => this.layers.known(one)).filter((one) => one !== null);
    return new ModelLayer({ name: layer.name, className: layer.getClassName() === 'Sequential' ? 'Sequential' : 'Functional', config: { name: layer.name }, dialect: TFJS, held: {} }, own, connected);
  }

  private connected(model: TfModel): Connected {
    const nodes: Node[] = [];
    const seen = new Set<TfNode>();
    const frozen = !inside(model).trainable;
    const visit = (node: TfNode): void => {
      if (seen.has(node)) return;
      seen.add(node);
      for (const tensor of node.inputTensors) visit(nodeOf(tensor));
      const made = this.nodes.get(node) ?? this.node(model, node, frozen);
      this.nodes.set(node, made);
      nodes.push(made);
    };
    for (const tensor of [...model.inputs, ...model.outputs]) visit(nodeOf(tensor));
    const value = (tensor: TfModel['inputs'][number]): Value => this.value(tensor)!;
    const layers = model.layers.map((layer) => this.layers.known(layer) ?? this.layers.of(layer));
    const [inputs, outputs] = [model.inputs, model.outputs].map((tensors) => tensors.map((tensor, place) => ({ value: value(tensor), name: originOf(tensor).sourceLayer.name, place })));
    return { graph: { name: model.name, nodes, inputs: inputs!.map((end) => end.value), outputs: outputs!.map((end) => end.value), layers }, inputs: inputs!, outputs: outputs! };
  }

  private node(model: TfModel, { outboundLayer: layer, inputTensors, outputTensors, callArgs }: TfNode, frozen: boolean): Node {
    try {
      if (outputTensors.every((tensor) => model.inputs.includes(tensor)) && inputTensors.every((tensor) => outputTensors.includes(tensor))) return this.input(layer, outputTensors[0]!);
      const made = this.layers.of(layer);
      const training = callArgs?.['training'];
      const node = connect(made, { inputs: inputTensors.map((tensor) => this.value(tensor)!), options: typeof training === 'boolean' ? { training } : {} });
      this.layers.bind(made, layer, frozen);
      return node;
    } catch (error) {
      if (!(error instanceof SeeRnnError) || error.message.startsWith('layer \'')) throw error;
      throw new SeeRnnError(`layer '${printable(layer.name)}' (${printable(layer.getClassName())}): ${error.message}`, { cause: error });
    }
  }

  private input(layer: TfLayer, { shape, dtype }: TfModel['inputs'][number]): Node {
    const made = new InputLayer({ name: layer.name, className: layer.getClassName(), config: { batch_shape: shape, dtype }, dialect: TFJS, held: {} });
    this.layers.adoptInput(layer, made);
    return inputNode(made as KerasLayer, made.form);
  }
}
