import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import type { ArrayInputs } from '../../src/model/inputs.js';
import type { Run } from '../../src/trace/run.js';
import { trace, type TraceOptions } from '../../src/trace/trace.js';
import { expectClose } from './close.js';
import { apply, type Symbolic } from './seeded.js';

/** Adds a weight of zeros to its input. The gradient of the loss by that weight is the gradient by the input. */
class Probe extends tfl.layers.Layer {
  static readonly className = 'Probe';
  private delta: tfl.LayerVariable | null = null;

  constructor(name: string, private readonly samples: number, private readonly timesteps: number) {
    super({ name });
    this.supportsMasking = true;
  }

  override build(shape: tfl.Shape): void {
    this.delta = this.addWeight('delta', [this.samples, ...shape.slice(1).map((n) => n ?? this.timesteps)], 'float32', tfl.initializers.zeros());
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor { return tf.add(Array.isArray(inputs) ? inputs[0]! : inputs, this.variable); }

  get variable(): tf.Variable { return this.delta!.read() as tf.Variable; }
}

/** The loss of a model's predictions, for TF.js to differentiate. */
export type LossOf = (predictions: tf.Tensor[]) => tf.Tensor;

export const meanSquaredError = (...targets: tf.Tensor[]): LossOf => (predictions) =>
  tf.addN(predictions.map((prediction, i) => tf.mean(tf.squaredDifference(targets[i]!, prediction))));

/**
 * Probes in a model, by which TF.js's own executor and its own automatic differentiation say what the gradient by a layer's
 * output is: the truth that a trace is held to.
 */
export class Probes {
  private readonly placed: { readonly label: string; readonly output: number; readonly probe: Probe }[] = [];

  /** @param timesteps how many there are, where the model doesn't say */
  constructor(private readonly samples: number, private readonly timesteps = 0) {}

  /** Puts a probe behind an output of a layer. Whoever reads that output is to read this one instead. */
  behind(tensor: Symbolic, label: string, output = 0): Symbolic {
    const probe = new Probe(`probe_${label.replace(/\W/g, '_')}_${output}`, this.samples, this.timesteps);
    this.placed.push({ label, output, probe });
    return apply(probe, tensor);
  }

  /** A layer's variable behind which it stands, to move its output by. */
  variable(label: string): tf.Variable { return this.placed.find((one) => one.label === label)!.probe.variable; }

  /** What TF.js computes. */
  truth(model: tfl.LayersModel, x: tf.Tensor | tf.Tensor[], loss: LossOf, training = true): { loss: number; predictions: Float32Array[]; gradients: Float32Array[] } {
    let predictions: Float32Array[] = [];
    return tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => {
        const outputs = [model.apply(x, { training })].flat() as tf.Tensor[];
        predictions = outputs.map((output) => output.dataSync().slice() as Float32Array);
        return loss(outputs) as tf.Scalar;
      }, this.placed.map(({ probe }) => probe.variable));
      const gradients = this.placed.map(({ probe: { variable } }) => (grads[variable.name]?.dataSync() ?? new Float32Array(variable.size)).slice() as Float32Array);
      return { loss: value.dataSync()[0]!, predictions, gradients };
    });
  }

  /** Traces the model and expects loss, predictions and the gradient at every probe to be TF.js's own. Disposes of the model. */
  async check(
    model: tfl.LayersModel, x: tf.Tensor | tf.Tensor[], y: ArrayInputs, loss: LossOf,
    { given, ...options }: TraceOptions & { given?: ArrayInputs } = {},
  ): Promise<Run> {
    const truth = this.truth(model, x, loss, options.training ?? true);
    const run = await trace(model, given ?? x, y, { loss: 'meanSquaredError', ...options });
    expectClose([run.loss!], [truth.loss], 'loss', 1e-5);
    expect(run.predictions.length).toBe(truth.predictions.length);
    truth.predictions.forEach((prediction, i) => { expectClose(run.predictions[i]!.data, prediction, `prediction ${i}`); });
    expect(this.placed.length).toBeGreaterThan(0);
    this.placed.forEach(({ label, output, probe }, i) => {
      const gradient = run.layer(label).gradient('outputs', output);
      expect(gradient.shape).toEqual(probe.variable.shape);
      expect(Math.max(...truth.gradients[i]!.map(Math.abs)), `TF.js's gradient by ${label}`).toBeGreaterThan(0);
      expectClose(gradient.data, truth.gradients[i]!, `gradient by output ${output} of ${label}`);
    });
    model.dispose();
    return run;
  }
}
