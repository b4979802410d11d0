import { asNamedArray, shapeText, type ArrayInput } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { suggestion } from '../core/nearest.js';
import { shown } from '../core/options.js';
import { StoredWeight } from '../graph/weight.js';
import { asModel } from './as-model.js';
import { findLayer, type LayerId } from './find.js';
import type { WeightArrays } from './gate-weights.js';
import type { Model } from './model.js';
import { layerWeights, type LayerWeight } from './weights.js';

/**
 * Sets weights of a layer: those that a record names, as `getWeights` names them; or all of them, by a list in the order of `getWeights`.
 * Nothing is set where anything doesn't fit. A weight that other layers share is set for these too.
 *
 * @param id a layer's index, name or part of its name
 * @param arrays are copied; numbers in a Float64Array, or in nested lists, stay in float64 for runs in float64
 * @throws SeeRnnError where there is no such layer or weight, an array is of another shape than its weight, or the model is a live one of TF.js: that
 *   has `layer.setWeights`
 * @example
 * const { kernel } = await getWeights(model, 'lstm');
 * setWeights(model, 'lstm', { kernel: { ...kernel, data: kernel.data.map((value) => 2 * value) } });
 */
export function setWeights(model: Model, id: LayerId, arrays: WeightArrays): void {
  const { name: layer, layer: found } = findLayer(asModel('setWeights', model), id);
  const weights = layerWeights(found);
  const ready = given(arrays, weights, layer).map(({ one: { name, weight }, array }) => {
    if (!(weight instanceof StoredWeight)) throw new SeeRnnError(`setWeights: '${name}' of layer '${layer}' belongs to a live model: set it there, by its layer's setWeights`);
    const { data, shape } = asNamedArray(array, `'${name}' of layer '${layer}'`);
    if (shapeText(shape) !== shapeText(weight.shape)) throw new SeeRnnError(`setWeights: '${name}' of layer '${layer}': expected shape ${shapeText(weight.shape)}, found ${shapeText(shape)}`);
    return { weight, numbers: data instanceof Float64Array ? data.slice() : Float32Array.from(data) };
  });
  for (const { weight, numbers } of ready) weight.set(numbers);
}

/** Which weights are to be set, to what. */
function given(arrays: WeightArrays, weights: readonly LayerWeight[], layer: string): { readonly one: LayerWeight; readonly array: ArrayInput }[] {
  const names = weights.map(({ name }) => name);
  const expected = names.length === 0 ? 'nothing, since there are none' : names.join(', ');
  if (typeof arrays !== 'object' || (arrays as unknown) === null) throw new SeeRnnError(`setWeights: expected weights of layer '${layer}' (${expected}), as a record or a list, found ${shown(arrays)}`);
  if (Array.isArray(arrays)) {
    const list = arrays as readonly ArrayInput[];
    if (list.length !== weights.length) throw new SeeRnnError(`setWeights: expected the weights of layer '${layer}' (${expected}), found ${list.length} array${list.length === 1 ? '' : 's'}`);
    return weights.map((one, i) => ({ one, array: list[i]! }));
  }
  return Object.entries(arrays as Readonly<Record<string, ArrayInput>>).map(([name, array]) => {
    const one = weights.find((weight) => weight.name === name);
    if (!one) throw new SeeRnnError(`setWeights: layer '${layer}' has no weight '${name}'${suggestion(name, names)}`);
    return { one, array };
  });
}
