import type { Watch } from '../../../src/cells/watch.js';
import type { Floats } from '../../../src/cells/floats.js';
import { sizeOf } from '../../../src/core/array.js';
import type { Config } from '../../../src/from/keras/config-reader.js';
import { KERAS_3, type Dialect } from '../../../src/from/keras/dialect.js';
import type { KerasLayer } from '../../../src/from/keras/layers/keras-layer.js';
import { LAYERS } from '../../../src/from/keras/layers/registry.js';
import type { Context, States } from '../../../src/graph/context.js';
import type { CallOptions, Masked } from '../../../src/graph/layer.js';
import type { OpenShape } from '../../../src/graph/shapes.js';
import { Tape } from '../../../src/graph/tape.js';
import { Tensor } from '../../../src/graph/tensor.js';
import type { StoredWeight } from '../../../src/graph/weight.js';
import { Random } from '../../random.js';
import { weighedSum } from '../../graph/weighed-sum.js';

/** Keras's layers, made and called by themselves. */

export const KERAS_2: Dialect = { kerasMajor: 2, kerasVersion: '2.15.0', tfjs: false };
export const STANDALONE: Dialect = { kerasMajor: 2, kerasVersion: '2.2.4', tfjs: false };
export const TFJS: Dialect = { kerasMajor: 2, kerasVersion: null, tfjs: true };

type Held = Readonly<Record<string, KerasLayer | readonly KerasLayer[]>>;

/** A layer of a class, as a file would have it. */
export const made = (className: string, config: Config = {}, held: Held = {}, dialect: Dialect = KERAS_3): KerasLayer =>
  LAYERS.get(className)!({ name: typeof config['name'] === 'string' ? config['name'] : className.toLowerCase(), className, config, dialect, held });

/** A layer's weights, and those of its parts. */
export const weightsOf = ({ weights, parts }: Pick<KerasLayer, 'weights' | 'parts'>): StoredWeight[] => [...weights, ...parts.flatMap(({ layer }) => weightsOf(layer as KerasLayer))];

/** Builds a layer for such inputs, and gives it weights: the same every time for the same layer. */
export function filled<L extends KerasLayer>(layer: L, shapes: readonly OpenShape[], number?: (at: number, weight: number) => number): L {
  layer.build(shapes);
  const random = new Random(5);
  weightsOf(layer).forEach((weight, i) => { weight.set(Float64Array.from({ length: sizeOf(weight.shape) }, (_, n) => number?.(n, i) ?? 0.5 * random.normal())); });
  return layer;
}

/** Numbers of the normal distribution. */
export const noise = (seed: number, shape: readonly number[], scale = 1): Tensor => new Tensor(new Random(seed).normals(sizeOf(shape), scale), shape);

/** Circumstances of a run in float64. */
export function contextOf(more: Partial<Context> = {}): Context {
  const random = new Random(9);
  return {
    training: false, tape: null, call: null, watch: null, fold: 1, onlooker: null,
    weight: (weight) => new Tensor(Float64Array.from(weight.read() as Floats), weight.shape),
    random: () => random.uniform(), states: { of: () => null, keep: () => undefined }, penalise: () => undefined, ...more,
  };
}

/** States that are kept. */
export function kept(): States {
  const states = new Map<unknown, readonly Tensor[]>();
  return { of: (layer) => states.get(layer) ?? null, keep: (layer, ones) => { states.set(layer, ones); } };
}

/** How a layer is called. */
export interface Call {
  /** The mask that travels with the first input. */
  readonly mask?: Tensor | null;
  readonly given?: Readonly<Record<string, Tensor>>;
  readonly options?: CallOptions;
  readonly context?: Partial<Context>;
}

/** Calls a layer: its first input is an argument, and all others together another one, as initial states are. */
export const called = (layer: KerasLayer, inputs: readonly Tensor[], { mask = null, given = {}, options = {}, context = {} }: Call = {}): Masked[] => layer.call({
  inputs, masks: inputs.map((_, i) => (i === 0 ? mask : null)), given, options, argumentSizes: inputs.length > 1 ? [1, inputs.length - 1] : null,
}, contextOf(context));

/** What a layer gives, and the derivatives of {@link weighedSum} of it by the layer's inputs. */
export function differentiated(layer: KerasLayer, inputs: readonly Tensor[], call: Call = {}, loss: (outputs: readonly Tensor[]) => Tensor = weighedSum): { readonly outputs: Masked[]; readonly gradients: (Floats | null)[] } {
  const tape = new Tape();
  const followed = inputs.map((input) => tape.follow(input));
  const outputs = called(layer, followed, { ...call, context: { tape, ...call.context } });
  tape.backward(loss(outputs.map(({ value }) => value)));
  return { outputs, gradients: followed.map((input) => tape.adjoint(input)) };
}

/** A watch that notes which parts it looked into, with what it saw there. */
export function noting<T>(note: (part: string, fold: number, seen: Parameters<Watch['wentForward']>[0]) => T): { readonly watch: Watch; readonly seen: T[] } {
  const seen: T[] = [];
  const at = (path: string, fold: number): Watch => ({
    label: 'layer', values: new Set(['hidden']), gradients: new Set(),
    wentForward: (forward) => { seen.push(note(path, fold, forward)); }, wentBack: () => undefined,
    within: ({ name = '', fold: more = 1 }) => at([path, name].filter((piece) => piece !== '').join('/'), fold * more),
  });
  return { watch: at('', 1), seen };
}
