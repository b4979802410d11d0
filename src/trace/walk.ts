import type * as tf from '@tensorflow/tfjs-core';
import { inside, originOf, type GraphNode } from '../model/internals.js';
import { nodeOf, type Call, type Graph } from '../model/calls.js';
import { callLayer, type CallContext } from './call.js';

/** A tensor on its way through the graph, and the mask that goes with it. */
export interface Masked { readonly value: tf.Tensor; readonly mask: tf.Tensor | null }

/**
 * Walks a model's graph once, calling every layer with fresh arguments.
 *
 * TF.js's own executor is not used: it hands one arguments object to all layers, through which a mask or an initial
 * state leaks into later layers, and it leaves no place to look in between.
 *
 * @param inputs one for each of the model's inputs
 * @param visit sees the outputs of every call and gives back what takes their place downstream
 * @returns one for each of the model's outputs
 */
export function walk(
  graph: Graph, inputs: readonly Masked[], context: CallContext, visit: (call: Call, outputs: tf.Tensor[]) => tf.Tensor[],
): Masked[] {
  const { model, calls, nested } = graph;
  const done = new Map<GraphNode, readonly Masked[]>();
  const valueOf = (tensor: (typeof model.inputs)[number]): Masked => {
    const fed = model.inputs.indexOf(tensor);
    if (fed >= 0) return inputs[fed]!;
    const origin = originOf(tensor);
    return done.get(nodeOf(origin))![origin.tensorIndex]!;
  };

  for (const call of calls) {
    const { label, layer, node } = call;
    // An input of the model, by whichever layer: it is fed, not called.
    if (node.outputTensors.every((tensor) => model.inputs.includes(tensor))) {
      done.set(node, node.outputTensors.map(valueOf));
      continue;
    }
    const from = node.inputTensors.map(valueOf);
    const inner = nested.get(label);
    if (inner) {
      const results = walk(inner, from, context, visit);
      const values = visit(call, results.map(({ value }) => value));
      done.set(node, results.map(({ mask }, i) => ({ value: values[i]!, mask })));
      continue;
    }
    const outputs = visit(call, callLayer(layer, from.map(({ value }) => value), from[0]?.mask ?? null, context));
    const masks = outputMasks(call, from);
    done.set(node, outputs.map((value, i) => ({ value, mask: masks[i] ?? null })));
  }
  return model.outputs.map(valueOf);
}

function outputMasks({ layer }: Call, from: readonly Masked[]): readonly (tf.Tensor | null)[] {
  const it = inside(layer);
  if (!it.supportsMasking) return [];
  const values = from.map(({ value }) => value);
  const masks = from.map(({ mask }) => mask);
  const computed = values.length === 1 ? it.computeMask(values[0]!, masks[0]!) : it.computeMask(values, masks);
  return Array.isArray(computed) ? computed : [computed];
}
