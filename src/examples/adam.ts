import type { Floats } from '../cells/floats.js';
import { SeeRnnError } from '../core/errors.js';
import { option, readOptions } from '../core/options.js';
import { allCalls } from '../graph/graph.js';
import { StoredWeight } from '../graph/weight.js';
import { asModel } from '../model/as-model.js';
import type { ArrayInputs } from '../model/inputs.js';
import type { Model } from '../model/model.js';
import { allLayers } from '../model/sublayers.js';
import { layerWeights } from '../model/weights.js';
import { trace } from '../trace/trace.js';

/** Options of {@link Adam}, with Keras's defaults. */
export interface AdamOptions {
  /** Default 0.001. */
  readonly learningRate?: number;
  /** How much of the mean gradient a step keeps; default 0.9. */
  readonly beta1?: number;
  /** How much of the mean square a step keeps; default 0.999. */
  readonly beta2?: number;
  /** Keeps the step finite where the mean square is next to 0; default 1e-7. */
  readonly epsilon?: number;
}

const share = (help: string, initial: number): ReturnType<typeof option.number<number>> => option.number(help, initial, (value) => value >= 0 && value < 1, 'a number from 0 to 1, 1 not included');
const above = (help: string, initial: number): ReturnType<typeof option.number<number>> => option.number(help, initial, (value) => value > 0 && Number.isFinite(value), 'a number above 0');

const OPTIONS = {
  learningRate: above('the learning rate', 1e-3),
  beta1: share('how much of the mean gradient a step keeps', 0.9),
  beta2: share('how much of the mean square a step keeps', 0.999),
  epsilon: above('keeps the step finite where the mean square is next to 0', 1e-7),
};

/** A weight under training: what the layer's gradients call it, and the means so far. */
interface Trained {
  readonly weight: StoredWeight;
  readonly layer: string;
  readonly name: string;
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

/**
 * Adam (Kingma and Ba 2015, arXiv:1412.6980), as Keras computes it: for each weight w with gradient g, at step t = 1, 2, ...
 *
 *     m = m + (1 - beta1) (g - m)
 *     v = v + (1 - beta2) (g^2 - v)
 *     w = w - rate sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon)
 *
 * m and v begin at 0. The gradients are those of `trace`, in training: dropout drops. Frozen weights stay as they are.
 *
 * @throws SeeRnnError for a model with what a step would leave as it is and Keras would move: averages of batch normalisations, states of stateful
 *   layers; and for a live TF.js model, which trains itself
 * @example
 * const adam = new Adam(model, { learningRate: 0.01 });
 * for (let i = 0; i < 20; i++) console.log(await adam.step(x, y)); // the loss before each step
 */
export class Adam {
  private readonly options: Required<AdamOptions>;
  private readonly trained: readonly Trained[];
  private steps = 0;

  constructor(private readonly model: Model, options: AdamOptions = {}) {
    this.options = readOptions('Adam', OPTIONS, options as Readonly<Record<string, unknown>>);
    this.trained = trainedWeights(asModel('Adam', model));
  }

  /**
   * One step on a batch.
   *
   * @returns the loss on it before the step
   * @throws SeeRnnError as `trace` does
   */
  async step(x: ArrayInputs, y: ArrayInputs): Promise<number> {
    const layers = [...new Set(this.trained.map(({ layer }) => layer))];
    const run = await trace(this.model, x, y, { layers, quantities: ['weights'], values: false, training: true });
    const gradients = new Map(layers.map((layer) => [layer, run.layer(layer).gradient('weights')]));
    this.steps++;
    for (const one of this.trained) this.move(one, gradients.get(one.layer)![one.name]!.data as Floats);
    return run.loss!;
  }

  private move({ weight, mean, square }: Trained, gradient: Floats): void {
    const { learningRate, beta1, beta2, epsilon } = this.options;
    const rate = learningRate * Math.sqrt(1 - beta2 ** this.steps) / (1 - beta1 ** this.steps);
    const next = weight.read().slice();
    for (let i = 0; i < next.length; i++) {
      const g = gradient[i]!;
      mean[i]! += (1 - beta1) * (g - mean[i]!);
      square[i]! += (1 - beta2) * (g * g - square[i]!);
      next[i]! -= rate * mean[i]! / (Math.sqrt(square[i]!) + epsilon);
    }
    weight.set(next);
  }
}

/** The weights that training changes, each once, under the last of the calls that use it: gradients are the same in all of them. */
function trainedWeights(model: Model): Trained[] {
  for (const layer of allLayers(model.graph)) {
    const kept = layer.stateful && !layer.graph ? 'is stateful, and its states'
      : layer.className.includes('BatchNormalization') && layer.weights.some(({ trainable, frozen }) => !trainable && !frozen) ? 'keeps averages of its batches, which' : null;
    if (kept !== null) throw new SeeRnnError(`Adam: layer '${layer.name}' (${layer.className}) ${kept} would stay as they are`);
  }
  const places = new Map(allCalls(model.calls).flatMap(({ label, layer }) => layerWeights(layer).map(({ name, weight }) => [weight, { layer: label, name }] as const)));
  return [...places].flatMap(([weight, place]) => {
    if (!weight.trainable || weight.frozen) return [];
    if (!(weight instanceof StoredWeight)) throw new SeeRnnError(`Adam: '${place.name}' of layer '${place.layer}' belongs to a live model, which its own framework trains`);
    const { length } = weight.read();
    return [{ weight, ...place, mean: new Float32Array(length), square: new Float32Array(length) }];
  });
}
