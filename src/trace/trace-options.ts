import type { ArrayInput } from '../core/array.js';
import { option, type OptionSpec } from '../core/options.js';
import type { LayerId } from '../model/find.js';
import { PRECISIONS, type Precision } from '../model/precision.js';
import type { Loss, PerOutput } from '../model/total-loss.js';
import { QUANTITIES, type Quantity } from './quantities.js';

export interface TraceOptions {
  /**
   * Which layers to record; default `'*'`, all but the inputs. Fewer layers need less memory and time. An input that is
   * named is recorded too: its gradient is that by the data.
   */
  readonly layers?: LayerId | readonly LayerId[];
  /**
   * What to record of them; default `['outputs']`. All of it comes out of the same backward pass, which then has more to do and to
   * keep: `hidden`, `cell` and `gates`, of recurrent layers alone, are as large as the layer's outputs, each gate by itself. A layer
   * that runs with checkpoints, beyond the memory budget (`setMemoryBudget`), runs once more for each of them, and refuses where
   * one of these arrays is itself larger than the budget.
   */
  readonly quantities?: readonly Quantity[];
  /** Whether the forward values are recorded beside the gradients by them; default true. Without them a large run needs half the room. */
  readonly values?: boolean;
  /**
   * The most samples that run at once; default all. More run in parts, one after another: the same loss and gradients, but for
   * rounding, in less memory. Until the promise resolves the model must then stay as it is. Refused where parts would not give the
   * whole's results: for stateful layers, in training for batch normalisation, and for a loss that gives one value for the batch.
   */
  readonly batchSize?: number;
  /** Is told, where samples run in parts, how many are done, of how many. */
  readonly progress?: (done: number, samples: number) => void;
  /** Whether dropout drops and batch normalisation uses the batch's statistics; default false. The model stays as it was. */
  readonly training?: boolean;
  /** In what numbers everything is worked out, and comes out: `float32`, the default, or `float64`, in which the same takes longer. */
  readonly precision?: Precision;
  /** The loss, in place of the compiled one: a name of Keras's or TF.js's, or a function; one for each output where there are several. */
  readonly loss?: PerOutput<Loss>;
  /** A factor on each output's loss; default 1. */
  readonly lossWeights?: PerOutput<number>;
  /** A factor on each sample's loss: (samples), or (samples, timesteps) for an output with timesteps; default 1. */
  readonly sampleWeight?: PerOutput<ArrayInput>;
  /** Factors by class, e.g. `{ 0: 1, 1: 20 }`, of a model with one output: each sample weighs as its class does; default 1. */
  readonly classWeight?: Readonly<Record<number, number>>;
}

/** An option that is read further where the model's outputs are known. */
const perOutput = <T>(help: string, form: string): OptionSpec<PerOutput<T> | undefined> =>
  ({ help, form, default: undefined, read: (value) => value as PerOutput<T> });

export const traceOptions = {
  layers: {
    help: 'which layers to record', form: "an index, a name, a list of these, or '*'", default: '*' as LayerId | readonly LayerId[],
    read: (value) => {
      const one = (id: unknown): boolean => typeof id === 'string' || typeof id === 'number';
      return one(value) || (Array.isArray(value) && value.every(one)) ? (value as LayerId | readonly LayerId[]) : undefined;
    },
  } satisfies OptionSpec<LayerId | readonly LayerId[]>,
  quantities: {
    help: 'what to record of each layer', form: `a list of ${QUANTITIES.map((name) => `'${name}'`).join(', ')}`, default: ['outputs'] as readonly Quantity[],
    read: (value) => (Array.isArray(value) && value.every((one) => QUANTITIES.includes(one as Quantity)) ? (value as Quantity[]) : undefined),
  } satisfies OptionSpec<readonly Quantity[]>,
  values: option.flag('whether forward values are recorded beside the gradients by them', true),
  batchSize: option.integer('the most samples that run at once', null, 1),
  progress: {
    help: 'is told how many samples are done, of how many', form: 'a function', default: null,
    read: (value) => (typeof value === 'function' ? (value as TraceOptions['progress'] & {}) : undefined),
  } satisfies OptionSpec<NonNullable<TraceOptions['progress']> | null>,
  training: option.flag('whether dropout drops and batch normalisation uses the batch', false),
  precision: option.choice('in what numbers everything is worked out', PRECISIONS, 'float32'),
  loss: perOutput<Loss>('the loss, in place of the compiled one', 'a name or a function, or one for each output'),
  lossWeights: perOutput<number>("a factor on each output's loss", 'a number for each output'),
  sampleWeight: perOutput<ArrayInput>("a factor on each sample's loss", 'an array for each output'),
  classWeight: {
    help: "a factor on each sample's loss, by its class", form: 'a record of numbers by class, e.g. { 0: 1, 1: 20 }', default: undefined,
    read: (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((factor) => typeof factor === 'number') ? (value as Readonly<Record<number, number>>) : undefined),
  } satisfies OptionSpec<Readonly<Record<number, number>> | undefined>,
};
