import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { NamedArray } from '../../../src/core/array.js';
import { KerasLayer, type KerasOptions } from '../../../src/from/keras/layers/keras-layer.js';
import { loadModel } from '../../../src/from/keras/load-model.js';
import type { Context } from '../../../src/graph/context.js';
import type { LayerInputs } from '../../../src/graph/layer.js';
import { multiply } from '../../../src/graph/operations/arithmetic.js';
import { matmul } from '../../../src/graph/operations/matmul.js';
import { sum } from '../../../src/graph/operations/reductions.js';
import { softmax } from '../../../src/graph/operations/softmax.js';
import type { OpenShape } from '../../../src/graph/shapes.js';
import type { Tensor } from '../../../src/graph/tensor.js';
import type { StoredWeight } from '../../../src/graph/weight.js';
import type { Model } from '../../../src/model/model.js';
import { Random } from '../../../src/examples/random.js';
import { describeWithModels } from '../../models.js';
import { lists } from './loaded.js';

/**
 * textgenrnn's weights, which its authors trained on hundreds of thousands of headlines: two CuDNNLSTM layers of one shape, saved alone. Their model, as
 * its `to_json` would write it, and its attention layer, which is a class of its own, are given here.
 */
class AttentionWeightedAverage extends KerasLayer {
  private w!: StoredWeight;

  protected override makeWeights([shape]: readonly OpenShape[]): void { this.w = this.weight('W', { shape: [shape![2]!, 1] }); }

  protected override compute({ inputs: [x] }: LayerInputs, { weight }: Context): Tensor {
    const scores = softmax(matmul(x!, weight(this.w)), [1]);
    return sum(multiply(x!, scores), [1]);
  }
}

const LENGTH = 40;
const COMMON = new Set(`the of to in and is on for that be has it this was with are as at by an from or not but what all were when your can you do how why who
  my me he she his her they we our will would there their one out up if about so just like get more than some time people new first now good best same any only
  after over ever never man life day way make made see`.split(/\s+/));
const on = (...names: string[]): unknown => [names.map((name) => [name, 0, 0, {}])];
const rnn = (name: string, className: string): object => ({ name, class_name: className, config: {
  name, units: 128, return_sequences: true, ...className === 'LSTM' ? { recurrent_activation: 'sigmoid', activation: 'tanh' } : {},
} });

const architecture = (className: 'CuDNNLSTM' | 'LSTM', classes: number): Record<string, unknown> => ({
  class_name: 'Model', keras_version: '2.1.5', config: {
    name: 'textgenrnn', layers: [
      { name: 'input', class_name: 'InputLayer', config: { name: 'input', batch_input_shape: [null, LENGTH], dtype: 'float32' }, inbound_nodes: [] },
      { name: 'embedding', class_name: 'Embedding', config: { name: 'embedding', input_dim: classes, output_dim: 100, input_length: LENGTH }, inbound_nodes: on('input') },
      { ...rnn('rnn_1', className), inbound_nodes: on('embedding') },
      { ...rnn('rnn_2', className), inbound_nodes: on('rnn_1') },
      { name: 'rnn_concat', class_name: 'Concatenate', config: { name: 'rnn_concat', axis: -1 }, inbound_nodes: on('embedding', 'rnn_1', 'rnn_2') },
      { name: 'attention', class_name: 'AttentionWeightedAverage', config: { name: 'attention', return_attention: false }, inbound_nodes: on('rnn_concat') },
      { name: 'output', class_name: 'Dense', config: { name: 'output', units: classes, activation: 'softmax' }, inbound_nodes: on('attention') },
    ],
    input_layers: [['input', 0, 0]], output_layers: [['output', 0, 0]],
  },
});

const customLayers = { AttentionWeightedAverage: (_: Record<string, unknown>, options: KerasOptions) => new AttentionWeightedAverage(options) };

describeWithModels('textgenrnn: weights alone, in the layout of cuDNN', (folder) => {
  const file = join(folder, 'textgenrnn/weights.hdf5');
  const vocabulary = async (): Promise<Record<string, number>> => JSON.parse(await readFile(join(folder, 'textgenrnn/vocab.json'), 'utf8')) as Record<string, number>;
  const load = async (className: 'CuDNNLSTM' | 'LSTM'): Promise<Model> =>
    loadModel(file, { architecture: architecture(className, Object.keys(await vocabulary()).length + 1), customLayers });
  /** What the model gives each next character after each text. */
  const next = async (model: Model, codes: readonly (readonly number[])[]): Promise<number[][]> => {
    const windows = codes.map((text) => [...Array.from({ length: Math.max(0, LENGTH - text.length) }, () => 0), ...text.slice(-LENGTH)]);
    return lists(await model.predict(windows) as NamedArray) as number[][];
  };

  test.each(['CuDNNLSTM', 'LSTM'] as const)('as %s: English is likely, the same letters in disorder are not', async (className) => {
    const model = await load(className);
    const codeOf = await vocabulary();
    /** Bits for each character. */
    const surprise = async (text: string): Promise<number> => {
      const codes = [codeOf['<s>']!, ...[...text].map((letter) => codeOf[letter]!)];
      const predicted = await next(model, codes.slice(0, -1).map((_, i) => codes.slice(0, i + 1)));
      return predicted.reduce((sum, row, i) => sum - Math.log2(row[codes[i + 1]!]!), 0) / text.length;
    };
    const text = 'What is the best way to learn how to play the piano?';
    const disordered = [...text].map((_, i) => text[(i * 23) % text.length]!).join('');
    expect(await surprise(text)).toBeLessThan(2.2);
    expect(await surprise(disordered)).toBeGreaterThan(5);
  });

  test('writes readable text', async () => {
    const model = await load('CuDNNLSTM');
    const codeOf = await vocabulary();
    const letters = new Map(Object.entries(codeOf).map(([letter, code]) => [code, letter]));
    const random = new Random(5);
    const words: string[] = [];
    for (let line = 0; line < 3; line++) {
      const codes = [codeOf['<s>']!];
      while (codes.length < 80) {
        const sharpened = (await next(model, [codes]))[0]!.map((p) => p ** 2);
        let left = random.uniform() * sharpened.reduce((a, b) => a + b, 0);
        const code = sharpened.findIndex((p) => (left -= p) < 0);
        if (letters.get(code) === '<s>') break;
        codes.push(code);
      }
      words.push(...codes.slice(1).map((code) => letters.get(code)).join('').toLowerCase().split(/[^a-z']+/).filter((word) => word.length > 1));
    }
    // Of letters at random hardly any would be among the words that English is mostly made of.
    expect(words.length).toBeGreaterThan(20);
    expect(words.filter((word) => COMMON.has(word)).length / words.length, words.join(' ')).toBeGreaterThan(0.4);
  });
});
