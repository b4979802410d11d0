import * as tfl from '@tensorflow/tfjs-layers';
import { apply, dense, recurrentWeights, weights, type Symbolic } from '../../trace/seeded.js';

/** Every kind of layer that TF.js has, each in a small model. */
export interface Kind {
  /** The layer's input, without the samples. */
  readonly shape: readonly number[];
  readonly make: () => tfl.layers.Layer;
  /** How many inputs it takes; default 1. */
  readonly inputs?: number;
  /** Whether its input is whole numbers. */
  readonly whole?: boolean;
  /** What its output is multiplied with at random in training: it has to show in the gradient. */
  readonly multiplies?: boolean;
  /** TF.js can't train what is in front of it; its derivative, from its input and the one above, or that its input is an index. */
  readonly byHand?: 'index' | ((value: number, above: number) => number);
  /** Where TF.js's own gradient, or its values, are wrong: kernels that add to memory which they don't clear, and rounding of places. */
  readonly wrong?: Readonly<Partial<Record<'cpu' | 'wasm', 'gradient' | 'values'>>>;
  /** TF.js computes it, and has no gradient for it: the operation it stops at. */
  readonly noGradient?: string;
  /** TF.js has no gradient for it, on any backend or on WASM alone; a trace has. */
  readonly lacks?: 'everywhere' | 'wasm';
}

const [STEPS, IMAGE, VOLUME, VECTOR] = [[6, 4], [6, 6, 3], [4, 4, 4, 2], [5]] as const;
const filters = { filters: 3, kernelSize: 2, ...weights(2) };
const drops = { dropout: 0.3, recurrentDropout: 0.3 };
const { layers } = tfl;
const merge = (make: () => tfl.layers.Layer): Kind => ({ shape: STEPS, make, inputs: 2 });

export const kinds: Readonly<Record<string, Kind>> = {
  activation: { shape: STEPS, make: () => layers.activation({ activation: 'tanh' }) },
  add: merge(() => layers.add()),
  alphaDropout: { shape: STEPS, make: () => layers.alphaDropout({ rate: 0.3 }) },
  average: merge(() => layers.average()),
  averagePooling1d: { shape: STEPS, make: () => layers.averagePooling1d({ poolSize: 2 }) },
  averagePooling2d: { shape: IMAGE, make: () => layers.averagePooling2d({ poolSize: 2 }) },
  averagePooling3d: { shape: VOLUME, make: () => layers.averagePooling3d({ poolSize: 2 }) },
  batchNormalization: { shape: STEPS, make: () => layers.batchNormalization({ momentum: 0.5 }) },
  bidirectional: { shape: STEPS, make: () => layers.bidirectional({ layer: layers.lstm({ units: 3, ...recurrentWeights(1), ...drops }) as tfl.RNN, mergeMode: 'concat' }) },
  categoryEncoding: { shape: VECTOR, make: () => layers.categoryEncoding({ numTokens: 4, outputMode: 'multiHot' }), whole: true, byHand: 'index' },
  centerCrop: { shape: IMAGE, make: () => layers.centerCrop({ height: 4, width: 4 }), noGradient: "Cannot compute gradient: gradient function not found for CropAndResize." },
  concatenate: merge(() => layers.concatenate()),
  conv1d: { shape: STEPS, make: () => layers.conv1d(filters) },
  conv2d: { shape: IMAGE, make: () => layers.conv2d(filters), lacks: 'wasm' },
  conv2dTranspose: { shape: IMAGE, make: () => layers.conv2dTranspose(filters) },
  conv3d: { shape: VOLUME, make: () => layers.conv3d(filters), wrong: { wasm: 'gradient' } },
  conv3dTranspose: { shape: VOLUME, make: () => layers.conv3dTranspose(filters), lacks: 'everywhere', wrong: { wasm: 'values' } },
  convLstm2d: { shape: [3, 5, 5, 2], make: () => layers.convLstm2d({ filters: 2, kernelSize: 2, ...recurrentWeights(1), ...drops }) },
  cropping2D: { shape: IMAGE, make: () => layers.cropping2D({ cropping: [[1, 1], [1, 1]] }) },
  dense: { shape: STEPS, make: () => dense(3, 2) },
  depthwiseConv2d: { shape: IMAGE, make: () => layers.depthwiseConv2d({ kernelSize: 2, depthwiseInitializer: 'ones' }), lacks: 'wasm' },
  dot: merge(() => layers.dot({ axes: [2, 2] })),
  dropout: { shape: STEPS, make: () => layers.dropout({ rate: 0.5, seed: 3 }), multiplies: true },
  elu: { shape: STEPS, make: () => layers.elu() },
  embedding: { shape: VECTOR, make: () => layers.embedding({ inputDim: 7, outputDim: 3, maskZero: true }), whole: true, byHand: 'index' },
  flatten: { shape: STEPS, make: () => layers.flatten() },
  gaussianDropout: { shape: STEPS, make: () => layers.gaussianDropout({ rate: 0.3 }), multiplies: true },
  gaussianNoise: { shape: STEPS, make: () => layers.gaussianNoise({ stddev: 0.3 }) },
  globalAveragePooling1d: { shape: STEPS, make: () => layers.globalAveragePooling1d({}) },
  globalAveragePooling2d: { shape: IMAGE, make: () => layers.globalAveragePooling2d({}) },
  globalMaxPooling1d: { shape: STEPS, make: () => layers.globalMaxPooling1d({}) },
  globalMaxPooling2d: { shape: IMAGE, make: () => layers.globalMaxPooling2d({}) },
  gru: { shape: STEPS, make: () => layers.gru({ units: 3, ...recurrentWeights(1), ...drops }) },
  layerNormalization: { shape: STEPS, make: () => layers.layerNormalization() },
  leakyReLU: { shape: STEPS, make: () => layers.leakyReLU() },
  lstm: { shape: STEPS, make: () => layers.lstm({ units: 3, ...recurrentWeights(1), ...drops }) },
  masking: { shape: STEPS, make: () => layers.masking(), byHand: (_, above) => above },
  maxPooling1d: { shape: STEPS, make: () => layers.maxPooling1d({ poolSize: 2 }) },
  maxPooling2d: { shape: IMAGE, make: () => layers.maxPooling2d({ poolSize: 2 }) },
  maxPooling3d: { shape: VOLUME, make: () => layers.maxPooling3d({ poolSize: 2 }) },
  maximum: merge(() => layers.maximum()),
  minimum: merge(() => layers.minimum()),
  multiply: merge(() => layers.multiply()),
  permute: { shape: STEPS, make: () => layers.permute({ dims: [2, 1] }) },
  prelu: { shape: STEPS, make: () => layers.prelu() },
  reLU: { shape: STEPS, make: () => layers.reLU() },
  repeatVector: { shape: VECTOR, make: () => layers.repeatVector({ n: 3 }) },
  rescaling: { shape: STEPS, make: () => layers.rescaling({ scale: 2 }) },
  reshape: { shape: STEPS, make: () => layers.reshape({ targetShape: [4, 6] }) },
  rnn: { shape: STEPS, make: () => layers.rnn({ cell: layers.lstmCell({ units: 3, ...recurrentWeights(1), ...drops }) }) },
  separableConv2d: { shape: IMAGE, make: () => layers.separableConv2d({ filters: 3, kernelSize: 2, depthwiseInitializer: 'ones', pointwiseInitializer: 'ones' }), lacks: 'wasm' },
  simpleRNN: { shape: STEPS, make: () => layers.simpleRNN({ units: 3, ...recurrentWeights(1), ...drops }) },
  softmax: { shape: VECTOR, make: () => layers.softmax() },
  spatialDropout1d: { shape: STEPS, make: () => layers.spatialDropout1d({ rate: 0.5, seed: 3 }), multiplies: true },
  stackedRNNCells: { shape: STEPS, make: () => layers.rnn({ cell: layers.stackedRNNCells({ cells: [layers.lstmCell({ units: 3, ...recurrentWeights(1), ...drops }), layers.gruCell({ units: 2, ...recurrentWeights(4), ...drops })] }) }) },
  thresholdedReLU: { shape: STEPS, make: () => layers.thresholdedReLU({ theta: 0.5 }), byHand: (value, above) => (value > 0.5 ? above : 0) },
  timeDistributed: { shape: STEPS, make: () => layers.timeDistributed({ layer: dense(3, 2) }) },
  upSampling2d: { shape: IMAGE, make: () => layers.upSampling2d({}), wrong: { cpu: 'gradient' } },
  zeroPadding2d: { shape: IMAGE, make: () => layers.zeroPadding2d() },
};

/** What else `tfl.layers` holds, and why it is no kind of its own. */
export const noKinds: Readonly<Record<string, string>> = {
  Layer: 'a base class', RNN: 'a base class', RNNCell: 'a base class', input: 'makes a symbolic tensor', inputLayer: 'is fed, not called',
  avgPool1d: 'averagePooling1d', avgPool2d: 'averagePooling2d', avgPool3d: 'averagePooling3d', avgPooling1d: 'averagePooling1d', avgPooling2d: 'averagePooling2d', avgPooling3d: 'averagePooling3d',
  globalMaxPool1d: 'globalMaxPooling1d', globalMaxPool2d: 'globalMaxPooling2d', maxPool1d: 'maxPooling1d', maxPool2d: 'maxPooling2d',
  lstmCell: 'in rnn', gruCell: 'in stackedRNNCells', simpleRNNCell: 'in an RNN layer', convLstm2dCell: 'in convLstm2d',
  resizing: "says its output has no samples: no model of TF.js's can hold it", randomWidth: 'resizes to a width it does not declare: no model can hold it',
};

/**
 * Input -> a trained layer, `front` -> the layer -> Dense. A layer with two inputs gets a tanh of `front` as well.
 *
 * @param behindFront makes what is read in place of `front`
 */
export function modelOf({ make, shape, inputs = 1 }: Kind, behindFront = (front: Symbolic): Symbolic => front): tfl.LayersModel {
  const x = tfl.input({ shape: [...shape] });
  const front = behindFront(apply(dense(shape.at(-1)!, 9, { name: 'front', activation: 'sigmoid' }), x));
  const layer = make();
  layer.name = 'layer';
  const output = apply(layer, inputs === 1 ? front : [front, apply(layers.activation({ activation: 'tanh' }), front)]);
  return tfl.model({ inputs: x, outputs: apply(dense(2, 5, { name: 'head' }), output.rank > 2 ? apply(layers.flatten(), output) : output) });
}
