import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { SeeRnnError } from '../../src/core/errors.js';
import { kernels } from '../../src/kernels/module.js';
import { accelerate } from '../../src/from/tfjs/accelerate/accelerate.js';
import { trace } from '../../src/trace/trace.js';
import { describeOnBackends } from '../backends.js';

// A pass holds the kernels' memory from its forward pass to its gradient, and TF.js doesn't say when that was.

function build(): tfl.LayersModel {
  const model = tfl.sequential({ layers: [
    tfl.layers.lstm({ units: 8, recurrentInitializer: 'glorotUniform', returnSequences: true, inputShape: [20, 3] }),
    tfl.layers.gru({ units: 5, recurrentInitializer: 'glorotUniform' }),
    tfl.layers.dense({ units: 1 }),
  ] });
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  return model;
}

describeOnBackends('the kernels\' memory', () => {
  test('is given back after training, prediction, a trace, and a gradient that failed', async () => {
    const { memory } = kernels();
    const model = build();
    const x = tf.randomNormal([4, 20, 3]);
    const y = tf.randomNormal([4, 1]);
    const { restore } = accelerate(model);
    await model.fit(x, y, { epochs: 2, batchSize: 2, verbose: 0 });
    await Promise.resolve();
    expect(memory.used).toBe(0);
    const { size } = memory;
    await model.fit(x, y, { epochs: 30, batchSize: 2, verbose: 0 });
    await Promise.resolve();
    expect(memory.size, 'no growth over steps').toBe(size);
    tf.dispose(model.predict(x));
    expect(memory.used, 'no tape: at once').toBe(0);
    expect(() => tf.valueAndGrad(() => {
      model.predict(x);
      throw new Error('on the way');
    })(x)).toThrow('on the way');
    await Promise.resolve();
    expect(memory.used).toBe(0);
    restore();
    await trace(model, x, y);
    await Promise.resolve();
    expect(memory.used).toBe(0);
    tf.dispose([x, y]);
    model.dispose();
  });

  test('holds one step\'s passes at a time, also where nothing waits in between', async () => {
    const { memory } = kernels();
    const model = build();
    const { restore } = accelerate(model);
    const x = tf.randomNormal([4, 20, 3]);
    const used: number[] = [];
    for (let step = 0; step < 5; step++) {
      tf.tidy(() => { tf.grad((v) => tf.sum(model.apply(v) as tf.Tensor))(x); });
      used.push(memory.used);
    }
    expect(used[0]).toBeGreaterThan(0);
    expect(new Set(used).size).toBe(1);
    await Promise.resolve();
    expect(memory.used).toBe(0);
    restore();
    x.dispose();
    model.dispose();
  });

  test('a gradient of a gradient is refused, not wrong', async () => {
    const model = build();
    const { restore } = accelerate(model);
    const x = tf.randomNormal<tf.Rank.R3>([4, 20, 3]);
    const penalty = (v: tf.Tensor): tf.Tensor => tf.sum(tf.square(tf.grad((w) => tf.sum(model.apply(w) as tf.Tensor))(v)));
    expect(() => tf.tidy(() => tf.grad(penalty)(x))).toThrow(
      new SeeRnnError("GRU layers on see-rnn's cells have first derivatives only, no gradient of a gradient"));
    await Promise.resolve();
    expect(kernels().memory.used).toBe(0);
    restore();
    x.dispose();
    model.dispose();
  });
});
