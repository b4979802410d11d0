import type { Floats } from '../cells/floats.js';
import type { Context } from './context.js';
import type { CallOptions, Layer, Masked } from './layer.js';
import { PROBES, type OpenShape } from './shapes.js';
import { abstract, Tensor, type Dtype } from './tensor.js';

/** The form of a tensor whose sizes need not all be known. */
export interface OpenForm {
  readonly shape: OpenShape;
  readonly dtype: Dtype;
  /** Whether a mask comes with it. */
  readonly masked?: boolean;
  /** The mask's shape; where nobody says, (samples, timesteps). */
  readonly maskShape?: OpenShape;
  /** Its numbers, where they follow from sizes alone: for each of the {@link PROBES}. */
  readonly known?: readonly [Floats, Floats];
}

/** How a layer is called, but for its inputs. */
export interface CallForm {
  readonly given?: Readonly<Record<string, OpenForm>>;
  readonly options?: CallOptions;
  readonly argumentSizes?: readonly number[] | null;
}

/**
 * The forms of what a layer gives: found by calling it on abstract tensors, with two sizes in place of every open one. What differs between
 * the two is open.
 *
 * @throws SeeRnnError where the layer can't take such inputs
 */
export function infer(layer: Layer, inputs: readonly OpenForm[], { given = {}, options = {}, argumentSizes = null }: CallForm = {}): OpenForm[] {
  const [some, others] = PROBES.map((probe, i) => {
    const closed = ({ shape, dtype, known }: OpenForm): Tensor => new Tensor(known?.[i] ?? null, shape.map((n) => n ?? probe), dtype);
    const maskOf = ({ masked, shape, maskShape = shape.slice(0, 2) }: OpenForm): Tensor | null => (masked ? closed({ shape: maskShape, dtype: 'bool' }) : null);
    return layer.call({
      inputs: inputs.map(closed), options, argumentSizes,
      masks: inputs.map(maskOf),
      given: Object.fromEntries(Object.entries(given).map(([name, form]) => [name, closed(form)])),
    }, ABSTRACT);
  }) as [Masked[], Masked[]];
  return some.map(({ value, mask }, i) => ({
    dtype: value.dtype, masked: mask !== null, shape: opened(value, others[i].value), ...(mask && { maskShape: opened(mask, others[i].mask!) }),
    ...(value.numbers && others[i].value.numbers && { known: [value.numbers, others[i].value.numbers] as const }),
  }));
}

/** What differs between the two is open. */
const opened = (one: Tensor, other: Tensor): OpenShape => one.shape.map((n, axis) => (n === other.shape[axis] ? n : null));

/** Circumstances in which nothing has numbers. */
const ABSTRACT: Context = {
  isAbstract: true, training: false, tape: null, call: null, watch: null, fold: 1, onlooker: null,
  weight: ({ shape }) => abstract({ shape, dtype: 'float' }),
  random: () => 0,
  states: { of: () => null, keep: () => undefined },
  penalise: () => undefined,
};
