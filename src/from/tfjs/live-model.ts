import { SeeRnnError } from '../../core/errors.js';
import { shown } from '../../core/options.js';
import { suggestion } from '../../core/nearest.js';
import { printable } from '../../core/printable.js';
import type { Value } from '../../graph/graph.js';
import type { Layer } from '../../graph/layer.js';
import type { LossFunction } from '../../graph/losses/loss.js';
import { lossByName, lossNames } from '../../graph/losses/named.js';
import { Tensor } from '../../graph/tensor.js';
import type { Weight } from '../../graph/weight.js';
import { Model, type Compiled, type Optimizer } from '../../model/model.js';
import { foreignLoss, type TfLoss } from './foreign/foreign-loss.js';
import { findTf } from './foreign/tf.js';
import { asTfModel, inside, originOf, type TfLayer, type TfModel } from './internals.js';
import { LiveGraph } from './live-graph.js';
import { LiveLayers, TFJS } from './live-layer.js';

const graphs = new WeakMap<Model, LiveGraph>();

/**
 * The graph of a live model as it is now: its weights are the live model's own variables, read anew for each run.
 *
 * @throws SeeRnnError for one that was disposed of, and for what can't be read
 */
export function modelOf(live: TfModel): Model {
  try {
    inside(live).assertNotDisposed();
  } catch (error) {
    throw new SeeRnnError(`the model '${printable(live.name)}' has been disposed of`, { cause: error });
  }
  const graph = new LiveGraph(live);
  const name = (tensor: TfModel['inputs'][number]): string => originOf(tensor).sourceLayer.name;
  const outputNames = live.outputs.map(name);
  const model = new Model({
    graph: graph.graph, kind: live.getClassName() === 'Sequential' ? 'Sequential' : 'Functional',
    inputNames: live.inputs.map(name), outputNames,
    compiled: compiledOf(live, outputNames), dialect: TFJS, optimizer: optimizerOf(live), states: statesOf(graph),
    ready: () => ready(graph),
  });
  graphs.set(model, graph);
  return model;
}

/** Reads the variables as they are now. */
async function ready({ layers }: LiveGraph): Promise<void> {
  await findTf();
  await Promise.all([...layers.variables].map(async ([weight, { val }]) => { weight.set(await val.data<'float32'>()); }));
}

/** What stateful layers have kept. */
function statesOf({ layers }: LiveGraph): ReadonlyMap<Layer, readonly Tensor[]> {
  const states = new Map<Layer, readonly Tensor[]>();
  for (const [made, layer] of layers.bound) {
    const kept = inside(layer).stateful ? inside(layer).states_ : null;
    if (kept) states.set(made, kept.map((state) => new Tensor(Float32Array.from(state.dataSync()), state.shape)));
  }
  return states;
}

function compiledOf(live: TfModel, outputs: readonly string[]): Compiled | null {
  const given = (live as { readonly loss?: unknown }).loss;
  if (given === undefined || given === null) return null;
  const one = (loss: unknown): LossFunction | null => {
    if (loss === undefined || loss === null) return null;
    if (typeof loss === 'function') return foreignLoss(loss as TfLoss);
    const found = typeof loss === 'string' ? lossByName(loss, {}, TFJS) : null;
    if (!found) throw new SeeRnnError(`unknown loss '${printable(typeof loss === 'string' ? loss : shown(loss))}'${suggestion(String(loss), lossNames)}`);
    return found;
  };
  const losses = Array.isArray(given) ? given.map(one)
    : typeof given === 'object' ? outputs.map((name) => one((given as Record<string, unknown>)[name]))
    : outputs.map(() => one(given));
  return { losses, lossWeights: null };
}

function optimizerOf(live: TfModel): Optimizer | null {
  const optimizer = (live as { readonly optimizer?: { getClassName(): string; readonly learningRate?: unknown } }).optimizer;
  return optimizer ? { name: optimizer.getClassName(), learningRate: typeof optimizer.learningRate === 'number' ? optimizer.learningRate : null } : null;
}

/** A live layer by itself; null for what is none. */
export function layerOf(given: unknown): Layer | null {
  const layer = given as TfLayer;
  if (typeof given !== 'object' || given === null || !('inboundNodes' in given)) return null;
  if (asTfModel(layer)) return null;
  const layers = new LiveLayers(() => { throw new SeeRnnError(`layer '${printable(layer.name)}' holds a model`); });
  const made = layers.of(layer);
  const shapes = inside(layer).inboundNodes[0]?.inputTensors.map(({ shape }) => shape);
  if (shapes) {
    made.build(shapes);
    layers.bind(made, layer);
  }
  return made;
}

/** The live layer that a layer of a live model's graph stands for. */
export const originalOf = (model: Model, layer: Layer): TfLayer => graphs.get(model)!.layers.original(layer);

/** The weight or the value of a model that a variable or a symbolic tensor of the live one stands for. */
export function paramOf(model: Model, given: unknown): Weight | Value | null {
  const graph = graphs.get(model);
  if (!graph || typeof given !== 'object' || given === null) return null;
  for (const [weight, variable] of graph.layers.variables) if (variable === given || variable.val === given) return weight;
  return 'sourceLayer' in given ? graph.value(given as TfModel['inputs'][number]) : null;
}
