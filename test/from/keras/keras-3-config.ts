import { T, U } from './loaded.js';

// Configurations as Keras 3 writes them.

export const of = (className: string, config: { name: string } & Record<string, unknown>, ...nodes: object[]): object =>
  ({ module: 'keras.layers', class_name: className, registered_name: null, name: config.name, inbound_nodes: nodes, config: { trainable: true, dtype: { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null }, ...config } });
export const tensor = (layer: string, node = 0, index = 0): object => ({ class_name: '__keras_tensor__', config: { shape: [null, T, U], dtype: 'float32', keras_history: [layer, node, index] } });
export const call = (args: unknown[], kwargs: object = {}): object => ({ args, kwargs });
export const rnn = (className: string, name: string, also: object, ...nodes: object[]): object =>
  of(className, { name, units: U, activation: 'tanh', recurrent_activation: 'sigmoid', use_bias: true, ...className === 'GRU' ? { reset_after: true } : {}, return_sequences: true, seed: null, ...also }, ...nodes);
export const input = (name: string, shape: (number | null)[] = [null, T, U], dtype = 'float32'): object => of('InputLayer', { name, batch_shape: shape, dtype, sparse: false });
export const functional = (name: string, layers: object[], inputs: unknown, outputs: unknown, nodes: object[] = []): object =>
  of('Functional', { name, layers, input_layers: inputs, output_layers: outputs }, ...nodes);
