import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rnnHeatmapFigure } from '../../src/figures/rnn-heatmap.js';
import { rnnHistogramFigure } from '../../src/figures/rnn-histogram.js';
import { loadArray, saveArray } from '../../src/files/arrays.js';
import { gateWeights } from '../../src/model/gate-weights.js';
import { Drawing } from '../../src/paint/drawing.js';
import { trace } from '../../src/trace/trace.js';
import '../backends.js';
import { dense, lstm, recurrent, tensor } from '../trace/seeded.js';
import { said } from './said.js';
import { savedModel } from './saved.js';

let folder: string;
let model: tfl.LayersModel;
const at = (name: string): string => join(folder, name);
const done = { code: 0, stdout: '', stderr: '' };
const see = (line: string): ReturnType<typeof said> => said(line.split(' ').map((word) => (/\.(json|npy|svg|png|pdf)$/.test(word) ? at(word) : word)));
const drawn = (name: string): string => readFileSync(at(name), 'utf8');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'see-rnn-plot-rnn-'));
  await tf.setBackend('cpu');
  model = tfl.sequential({ layers: [
    lstm(3, 1, { inputShape: [5, 4], returnSequences: true, name: 'first' }), tfl.layers.bidirectional({ layer: recurrent('gru', 2, 4), mergeMode: 'concat', name: 'second' }), dense(2, 7, { name: 'head' }),
  ] });
  model.compile({ loss: 'meanSquaredError', optimizer: 'adam' });
  await savedModel(model, folder, 'model');
  const numbers = (value: tf.Tensor): { data: Float32Array; shape: number[] } => ({ data: value.dataSync() as Float32Array, shape: value.shape });
  await saveArray(at('x.npy'), numbers(tensor(1, [7, 5, 4])));
  await saveArray(at('y.npy'), numbers(tensor(2, [7, 2])));
});
afterAll(() => {
  model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe('see-rnn plot rnn-heatmap, rnn-histogram', () => {
  it('draws what the functions draw of the same weights', async () => {
    expect(await see('plot rnn-heatmap model.json --layer first --out a.svg --norm -0.5,0.5 --no-bias --gate-line-width 2')).toEqual(done);
    expect(drawn('a.svg')).toBe(new Drawing(rnnHeatmapFigure(await gateWeights(model, 'first'), { norm: [-0.5, 0.5], bias: false, gateLineWidth: 2 })).svg());
    expect(await see('plot rnn-histogram model.json --layer 1 --out b.svg --equate-axes 2 --bins 12')).toEqual(done);
    expect(drawn('b.svg')).toBe(new Drawing(rnnHistogramFigure(await gateWeights(model, 1), { equateAxes: 2, bins: 12 })).svg());
  });

  it('draws the gradients by them, also in parts', async () => {
    const run = await trace(model, await loadArray(at('x.npy')), await loadArray(at('y.npy')), { layers: ['second'], quantities: ['weights'] });
    const gradients = await gateWeights(model, 'second', run.layer('second').gradient('weights'));
    expect(await see('plot rnn-heatmap model.json --layer second --of gradients --x x.npy --y y.npy --out a.svg --absolute-value')).toEqual(done);
    expect(drawn('a.svg')).toBe(new Drawing(rnnHeatmapFigure(gradients, { of: 'gradients', absoluteValue: true })).svg());
    expect(drawn('a.svg')).toContain('Gradients by the weights of second (GRU, 2 units each way)');
    expect(await see('plot rnn-histogram model.json --layer second --of gradients --x x.npy --y y.npy --batch-size 3 --out b.pdf')).toEqual(done);
    expect(readFileSync(at('b.pdf'), 'latin1').slice(0, 4)).toBe('%PDF');
  });

  it('says what is missing, by direction, matrix and gate', async () => {
    const broken = tfl.sequential({ layers: [lstm(3, 1, { inputShape: [5, 4], name: 'broken' })] });
    const [kernel, ...others] = broken.layers[0]!.getWeights() as [tf.Tensor, ...tf.Tensor[]];
    const values = kernel.dataSync().slice() as Float32Array;
    values.fill(NaN, 3, 5);
    broken.layers[0]!.setWeights([tf.tensor(values, kernel.shape), ...others]);
    await savedModel(broken, folder, 'broken');
    const { code, stdout, stderr } = await see('plot rnn-heatmap broken.json --layer broken --out nan.png');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain("see-rnn: layer 'broken': kernel, forget gate: 2 NaN\n");
    expect(readFileSync(at('nan.png')).subarray(1, 4).toString()).toBe('PNG');
    broken.dispose();
  });

  it.each([
    ['rnn-heatmap model.json --layer head --out c.png', 1, /^see-rnn: gateWeights: layer 'head'.*\n$/],
    ['rnn-heatmap model.json --layer frist --out c.png', 1, /^see-rnn: no layer 'frist'; did you mean 'first'\?.*\n$/],
    ['rnn-heatmap model.json --layer first --of gradients --x x.npy --out c.png', 2, /^see-rnn: --of gradients needs --x and --y, found no --y\n$/],
    ['rnn-heatmap model.json --layer first --of gradients --out c.png', 2, /^see-rnn: --of gradients needs --x and --y, found no --x and no --y\n$/],
    ['rnn-histogram model.json --layer first --x x.npy --out c.png', 2, /^see-rnn: --x is for gradients; give --of gradients too\n$/],
    ['rnn-histogram model.json --layer first --equate-axes 3 --out c.png', 2, /^see-rnn: --equate-axes must be 0, 1 or 2, found "3"\n$/],
    ['rnn-heatmap model.json --layer first --of grads --out c.png', 2, /^see-rnn: --of must be 'weights' or 'gradients', found "grads"\n$/],
    ['rnn-heatmap model.json --out c.png', 2, /^see-rnn: required option '--layer <id>' not specified\n$/],
  ])('%s: one line, and no file', async (line, code, message) => {
    const found = await see(`plot ${line}`);
    expect({ code: found.code, stdout: found.stdout }).toEqual({ code, stdout: '' });
    expect(found.stderr).toMatch(message);
    expect(readdirSync(folder)).not.toContain('c.png');
  });
});
