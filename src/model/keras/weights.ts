import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { shapeText, sizeOf } from '../../core/array.js';
import { printable } from '../../core/printable.js';
import type { SavedModel, SavedWeights, WeightTree } from '../../files/saved-model.js';
import { fault, layerText, type Loading } from './context.js';
import { warnOfNotNumbers } from './not-numbers.js';
import { inTodaysLayout } from './stored-layout.js';
import { dealByLayer, type Dealt } from './weights-by-layer.js';
import { dealByName } from './weights-by-name.js';
import { dealFromTree } from './weights-in-tree.js';
import { holderOf, partsOf, type Holder, type Part } from './weight-slots.js';

/** How many numbers a file's weights are, all together. */
export function heldNumbers(weights: SavedWeights): number {
  switch (weights.kind) {
    case 'by-layer': return weights.layers.reduce((sum, layer) => sum + total(layer.weights), 0);
    case 'tree': return inTree(weights.root);
    case 'by-name': return total(weights.weights);
  }
}

const total = (weights: readonly { readonly shape: readonly number[] }[]): number => weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
const inTree = ({ vars, children }: WeightTree): number => total(vars) + [...children.values()].reduce((sum, child) => sum + inTree(child), 0);

/**
 * Sets a model's weights to those of a file, one after the other, so that no second copy of them all is in memory.
 *
 * @throws SeeRnnError where a weight is missing, left over or of another shape than the model's
 */
export function setWeights(loading: Loading, model: LayersModel, { weights, backend }: SavedModel): void {
  const root = holderOf(model);
  const dealt = dealOut(loading, root, weights);
  for (const part of partsOf(root)) setPart(loading, part, dealt, backend);
}

function dealOut(loading: Loading, root: Holder, weights: SavedWeights): Dealt {
  switch (weights.kind) {
    case 'by-layer': return dealByLayer(loading, root, weights.layers);
    case 'tree': return dealFromTree(loading, root, weights.root);
    case 'by-name': return dealByName(loading, root, new Map(weights.weights.map((weight) => [weight.name, weight])));
  }
}

function setPart(loading: Loading, part: Part, dealt: Dealt, backend: string | null): void {
  const { layer, variables, label } = part;
  const where = layerText(label.split('/').slice(1).join('/'));
  const shapes = variables.map((variable) => variable.val.shape);
  const stored = dealt.get(part);
  if (!stored) throw fault(loading, `${where}: its weights are not in the file`);
  const sources = inTodaysLayout(layer, stored, shapes, { backend });
  if (sources.length !== variables.length) throw fault(loading, `${where}: expected ${variables.length} weights, found ${sources.length}`);
  // All shapes first: a file that doesn't fit is refused before anything large is read.
  variables.forEach((variable, i) => {
    const { shape, path } = sources[i]!;
    if (shapeText(shape) !== shapeText(shapes[i]!)) {
      const name = variable.originalName.split('/').at(-1)!;
      throw fault(loading, `${where}: ${name}: expected shape ${shapeText(shapes[i]!)}, found ${shapeText(shape)} (${printable(path)})`);
    }
  });
  variables.forEach((variable, i) => {
    const numbers = Float32Array.from(sources[i]!.read());
    warnOfNotNumbers(loading, numbers, where, variable.originalName.split('/').at(-1)!);
    const tensor = tf.tensor(numbers, [...shapes[i]!], 'float32');
    // Past any constraint: the numbers are as they were trained.
    variable.val.assign(tensor);
    tensor.dispose();
  });
}
