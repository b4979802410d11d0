import type { JsonObject, JsonValue } from '../../files/json.js';
import { shown } from '../../core/options.js';
import { fault, layerText, type Loading } from './loading.js';

/** Classes that had other names, or that were dropped because another does the same. */
const CLASSES: Readonly<Record<string, string>> = {
  Convolution1D: 'Conv1D', Convolution2D: 'Conv2D', Convolution3D: 'Conv3D', AtrousConvolution1D: 'Conv1D', AtrousConvolution2D: 'Conv2D',
  SeparableConvolution1D: 'SeparableConv1D', SeparableConvolution2D: 'SeparableConv2D', Deconvolution2D: 'Conv2DTranspose', Convolution1DTranspose: 'Conv1DTranspose',
  TimeDistributedDense: 'Dense', // Dense acts on the last axis, whatever the others are
  MaxPool1D: 'MaxPooling1D', AvgPool1D: 'AveragePooling1D', GlobalMaxPool1D: 'GlobalMaxPooling1D', GlobalAvgPool1D: 'GlobalAveragePooling1D',
  MaxPool2D: 'MaxPooling2D', AvgPool2D: 'AveragePooling2D', GlobalMaxPool2D: 'GlobalMaxPooling2D', GlobalAvgPool2D: 'GlobalAveragePooling2D',
  BatchNormalizationV1: 'BatchNormalization', BatchNormalizationV2: 'BatchNormalization', SyncBatchNormalization: 'BatchNormalization',
  UnifiedLSTM: 'LSTM', UnifiedGRU: 'GRU', LSTMV2: 'LSTM', GRUV2: 'GRU', LSTMV1: 'LSTM', GRUV1: 'GRU', // previews of TensorFlow 2
  Network: 'Functional', Model: 'Functional', Graph: 'Functional',
};

/** Keras 1's `merge(mode)` became a layer for each mode. */
const MERGES: Readonly<Record<string, string>> = { sum: 'Add', mul: 'Multiply', concat: 'Concatenate', ave: 'Average', max: 'Maximum', dot: 'Dot', cos: 'Dot' };

/** Keras 1's options. Initialisers and what only sped things up are dropped. */
const OPTIONS: Readonly<Record<string, string>> = {
  output_dim: 'units', inner_activation: 'recurrent_activation', bias: 'use_bias',
  W_regularizer: 'kernel_regularizer', U_regularizer: 'recurrent_regularizer', b_regularizer: 'bias_regularizer',
  W_constraint: 'kernel_constraint', U_constraint: 'recurrent_constraint', b_constraint: 'bias_constraint',
  dropout_W: 'dropout', dropout_U: 'recurrent_dropout', p: 'rate', sigma: 'stddev',
  nb_filter: 'filters', filter_length: 'kernel_size', border_mode: 'padding', subsample_length: 'strides', subsample: 'strides', atrous_rate: 'dilation_rate',
  pool_length: 'pool_size', stride: 'strides', concat_axis: 'axis', dot_axes: 'axes', dim_ordering: 'data_format', length: 'size',
};

interface Described { readonly className: string; readonly config: JsonObject }

/** A layer's class by its name of today. */
export function currentClass(loading: Loading, { className, config }: Described): string {
  if (className !== 'Merge') return Object.hasOwn(CLASSES, className) ? CLASSES[className]! : className;
  const mode = config['mode'] ?? null;
  if (typeof mode === 'string' && Object.hasOwn(MERGES, mode)) return MERGES[mode]!;
  const name = typeof config['name'] === 'string' ? config['name'] : 'merge';
  throw fault(loading, `${layerText(name, className)}: the mode ${shown(mode)} is not supported; there are: ${Object.keys(MERGES).join(', ')}`);
}

/** A layer's options by their names of today. */
export function currentConfig(loading: Loading, { className, config }: Described): JsonObject {
  if (loading.dialect.kerasMajor !== 1) return config;
  const out: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(config)) out[currentKey(className, key)] = value;
  if (out['data_format'] === 'tf') out['data_format'] = 'channels_last';
  if (out['data_format'] === 'th') out['data_format'] = 'channels_first';
  if ('nb_row' in config && 'nb_col' in config) out['kernel_size'] = [config['nb_row']!, config['nb_col']!];
  if (['kernel_dim1', 'kernel_dim2', 'kernel_dim3'].every((key) => key in config)) out['kernel_size'] = [config['kernel_dim1']!, config['kernel_dim2']!, config['kernel_dim3']!];
  if (className === 'Merge' && config['mode'] === 'cos') out['normalize'] = true;
  return out;
}

function currentKey(className: string, key: string): string {
  if (className === 'Embedding') {
    if (key === 'output_dim') return key;
    if (key.startsWith('W_')) return key.replace('W_', 'embeddings_');
  }
  return Object.hasOwn(OPTIONS, key) ? OPTIONS[key]! : key;
}
