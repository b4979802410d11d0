import { expect, it } from 'vitest';
import { loadModel } from '../../../src/from/keras/load-model.js';
import { weightsIn } from './loaded.js';
import { kerasHdf5 } from '../../files/writers/keras-hdf5.js';

const config = { class_name: 'Sequential', config: [{ class_name: 'SimpleRNN', config: { name: 'rnn', units: 2, activation: 'tanh', use_bias: true, batch_input_shape: [null, 3, 1] } }] };
const weights = (kernel: number[], bias: number[]): Parameters<typeof kerasHdf5>[1] => [{ name: 'rnn', weights: [
  { name: 'rnn/kernel:0', shape: [1, 2], data: Float32Array.from(kernel) },
  { name: 'rnn/recurrent_kernel:0', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
  { name: 'rnn/bias:0', shape: [2], data: Float32Array.from(bias) },
] }];

it('weights that are NaN or infinite are loaded, and named', async () => {
  const warnings: string[] = [];
  const model = await loadModel(await kerasHdf5(config, weights([NaN, -Infinity], [0, NaN])), { warn: (line) => { warnings.push(line); } });
  expect(warnings.filter((line) => line.includes('NaN'))).toEqual([
    "model: layer 'rnn': kernel: 2 of its 2 numbers are NaN or infinite, the first is number 0",
    "model: layer 'rnn': bias: 1 of its 2 numbers is NaN or infinite, the first is number 1",
  ]);
  expect([...weightsIn(model.layers[0]!)[0]!.read()]).toEqual([NaN, -Infinity]);
});

it('numbers are not', async () => {
  const warnings: string[] = [];
  await loadModel(await kerasHdf5(config, weights([1e38, -0], [0, 1])), { warn: (line) => { warnings.push(line); } });
  expect(warnings.filter((line) => line.includes('NaN'))).toEqual([]);
});
