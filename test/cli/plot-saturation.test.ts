import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saturationPlotFigure } from '../../src/figures/saturation-plot.js';
import { loadArray, saveArray } from '../../src/files/arrays.js';
import { health } from '../../src/measure/health.js';
import { Drawing } from '../../src/paint/drawing.js';
import '../backends.js';
import { dense, lstm, recurrent, tensor } from '../trace/seeded.js';
import { said } from './said.js';
import { savedModel } from './saved.js';

let folder: string;
let model: tfl.LayersModel;
const at = (name: string): string => join(folder, name);
const done = { code: 0, stdout: '', stderr: '' };
const see = (line: string): ReturnType<typeof said> => said(`plot saturation ${line}`.split(' ').map((word) => (/\.(json|npy|svg|png)$/.test(word) ? at(word) : word)));
const drawn = (name: string): string => readFileSync(at(name), 'utf8');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'see-rnn-saturation-'));
  await tf.setBackend('cpu');
  model = tfl.sequential({ layers: [lstm(3, 1, { inputShape: [5, 4], returnSequences: true, name: 'first' }), recurrent('gru', 2, 4, { name: 'second' }), dense(2, 7, { name: 'head' })] });
  await savedModel(model, folder, 'model');
  await saveArray(at('x.npy'), { data: tensor(1, [7, 5, 4]).dataSync() as Float32Array, shape: [7, 5, 4] });
});
afterAll(() => {
  model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe('see-rnn plot saturation', () => {
  it('draws what health measures, of all layers with gates or one, also in parts and of some samples', async () => {
    const x = await loadArray(at('x.npy'));
    const all = new Drawing(saturationPlotFigure(await health(model, x), { title: 'Gates' })).svg();
    expect(await see('model.json --x x.npy --out a.svg --title Gates')).toEqual(done);
    expect(drawn('a.svg')).toBe(all);
    expect(await see('model.json --x x.npy --out b.svg --title Gates --batch-size 3')).toEqual(done);
    expect(drawn('b.svg')).toBe(all);
    const few = { data: x.data.subarray(20, 60), shape: [2, 5, 4] };
    expect(await see('model.json --x x.npy --samples 1:3 --layer first --out d.svg --colors black')).toEqual(done);
    expect(drawn('d.svg')).toBe(new Drawing(saturationPlotFigure(await health(model, few, null, { layers: ['first'] }), { colors: 'black' })).svg());
  });

  it.each([
    ['model.json --x x.npy --layer head --out c.png', 1, 'see-rnn: saturationPlot: none of the layers has gates (head)\n'],
    ['model.json --x x.npy --layer frist --out c.png', 1, "see-rnn: no layer 'frist'; did you mean 'first'? The model has: first, second, head\n"],
    ['model.json --x none.npy --out c.png', 1, 'see-rnn: FOLDER/none.npy: no such file\n'],
    ['model.json --x x.npy --rows 9 --out c.png', 2, "see-rnn: saturationPlot: option 'rows' must be at most the number of panels (5), found 9\n"],
    ['model.json --out c.png', 2, "see-rnn: required option '--x <file>' not specified\n"],
    ['model.json --x x.npy', 2, "see-rnn: required option '--out <file>' not specified\n"],
  ])('%s: one line, and no file', async (line, code, message) => {
    expect(await see(line)).toEqual({ code, stdout: '', stderr: message.replaceAll('FOLDER', folder) });
    expect(readdirSync(folder)).not.toContain('c.png');
  });
});
