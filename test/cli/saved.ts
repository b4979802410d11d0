import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Saves a model in TF.js's format, as `name.json` and `name.bin`, with the loss that it was compiled with. Returns the first's path. */
export async function savedModel(model: LayersModel, folder: string, name: string): Promise<string> {
  const path = join(folder, `${name}.json`);
  await model.save(tf.io.withSaveHandler((artifacts) => {
    const { weightData, weightSpecs, ...described } = artifacts;
    writeFileSync(join(folder, `${name}.bin`), new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)));
    writeFileSync(path, JSON.stringify({ ...described, ...trainedWith(model), weightsManifest: [{ paths: [`${name}.bin`], weights: weightSpecs }] }));
    return Promise.resolve({ modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON({ ...artifacts, weightData: new ArrayBuffer(0) }) });
  }));
  return path;
}

/** As converters write it: TF.js itself leaves it out with the optimiser. */
const trainedWith = (model: LayersModel): object => ((model.loss as unknown) == null ? {} : {
  trainingConfig: { loss: model.loss, metrics: [], optimizer_config: { class_name: 'Adam', config: { learning_rate: 0.001 } } },
});
