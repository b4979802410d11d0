import { activationLayers } from './activation-layers.js';
import { adaptivePoolingLayers } from './adaptive-pooling.js';
import { attentionLayers } from './attention.js';
import { augmentationLayers } from './augmentation.js';
import { batchNormalizationLayers } from './batch-normalization.js';
import { bidirectionalLayers } from './bidirectional.js';
import { categoryLayers } from './categories.js';
import { convLSTMLayers } from './conv-lstm.js';
import { convolutionLayers } from './convolution.js';
import { dataScalingLayers } from './data-scaling.js';
import { denseLayers } from './dense.js';
import { dotLayers } from './dot.js';
import { einsumDenseLayers } from './einsum-dense.js';
import { embeddingLayers } from './embedding.js';
import { formerLayers } from './former-layers.js';
import { globalPoolingLayers } from './global-pooling.js';
import { groupNormalizationLayers } from './group-normalization.js';
import { groupedQueryAttentionLayers } from './grouped-query-attention.js';
import { inputLayers } from './input-layer.js';
import type { LayerTable, MakeLayer } from './keras-layer.js';
import { layerNormalizationLayers } from './layer-normalization.js';
import { locallyConnectedLayers } from './locally-connected.js';
import { maskingLayers } from './masking.js';
import { mergingLayers } from './merging.js';
import { multiHeadAttentionLayers } from './multi-head-attention.js';
import { noiseLayers } from './noise.js';
import { paddingLayers } from './padding.js';
import { passThroughLayers } from './pass-through.js';
import { poolingLayers } from './pooling.js';
import { recurrentCells } from './recurrent-cells.js';
import { recurrentLayers } from './recurrent.js';
import { refusedLayers } from './refused.js';
import { reshapingLayers } from './reshaping.js';
import { resizingLayers } from './resizing.js';
import { spatialDropoutLayers } from './spatial-dropout.js';
import { spectralNormalizationLayers } from './spectral-normalization.js';
import { spectrogramLayers } from './spectrogram.js';
import { timeDistributedLayers } from './time-distributed.js';

/** The families of layers. To add one: write its file, which exports a table, and name it here. */
const FAMILIES: readonly LayerTable[] = [
  inputLayers,
  denseLayers,
  activationLayers,
  recurrentLayers,
  recurrentCells,
  bidirectionalLayers,
  timeDistributedLayers,
  embeddingLayers,
  einsumDenseLayers,
  maskingLayers,
  passThroughLayers,
  noiseLayers,
  reshapingLayers,
  mergingLayers,
  dotLayers,
  batchNormalizationLayers,
  layerNormalizationLayers,
  groupNormalizationLayers,
  attentionLayers,
  multiHeadAttentionLayers,
  groupedQueryAttentionLayers,
  convolutionLayers,
  poolingLayers,
  globalPoolingLayers,
  adaptivePoolingLayers,
  paddingLayers,
  resizingLayers,
  spatialDropoutLayers,
  convLSTMLayers,
  augmentationLayers,
  categoryLayers,
  dataScalingLayers,
  formerLayers,
  locallyConnectedLayers,
  refusedLayers,
  spectralNormalizationLayers,
  spectrogramLayers,
];

/** What makes a layer, by its class as Keras calls it today. */
export const LAYERS: ReadonlyMap<string, MakeLayer> = new Map(FAMILIES.flatMap((table) => Object.entries(table)));
