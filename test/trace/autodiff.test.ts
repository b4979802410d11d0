import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { accelerate } from '../../src/from/tfjs/accelerate/accelerate.js';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';
import { Random } from '../random.js';

/**
 * Our cells against TF.js's own layers and their automatic differentiation, over the cases that TF.js supports.
 *
 * Tolerance: 1e-4 of an array's largest value. Both sides compute in float32 in different orders; over these six steps
 * they differ by 1e-6 or so, and by up to 1e-5 where an activation without bounds makes the sums large.
 */
const TOLERANCE = 1e-4;
const ACTIVATIONS = ['tanh', 'sigmoid', 'hardSigmoid', 'relu', 'relu6', 'linear', 'elu', 'selu', 'softplus', 'softsign', 'softmax', 'logSoftmax', 'swish', 'mish', 'gelu', 'gelu_new'] as const;

interface Case {
  readonly kind: 'lstm' | 'gru' | 'simpleRNN';
  readonly bidirectional: false | 'concat' | 'sum' | 'ave' | 'mul';
  readonly goBackwards: boolean;
  readonly masked: boolean;
  readonly useBias: boolean;
  readonly returnSequences: boolean;
  readonly activation: string;
}

const [SAMPLES, STEPS, FEATURES, UNITS] = [3, 6, 4, 5];

function build(c: Case): tfl.LayersModel {
  const args = {
    units: UNITS, activation: c.activation as 'tanh', useBias: c.useBias, returnSequences: c.returnSequences, goBackwards: c.goBackwards,
    kernelInitializer: tfl.initializers.randomNormal({ stddev: 0.3, seed: 1 }), recurrentInitializer: tfl.initializers.randomNormal({ stddev: 0.3, seed: 2 }),
    biasInitializer: tfl.initializers.randomNormal({ stddev: 0.3, seed: 3 }),
  };
  const make = (): tfl.RNN => tfl.layers[c.kind](args) as tfl.RNN;
  const input = tfl.input({ shape: [STEPS, FEATURES] });
  let x = input;
  if (c.masked) x = tfl.layers.masking({ maskValue: 0 }).apply(x) as tfl.SymbolicTensor;
  // A dense layer below, so that the gradient by the recurrent layer's input is asked for too.
  x = tfl.layers.dense({ units: FEATURES, name: 'below', kernelInitializer: tfl.initializers.randomNormal({ stddev: 0.5, seed: 4 }) }).apply(x) as tfl.SymbolicTensor;
  const layer = c.bidirectional ? tfl.layers.bidirectional({ layer: make(), mergeMode: c.bidirectional }) : make();
  x = layer.apply(x) as tfl.SymbolicTensor;
  x = tfl.layers.dense({ units: 2, name: 'above', kernelInitializer: tfl.initializers.randomNormal({ stddev: 0.5, seed: 5 }) }).apply(x) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: input, outputs: x });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return model;
}

function data(c: Case): { x: tf.Tensor3D; y: tf.Tensor } {
  const random = new Random(11);
  const x = Float32Array.from(random.normals(SAMPLES * STEPS * FEATURES));
  // Zeros in the middle and at the ends: masked where there is a mask, plain data where there is none.
  for (const [sample, t] of [[0, 0], [0, 3], [1, 5], [1, 4], [2, 2], [2, 3]] as const) x.fill(0, (sample * STEPS + t) * FEATURES, (sample * STEPS + t + 1) * FEATURES);
  const shape = c.returnSequences ? [SAMPLES, STEPS, 2] : [SAMPLES, 2];
  return { x: tf.tensor3d(x, [SAMPLES, STEPS, FEATURES]), y: tf.tensor(Float32Array.from(random.normals(shape.reduce((a, b) => a * b))), shape) };
}

/** The loss and its gradient by every weight, as `fit` computes them. */
function weightGradients(model: tfl.LayersModel, x: tf.Tensor, y: tf.Tensor): { loss: number; gradients: Map<string, Float32Array> } {
  let loss = NaN;
  const gradients = new Map<string, Float32Array>();
  tf.tidy(() => {
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { value, grads } = tf.variableGrads(() => tf.losses.meanSquaredError(y, model.apply(x, { training: true }) as tf.Tensor) as tf.Scalar, variables);
    loss = value.dataSync()[0]!;
    for (const [name, grad] of Object.entries(grads)) gradients.set(name, grad.dataSync().slice() as Float32Array);
  });
  return { loss, gradients };
}

function expectClose(ours: ArrayLike<number>, theirs: ArrayLike<number>, what: string): void {
  expect(ours.length, what).toBe(theirs.length);
  let scale = 0;
  let worst = 0;
  for (let n = 0; n < ours.length; n++) {
    scale = Math.max(scale, Math.abs(theirs[n]!));
    worst = Math.max(worst, Math.abs(ours[n]! - theirs[n]!));
  }
  expect(worst, what).toBeLessThanOrEqual(TOLERANCE * scale + 1e-7);
}

const both = [false, true];
function* table(kind: Case['kind']): Generator<Case> {
  for (const masked of both) for (const useBias of both) for (const returnSequences of both) {
    for (const goBackwards of both) yield { kind, bidirectional: false, goBackwards, masked, useBias, returnSequences, activation: 'tanh' };
    for (const bidirectional of ['concat', 'sum', 'ave', 'mul'] as const) {
      // TF.js's masked Bidirectional with all steps is what TF.js has it to be; ours follows it.
      yield { kind, bidirectional, goBackwards: false, masked, useBias, returnSequences, activation: 'tanh' };
    }
  }
  for (const activation of ACTIVATIONS) yield { kind, bidirectional: false, goBackwards: false, masked: true, useBias: true, returnSequences: true, activation };
}

describeOnBackends('our cells against TF.js', () => {
  test.each(['lstm', 'gru', 'simpleRNN'] as const)('%s: loss and weight gradients under accelerate, predictions', (kind) => {
    for (const c of table(kind)) {
      const model = build(c);
      const { x, y } = data(c);
      const theirs = weightGradients(model, x, y);
      const theirPrediction = tf.tidy(() => (model.predict(x) as tf.Tensor).dataSync());
      const { restore, layers } = accelerate(model);
      expect(layers.length).toBe(c.bidirectional ? 2 : 1);
      const ours = weightGradients(model, x, y);
      expectClose(tf.tidy(() => (model.predict(x) as tf.Tensor).dataSync()), theirPrediction, `prediction of ${JSON.stringify(c)}`);
      restore();
      expect(ours.loss).toBeCloseTo(theirs.loss, 5);
      for (const [name, gradient] of theirs.gradients) expectClose(ours.gradients.get(name)!, gradient, `dL/d${name} of ${JSON.stringify(c)}`);
      tf.dispose([x, y]);
      model.dispose();
    }
  });

  test.each(['lstm', 'gru', 'simpleRNN'] as const)('%s: outputs and their gradients in a trace', async (kind) => {
    for (const c of table(kind)) {
      const model = build(c);
      const { x, y } = data(c);
      const recurrent = model.layers.at(-2)!;
      const [head, tail] = split(model, recurrent);
      // TF.js's own gradient by the recurrent layer's output: the dense layer above, applied to that output.
      const theirs = tf.tidy(() => {
        const output = head.predict(x) as tf.Tensor;
        const gradient = tf.grad((h) => tf.losses.meanSquaredError(y, tail.apply(h) as tf.Tensor))(output);
        return { output: output.dataSync(), gradient: gradient.dataSync() };
      });
      const run = await trace(model, x, y);
      expectClose(run.layer(recurrent.name).value('outputs').data, theirs.output, `outputs of ${JSON.stringify(c)}`);
      expectClose(run.layer(recurrent.name).gradient('outputs').data, theirs.gradient, `gradient of ${JSON.stringify(c)}`);
      // The dense layer below sees the gradient through the whole recurrence.
      const below = tf.tidy(() => {
        const lower = tfl.model({ inputs: model.inputs, outputs: model.getLayer('below').output as tfl.SymbolicTensor }).predict(x) as tf.Tensor;
        const mask = c.masked ? tf.any(tf.notEqual(x, 0), -1) : null;
        return tf.grad((h) => tf.losses.meanSquaredError(y, tail.apply(recurrent.call(h, mask ? { mask } : {}) as tf.Tensor) as tf.Tensor))(lower).dataSync();
      });
      expectClose(run.layer('below').gradient('outputs').data, below, `gradient below of ${JSON.stringify(c)}`);
      tf.dispose([x, y]);
      model.dispose();
    }
  });
});

function split(model: tfl.LayersModel, at: tfl.layers.Layer): [tfl.LayersModel, tfl.layers.Layer] {
  return [tfl.model({ inputs: model.inputs, outputs: at.output as tfl.SymbolicTensor }), model.getLayer('above')];
}
