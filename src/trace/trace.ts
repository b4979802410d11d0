import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ArrayInput, NamedArray, Numbers } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { option, readOptions, type OptionSpec } from '../core/options.js';
import { graphOf, type Call } from '../model/calls.js';
import { findCalls, type LayerId } from '../model/find.js';
import { originOf, requireModel, type Layer } from '../model/internals.js';
import { outputArray } from './axes.js';
import { inputTensors, slotsOf, type ArrayInputs } from './inputs.js';
import { totalLoss, type Loss, type PerOutput } from './loss.js';
import { Run, type Recording } from './run.js';
import { differentiate } from './tape.js';
import { untouched } from './untouched.js';
import { oneLine, walk, type WalkContext } from './walk.js';

export interface TraceOptions {
  /**
   * Which layers to record; default `'*'`, all but the inputs. Fewer layers need less memory and time. An input that is
   * named is recorded too: its gradient is that by the data.
   */
  readonly layers?: LayerId | readonly LayerId[];
  /** Whether dropout drops and batch normalisation uses the batch's statistics; default false. The model stays as it was. */
  readonly training?: boolean;
  /** The loss, in place of the compiled one: a TF.js name or a function; one for each output where there are several. */
  readonly loss?: PerOutput<Loss>;
  /** A factor on each output's loss; default 1. */
  readonly lossWeights?: PerOutput<number>;
  /** A factor on each sample's loss: (samples), or (samples, timesteps) for an output with timesteps; default 1. */
  readonly sampleWeight?: PerOutput<ArrayInput>;
}

/** An option that is read further where the model's outputs are known. */
const perOutput = <T>(help: string, form: string): OptionSpec<PerOutput<T> | undefined> =>
  ({ help, form, default: undefined, read: (value) => value as PerOutput<T> });

const traceOptions = {
  layers: {
    help: 'which layers to record', form: "an index, a name, a list of these, or '*'", default: '*' as LayerId | readonly LayerId[],
    read: (value) => {
      const one = (id: unknown): boolean => typeof id === 'string' || typeof id === 'number';
      return one(value) || (Array.isArray(value) && value.every(one)) ? (value as LayerId | readonly LayerId[]) : undefined;
    },
  } satisfies OptionSpec<LayerId | readonly LayerId[]>,
  training: option.flag('whether dropout drops and batch normalisation uses the batch', false),
  loss: perOutput<Loss>('the loss, in place of the compiled one', 'a name or a function, or one for each output'),
  lossWeights: perOutput<number>("a factor on each output's loss", 'a number for each output'),
  sampleWeight: perOutput<ArrayInput>("a factor on each sample's loss", 'an array for each output'),
};

/**
 * One forward pass through a model and, where targets are given, one backward pass, with every layer's outputs and the gradient
 * of the loss by them recorded.
 *
 * The loss is the sum over the model's outputs of (loss weight) x mean of (sample weight x loss), plus the penalties of
 * regularised weights. LSTM, GRU and SimpleRNN layers run on this project's own cells, all else on TF.js.
 *
 * Nothing is left in TF.js's memory; the model, its weights, statistics and states are as they were. A layer that is
 * used several times has one record a use: `name:0`, `name:1`; one in a nested model is `model/name`.
 *
 * @param x the model's input, (samples, ...): a tensor, nested arrays or a named array; a list, or a record by name, for several
 * @param y the targets, likewise; class indices where the loss is sparse
 * @throws SeeRnnError for arrays of another shape than the model's, an unknown layer or loss, or a model without a loss
 * @throws UsageError for an unknown option
 * @example
 * const run = await trace(model, x, y);
 * const gradient = run.layer('lstm').gradient('outputs'); // { data, shape: [16, 100, 6], axes: ['samples', 'timesteps', 'units'] }
 */
export async function trace(model: LayersModel, x: ArrayInputs, y?: ArrayInputs | null, options: TraceOptions = {}): Promise<Run> {
  const { layers, training, ...parts } = readOptions('trace', traceOptions, options as Readonly<Record<string, unknown>>);
  requireModel('trace', model);
  const graph = graphOf(model);
  const wanted = new Set(findCalls(graph, layers));
  const tapped = new Tapped(wanted);
  const held: { loss: tf.Tensor | null; predictions: tf.Tensor[] } = { loss: null, predictions: [] };
  try {
    untouched(model, () => { tf.tidy(() => {
      const inputs = inputTensors(x, slotsOf('input', model.inputs)).map((value) => ({ value, mask: null }));
      const context: WalkContext = { training, keepStates: false, wentBack: (call, flushed) => { tapped.wentBack(call, flushed); } };
      const forward = (anchor: tf.Scalar | null): tf.Tensor[] => {
        const outputs = walk(graph, inputs, context, (call, values) => tapped.tap(call, values, anchor)).map(({ value }) => value);
        held.predictions = outputs.map((tensor) => tf.keep(tf.clone(tensor)));
        return outputs;
      };
      if (y == null) {
        forward(null);
        return;
      }
      const loss = totalLoss(model, slotsOf('output', model.outputs), y, parts);
      // Adding the anchor, a zero, gives TF.js a path to differentiate along even where no tap leads to the loss.
      const value = differentiate((anchor) => tf.add(loss(forward(anchor)), anchor), (error) => new SeeRnnError(`the backward pass${tapped.reached}: ${oneLine(error)}`, { cause: error }));
      held.loss = tf.keep(tf.clone(value));
    }); });
    const predictions = await Promise.all(held.predictions.map((tensor, i) => asArray(tensor, originOf(model.outputs[i]!).sourceLayer)));
    const loss = held.loss && (await (held.loss as tf.Tensor).data())[0]!;
    return new Run(loss, predictions, graph, await tapped.recordings());
  } finally {
    tf.dispose([...held.predictions, ...(held.loss ? [held.loss] : [])]);
    tapped.dispose();
  }
}

/**
 * Records what goes past: each tapped output is passed on unchanged, and on the way back its gradient, complete by
 * then, is kept.
 */
class Tapped {
  /** Where the backward pass has got to, as a message says it. */
  reached = '';
  private readonly taps = new Map<Call, { outputs: tf.Tensor[]; gradients: (tf.Tensor | null)[] }>();
  /** What was flushed, by the calls that went back. */
  private readonly flushed = new Map<Call, Float64Array | null>();
  private differentiated = false;

  constructor(private readonly wanted: ReadonlySet<Call>) {}

  /** @param anchor what the loss is differentiated by; null where there is no backward pass */
  tap(call: Call, outputs: tf.Tensor[], anchor: tf.Scalar | null): tf.Tensor[] {
    if (!this.wanted.has(call)) return outputs;
    this.differentiated = anchor !== null;
    const tap = { outputs: outputs.map((y) => tf.keep(tf.clone(y))), gradients: outputs.map((): tf.Tensor | null => null) };
    this.taps.set(call, tap);
    if (anchor === null) return outputs;
    return outputs.map((y, i) => {
      if (y.dtype !== 'float32') return y;
      // TF.js differentiates only by what it was asked to: the anchor, an input of every tap, makes it come past here.
      return tf.customGrad((value) => ({
        value: tf.clone(value as tf.Tensor),
        gradFunc: (dy: tf.Tensor) => {
          tap.gradients[i] = tf.keep(tf.clone(dy));
          this.reached = ` below the output of layer '${call.label}'`;
          return [tf.clone(dy), tf.scalar(0)];
        },
      }))(y, anchor);
    });
  }

  /** Notes a backward pass of a recurrence; a Bidirectional layer's two are added up. */
  wentBack(call: Call, flushed: Float64Array | null): void {
    const before = this.flushed.get(call);
    this.flushed.set(call, before === undefined ? flushed : before && flushed && before.map((count, step) => count + flushed[step]!));
  }

  async recordings(): Promise<Map<Call, Recording>> {
    const out = new Map<Call, Recording>();
    for (const [call, { outputs, gradients }] of this.taps) {
      out.set(call, {
        call,
        outputs: await Promise.all(outputs.map((tensor) => asArray(tensor, call.layer))),
        outputGradients: this.differentiated ? await Promise.all(gradients.map((tensor) => tensor && asArray(tensor, call.layer))) : [],
        flushed: this.flushed.get(call) ?? null,
      });
    }
    return out;
  }

  dispose(): void {
    for (const { outputs, gradients } of this.taps.values()) tf.dispose([outputs, gradients.filter((g) => g !== null)]);
  }
}

async function asArray(tensor: tf.Tensor, layer: Layer): Promise<NamedArray> {
  return outputArray((await tensor.data()) as Numbers, tensor.shape, layer);
}
