import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, test, vi } from 'vitest';
import { loadModel } from '../../../src/from/keras/load-model.js';
import { sizeOf, type NamedArray } from '../../../src/core/array.js';
import '../../backends.js';
import { weightsIn } from './loaded.js';
import { apply, dense, integers, lstm, recurrent, recurrentWeights, tensor, weights } from '../../trace/seeded.js';

/** Models that TF.js itself saved, against TF.js's own predictions. */

const [S, T, F] = [3, 5, 4];

/** What `model.save('downloads://')` would put on disk. */
async function filesOf(model: tfl.LayersModel): Promise<File[]> {
  let saved!: tf.io.ModelArtifacts;
  // TF.js says that it leaves out initial states, which it then saves as inputs.
  const quiet = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  await model.save({ save: (artifacts) => { saved = artifacts; return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }); } }, { includeOptimizer: true });
  quiet.mockRestore();
  const { modelTopology, trainingConfig, weightSpecs, weightData } = saved;
  const json = { modelTopology, ...trainingConfig ? { trainingConfig } : {}, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };
  return [new File([JSON.stringify(json)], 'model.json'), new File([weightData].flat() as ArrayBuffer[], 'weights.bin')];
}

/** Layers in pairs of one shape. */
const models: [string, () => tfl.LayersModel, () => tf.Tensor][] = [
  ['Sequential: LSTM, GRU, Bidirectional, TimeDistributed', () => tfl.sequential({ layers: [
    lstm(F, 1, { inputShape: [T, F], returnSequences: true }), lstm(F, 2, { returnSequences: true }),
    tfl.layers.bidirectional({ layer: recurrent('gru', 3, 3, { returnSequences: true }), mergeMode: 'concat' }), tfl.layers.bidirectional({ layer: recurrent('gru', 3, 4, { returnSequences: true }), mergeMode: 'concat' }),
    tfl.layers.timeDistributed({ layer: dense(2, 5) }), tfl.layers.timeDistributed({ layer: dense(2, 6, { activation: 'softmax' }) }),
  ] }), () => tensor(9, [S, T, F])],
  ['Sequential: Embedding, convolution, normalisation, a stack of cells', () => {
    const cell = (seed: number): ReturnType<typeof tfl.layers.lstmCell> => tfl.layers.lstmCell({ units: 3, ...recurrentWeights(seed) });
    return tfl.sequential({ layers: [
      tfl.layers.embedding({ inputDim: 9, outputDim: F, inputLength: T, embeddingsInitializer: tfl.initializers.randomNormal({ seed: 1 }) }),
      tfl.layers.conv1d({ filters: F, kernelSize: 2, activation: 'relu', ...weights(1) }), tfl.layers.conv1d({ filters: F, kernelSize: 2, activation: 'elu', ...weights(2) }),
      tfl.layers.batchNormalization({ gammaInitializer: tfl.initializers.randomNormal({ seed: 4 }), movingMeanInitializer: tfl.initializers.randomNormal({ seed: 5 }) }),
      tfl.layers.rnn({ cell: tfl.layers.stackedRNNCells({ cells: [cell(7), cell(8)] }) }), dense(2, 3),
    ] });
  }, () => integers(9, [S, T], 0, 8)],
  ['functional: nested, shared, initial states, several merges', () => {
    const input = tfl.input({ shape: [T, F] });
    const inner = tfl.sequential({ layers: [lstm(F, 1, { inputShape: [T, F], returnSequences: true }), dense(F, 2)] });
    const shared = dense(F, 3);
    const [first, second] = [apply(inner, apply(shared, input)), apply(shared, apply(inner, input))];
    const [sequence, h, c] = lstm(F, 4, { returnState: true, returnSequences: true }).apply(first) as tfl.SymbolicTensor[];
    const decoded = apply(lstm(F, 5), [second, h!, c!]);
    const merged = apply(tfl.layers.concatenate(), [decoded, apply(tfl.layers.globalMaxPooling1d({}), sequence!)]);
    return tfl.model({ inputs: input, outputs: apply(dense(2, 6), merged) });
  }, () => tensor(9, [S, T, F])],
];

test.each(models)('%s', async (_, build, input) => {
  const original = build();
  original.compile({ loss: 'meanAbsoluteError', optimizer: tf.train.rmsprop(0.01) });
  const model = await loadModel(await filesOf(original));
  const x = input();
  const expected = (original.predict(x) as tf.Tensor).dataSync();
  const found = (await model.predict(x as never) as NamedArray).data;
  expect(found.length).toBe(expected.length);
  found.forEach((value, i) => { expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5); });
  expect([...new Set(model.layers.flatMap(weightsIn))].reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(original.countParams());
  expect(model.compiled!.losses.map((loss) => loss!.name)).toEqual(['meanAbsoluteError']);
  expect(model.origin).toMatchObject({ format: 'tfjs-layers', loss: 'mean_absolute_error', optimizer: { name: 'RMSProp', learningRate: 0.01 }, warnings: [] });
  original.dispose();
});
