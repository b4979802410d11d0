import { ConfigReader } from '../config-reader.js';
import type { KerasLayer, KerasOptions, LayerTable } from './keras-layer.js';

const TEXT = 'reads text, which is not supported: keep it in front of the model, and feed this model the whole numbers that it gives';
const PREPARATION = 'prepares data for training, and is not supported: keep it in front of the model, and feed this model what it gives';
const OTHERS = 'holds another program\'s model, which is never run here: make its layers those of Keras';

/** Layers of Keras that are known and not supported: why, and what to do. */
export const REFUSED: Readonly<Record<string, string>> = {
  StringLookup: TEXT,
  TextVectorization: TEXT,
  HashedCrossing: 'crosses features by hashes of text, which is not supported: keep it in front of the model, and feed this model the whole numbers that it gives',
  FeatureSpace: PREPARATION,
  Pipeline: PREPARATION,
  MaxNumBoundingBoxes: PREPARATION,
  AutoContrast: PREPARATION,
  Equalization: PREPARATION,
  Solarization: PREPARATION,
  ContrastLimitedAdaptiveHistogramEqualization: PREPARATION,
  RandomCrop: 'cuts images at random, and differs between versions of Keras where it doesn\'t: put CenterCrop or Resizing in its place',
  MelSpectrogram: 'computes spectra of sound, which is not supported: keep it in front of the model, and feed this model what it gives',
  DenseFeatures: 'reads feature columns, which Keras itself has given up: rebuild the model with Input and preprocessing layers',
  SequenceFeatures: 'reads feature columns, which Keras itself has given up: rebuild the model with Input and preprocessing layers',
  LinearModel: 'is a premade model without layers of its own: rebuild it with Dense',
  WideDeepModel: 'is a premade model without layers of its own: rebuild it with Dense',
  RandomFourierFeatures: 'is experimental, and was dropped from Keras: put Dense with the activation cos in its place, as a layer of your own',
  DynamicEmbedding: 'is experimental, and changes its vocabulary while it runs: put Embedding in its place',
  DynamicLookup: 'is experimental, and changes its vocabulary while it runs: put IntegerLookup in its place',
  TFSMLayer: OTHERS,
  TorchModuleWrapper: OTHERS,
  JaxLayer: OTHERS,
  FlaxLayer: OTHERS,
};

export const refusedLayers: LayerTable = Object.fromEntries(Object.entries(REFUSED).map(([className, why]) => [className, ({ config, name }: KerasOptions): KerasLayer => {
  throw new ConfigReader(className, config, name).error(why);
}]));
