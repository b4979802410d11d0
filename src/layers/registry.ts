import type * as tfl from '@tensorflow/tfjs-layers';
import { Activation, ELU, LeakyReLU, ReLU } from './activation-layers.js';
import { AdditiveAttention, Attention } from './attention.js';
import { Bidirectional } from './bidirectional.js';
import type { Config, LayerContext } from './config.js';
import { Conv1D, Conv1DTranspose, DepthwiseConv1D, SeparableConv1D } from './convolution.js';
import { Add, Average, Concatenate, Maximum, Minimum, Multiply, Subtract } from './merge.js';
import { MultiHeadAttention } from './multi-head-attention.js';
import { BatchNormalization, LayerNormalization, Normalization, RMSNormalization, UnitNormalization } from './normalization.js';
import { GlobalAveragePooling1D, GlobalMaxPooling1D } from './pooling.js';
import { CuDNNGRU, CuDNNLSTM, GRU, LSTM, RNN, SimpleRNN } from './recurrent.js';
import { GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells } from './recurrent-cells.js';
import { Cropping1D, Identity, Masking, UpSampling1D, ZeroPadding1D } from './sequence-shape.js';
import { GetItem } from './get-item.js';
import { TimeDistributed } from './time-distributed.js';

/**
 * Makes a layer of its Keras config.
 *
 * @param config the layer's config with its keys in camel case, and `name` and `trainable` as in Keras. What holds other
 *   layers gets those made: a wrapper (`Bidirectional`, `TimeDistributed`) its `layer` (and `backwardLayer`), an `RNN` its
 *   `cell`, `StackedRNNCells` its `cells`. Initialisers are not looked at: weights are zeros until they are set.
 * @throws SeeRnnError for options that make no sense or that nothing here computes
 */
export type LayerFactory = (config: Config, context: LayerContext) => tfl.layers.Layer;

/** A class whose options are checked by itself: a config is as good as options. */
type LayerClass = new (options: never, context: LayerContext) => tfl.layers.Layer;

const all: Readonly<Record<string, LayerClass>> = {
  LSTMCell, GRUCell, SimpleRNNCell, StackedRNNCells,
  LSTM, GRU, SimpleRNN, CuDNNLSTM, CuDNNGRU, RNN, Bidirectional, TimeDistributed,
  Attention, AdditiveAttention, MultiHeadAttention,
  Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate,
  BatchNormalization, LayerNormalization, RMSNormalization, UnitNormalization, Normalization,
  Conv1D, SeparableConv1D, DepthwiseConv1D, Conv1DTranspose, GlobalAveragePooling1D, GlobalMaxPooling1D,
  Masking, Identity, GetItem, ZeroPadding1D, Cropping1D, UpSampling1D,
  Activation, ReLU, LeakyReLU, ELU,
};

/** The layers of our own, by their Keras class name: what TF.js lacks, or computes otherwise than Keras. */
export const ownLayers: ReadonlyMap<string, LayerFactory> = new Map(
  Object.entries(all).map(([name, Class]): [string, LayerFactory] => [name, (config, context) => new Class(config as never, context)]),
);
