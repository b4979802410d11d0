import { shapeText, sizeOf } from '../../../core/array.js';
import { nameText } from '../../../core/printable.js';
import type { SavedModel, SavedWeights, WeightTree } from '../../../files/saved-model.js';
import type { Layer } from '../../../graph/layer.js';
import type { Tensor } from '../../../graph/tensor.js';
import { fault, layerText, type Loading } from '../loading.js';
import { dealByLayer, type Dealt } from './by-layer.js';
import { dealByName } from './by-name.js';
import { dealFromTree } from './in-tree.js';
import { warnOfNotNumbers } from './not-numbers.js';
import { partsOf, type Holder, type Part } from './slots.js';
import { inTodaysLayout, type WeightSource } from './stored-layout.js';
import { asTensors, withoutStates } from './stored-states.js';

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
 * Sets a model's weights to those of a file.
 *
 * @returns the states of its stateful layers, where the file has them
 * @throws SeeRnnError where a weight is missing, left over or of another shape than the model's
 */
export function setWeights(loading: Loading, model: Holder, { weights, backend }: SavedModel): Map<Layer, readonly Tensor[]> {
  const dealt = dealOut(loading, model, weights);
  const states = new Map<Layer, readonly Tensor[]>();
  for (const part of partsOf(model)) {
    const stored = dealt.get(part.layer);
    if (!stored) throw fault(loading, `${whereOf(part)}: its weights are not in the file`);
    const kept = withoutStates(part, stored, weights.kind === 'tree');
    setPart(loading, part, kept.weights, backend);
    if (kept.states.length > 0) states.set(part.layer, asTensors(kept.states));
  }
  return states;
}

const whereOf = ({ label }: Part): string => layerText(label.split('/').slice(1).join('/'));

function dealOut(loading: Loading, model: Holder, weights: SavedWeights): Dealt {
  switch (weights.kind) {
    case 'by-layer': return dealByLayer(loading, model, weights.layers);
    case 'tree': return dealFromTree(loading, model, weights.root);
    case 'by-name': return dealByName(loading, model, weights.weights);
  }
}

function setPart(loading: Loading, part: Part, stored: readonly WeightSource[], backend: string | null): void {
  const { layer, weights } = part;
  const where = whereOf(part);
  const shapes = weights.map(({ shape }) => shape);
  const sources = inTodaysLayout(layer, stored, shapes, { backend });
  if (sources.length !== weights.length) throw fault(loading, `${where}: expected ${weights.length} weights, found ${sources.length}`);
  // All shapes first: a file that doesn't fit is refused before anything large is read.
  weights.forEach(({ name }, i) => {
    const { shape, path } = sources[i]!;
    if (shapeText(shape) !== shapeText(shapes[i]!)) {
      throw fault(loading, `${where}: ${name}: expected shape ${shapeText(shapes[i]!)}, found ${shapeText(shape)} (${nameText(path)})`);
    }
  });
  weights.forEach((weight, i) => {
    const numbers = sources[i]!.read();
    warnOfNotNumbers(loading, numbers, where, weight.name);
    weight.set(numbers);
  });
}
