import type * as tf from '@tensorflow/tfjs-core';
import { SeeRnnError } from '../core/errors.js';
import { originOf, type GraphNode } from '../model/internals.js';
import { nodeOf, type Call, type Graph } from '../model/calls.js';
import type { Watch } from '../cells/watch.js';
import type { LayerCall } from '../layers/keras-layer.js';
import { callLayer } from './call.js';
import { outputMasks, type Masked } from './masks.js';

/** How all of a model's layers are called. */
export interface WalkContext extends Omit<LayerCall, 'watch'> {
  /** What is to look into a call's recurrences; undefined where nothing is. */
  readonly watch?: (call: Call) => Watch | undefined;
  /** Sees what a call reads, before it is made, and gives back what it is to read in its place. */
  readonly enter?: (call: Call, inputs: tf.Tensor[]) => tf.Tensor[];
}

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
  graph: Graph, inputs: readonly Masked[], context: WalkContext, visit: (call: Call, outputs: tf.Tensor[]) => tf.Tensor[],
): Masked[] {
  const { model, calls, nested } = graph;
  const done = new Map<GraphNode, readonly Masked[]>();
  const valueOf = (tensor: (typeof model.inputs)[number]): Masked => {
    const origin = originOf(tensor);
    return done.get(nodeOf(origin))![origin.tensorIndex]!;
  };

  for (const call of calls) {
    const { node } = call;
    const inner = nested.get(call);
    let results: readonly Masked[];
    if (node.outputTensors.every((tensor) => model.inputs.includes(tensor))) {
      // An input of the model: it is fed, not called.
      results = node.outputTensors.map((tensor) => inputs[model.inputs.indexOf(tensor)]!);
    } else {
      const read = node.inputTensors.map(valueOf);
      const entered = context.enter?.(call, read.map(({ value }) => value));
      const from = entered ? read.map(({ mask }, i) => ({ value: entered[i]!, mask })) : read;
      results = inner ? walk(inner, from, context, visit) : called(call, from, { ...context, watch: context.watch?.(call) });
    }
    const values = visit(call, results.map(({ value }) => value));
    done.set(node, results.map(({ mask }, i) => ({ value: values[i]!, mask })));
  }
  return model.outputs.map(valueOf);
}

function called({ label, layer }: Call, from: readonly Masked[], context: LayerCall): Masked[] {
  try {
    const outputs = callLayer(layer, from.map(({ value }) => value), from.map(({ mask }) => mask), context);
    const masks = outputMasks(layer, from);
    return outputs.map((value, i) => ({ value, mask: masks[i] ?? null }));
  } catch (error) {
    // TF.js's own words don't say where.
    if (error instanceof SeeRnnError) throw error;
    throw new SeeRnnError(`layer '${label}': ${oneLine(error)}`, { cause: error });
  }
}

/** What was thrown, on one line. */
export const oneLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
