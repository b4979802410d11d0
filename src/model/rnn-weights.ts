import type { NamedArray, Numbers } from '../core/array.js';
import { sizeOf } from '../core/array.js';
import { option, readOptions } from '../core/options.js';
import type { LayerId } from './find.js';
import { gateWeights, type DirectionWeights } from './gate-weights.js';
import type { ModelLike } from './live-model.js';

export interface GetRnnWeightsOptions {
  /** Whether a weight stays one array with its gates side by side; default true. Else it is a list with an array for each gate. */
  readonly concatGates?: boolean;
}

const rnnWeightsOptions = { concatGates: option.flag('whether a weight stays one array with its gates side by side', true) };

/**
 * The weights of a recurrent layer as a list: kernel, recurrent kernel and, where there is one, bias; of a Bidirectional layer first
 * the forward ones, then the backward ones; of stacked cells the lowest cell's first. What `gateWeights` and the figures take as
 * prefetched data.
 *
 * With `concatGates: false` every weight is a list of its gates, in the order in which they are stored, which `gateWeights` names: an
 * LSTM's kernel is four arrays (features, units). A SimpleRNN has one gate, and a list of one. A bias of two (GRU with `reset_after`)
 * stays so for each gate: (2, units).
 *
 * @param id a layer's index, name or part of its name
 * @throws SeeRnnError for a layer that is not recurrent; UsageError for an unknown option
 * @example
 * const [kernel, recurrentKernel, bias] = await getRnnWeights(model, 'lstm');
 * const [[input, forget, cell, output]] = await getRnnWeights(model, 'lstm', { concatGates: false }); // the kernel of each gate
 */
export async function getRnnWeights(model: ModelLike, id: LayerId, options: GetRnnWeightsOptions & { concatGates: false }): Promise<NamedArray[][]>;
export async function getRnnWeights(model: ModelLike, id: LayerId, options?: GetRnnWeightsOptions & { concatGates?: true }): Promise<NamedArray[]>;
export async function getRnnWeights(model: ModelLike, id: LayerId, options: GetRnnWeightsOptions = {}): Promise<NamedArray[] | NamedArray[][]> {
  const { concatGates } = readOptions('getRnnWeights', rnnWeightsOptions, options as Readonly<Record<string, unknown>>);
  const { directions } = await gateWeights(model, id);
  const all = directions.flatMap((direction) => [direction.kernel, direction.recurrentKernel, ...(direction.bias ? [direction.bias] : [])].map((weight) => ({ weight, direction })));
  return concatGates ? all.map(({ weight }) => weight) : all.map(({ weight, direction }) => splitGates(weight, direction));
}

/** One array for each gate, in the order of `gates`: (..., units) of a weight (..., gates x units). */
export function splitGates({ data, shape, axes }: NamedArray, { gates, units }: Pick<DirectionWeights, 'gates' | 'units'>): NamedArray[] {
  const outer = shape.slice(0, -1);
  const rows = sizeOf(outer);
  const width = gates.length * units;
  return gates.map((_, gate) => {
    const block = new (data.constructor as new (length: number) => Numbers)(rows * units);
    for (let row = 0; row < rows; row++) block.set(data.subarray(row * width + gate * units, row * width + (gate + 1) * units), row * units);
    return { data: block, shape: [...outer, units], axes: [...axes.slice(0, -1), 'units'] };
  });
}
