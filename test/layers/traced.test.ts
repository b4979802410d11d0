import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeOwnArguments } from '../../src/model/own-arguments.js';
import { accelerate } from '../../src/trace/accelerate.js';
import { describeOnBackends } from '../backends.js';
import { meanSquaredError, Probes } from '../trace/probes.js';
import { apply, applyAll, dense, tensor, type Symbolic } from '../trace/seeded.js';
import { fill, own } from './own.js';

/** Traces through our layers, with masks, states and stacks, against TF.js's own executor and differentiation of the same model. */

const [S, T, F] = [3, 6, 4];
const STEPS = [[1, 1, 1, 1, 1, 1], [0, 1, 0, 1, 0, 0], [1, 1, 1, 0, 0, 0]];

const stacks: Readonly<Record<string, (x: Symbolic, probes: Probes) => Symbolic>> = {
  'Bidirectional under a stack of cells': (x, probes) => {
    const both = own('Bidirectional', { name: 'both', layer: own('GRU', { units: 3, resetAfter: true, returnSequences: true }) });
    const stack = own('RNN', { name: 'stack', cell: [own('LSTMCell', { units: 3 }), own('GRUCell', { units: 4 })], goBackwards: true });
    return probes.behind(apply(stack, probes.behind(apply(both, x), 'both')), 'stack');
  },
  'an encoder and its decoder': (x, probes) => {
    const [encoder, decoder] = [own('LSTM', { name: 'encoder', units: 3, returnState: true }), own('LSTM', { name: 'decoder', units: 3, returnSequences: true, zeroOutputForMask: true })];
    const [, h, c] = applyAll(encoder, x);
    const hidden = probes.behind(decoder.apply([x, h!, c!]) as Symbolic, 'decoder');
    return apply(own('GlobalAveragePooling1D', { name: 'mean' }), hidden);
  },
  'attention over what is masked': (x, probes) => {
    const below = probes.behind(apply(own('LSTM', { name: 'below', units: 4, returnSequences: true }), x), 'below');
    const heads = probes.behind(own('MultiHeadAttention', { name: 'heads', numHeads: 2, keyDim: 3 }).apply([below, below]) as Symbolic, 'heads');
    const sum = probes.behind(own('Add', { name: 'sum' }).apply([below, heads]) as Symbolic, 'sum');
    const normal = apply(own('LayerNormalization', { name: 'normal' }), sum);
    return apply(own('SimpleRNN', { name: 'above', units: 3, activation: 'silu' }), normal);
  },
};

describeOnBackends('traces through our layers', () => {
  beforeEach(() => { tf.engine().startScope(); });
  afterEach(() => { tf.engine().endScope(); });

  test.each(Object.entries(stacks))('%s', async (_, build) => {
    const probes = new Probes(S);
    const input = tfl.input({ shape: [T, F] });
    const model = tfl.model({ inputs: input, outputs: apply(dense(2, 5), build(apply(own('Masking'), input), probes)) });
    for (const [i, layer] of model.layers.entries()) if (layer.weights.length > 0 && !layer.name.startsWith('probe')) fill(layer, i + 1);
    takeOwnArguments(model);
    const x = tf.mul(tensor(1, [S, T, F]), tf.expandDims(tf.tensor2d(STEPS), -1));
    const y = tensor(2, [S, 2]);
    // They run on our cells as they are.
    expect(accelerate(model).layers).toEqual([]);
    expect(accelerate(model).unchanged).toEqual([]);
    await probes.check(model, x, y, meanSquaredError(y));
  });
});
