import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadArray, saveArray } from '../../src/files/arrays.js';
import { verdict } from '../../src/measure/analyse.js';
import type { Verdict } from '../../src/measure/analysis.js';
import { verdictText } from '../../src/measure/verdict-text.js';
import '../backends.js';
import { dense, lstm, tensor } from '../trace/seeded.js';
import { said } from './said.js';
import { savedModel } from './saved.js';

let folder: string;
let model: tfl.LayersModel;
const at = (name: string): string => join(folder, name);
const see = (line: string): ReturnType<typeof said> => said(line.split(' ').map((word) => (/\.(json|np[yz])$/.test(word) ? at(word) : word)));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'see-rnn-verdict-'));
  await tf.setBackend('cpu');
  model = tfl.sequential({ layers: [lstm(3, 1, { inputShape: [12, 4], returnSequences: true, name: 'first' }), lstm(2, 4, { name: 'second' }), dense(2, 7, { name: 'head' })] });
  model.compile({ loss: 'meanSquaredError', optimizer: 'adam' });
  await savedModel(model, folder, 'm');
  await saveArray(at('x.npy'), { data: tensor(1, [7, 12, 4]).dataSync() as Float32Array, shape: [7, 12, 4] });
  await saveArray(at('y.npy'), { data: tensor(2, [7, 2]).dataSync() as Float32Array, shape: [7, 2] });
});
afterAll(() => {
  model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe('see-rnn verdict', () => {
  it('prints the verdict, of all layers or one, in words or as JSON', async () => {
    const [x, y] = [await loadArray(at('x.npy')), await loadArray(at('y.npy'))];
    const found = await verdict(model, x, y);
    expect(await see('verdict m.json --x x.npy --y y.npy')).toEqual({ code: 0, stdout: `${verdictText(found)}\n`, stderr: '' });
    const { code, stdout } = await see('verdict m.json --x x.npy --y y.npy --json --layer second --samples :5');
    const some = { x: { data: x.data.slice(0, 5 * 48), shape: [5, 12, 4] }, y: { data: y.data.slice(0, 10), shape: [5, 2] } };
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Verdict).sentence).toBe((await verdict(model, some.x, some.y, { layers: 'second' })).sentence);
  });

  it('says what is wrong', async () => {
    expect(await see('verdict m.json --x x.npy --y y.npy --layer head')).toEqual({
      code: 1, stdout: '', stderr: "see-rnn: analyse: layer 'head' is a Dense, which is not recurrent: expected an LSTM, GRU or SimpleRNN, or a Bidirectional of one\n",
    });
    expect((await see('verdict m.json --x x.npy')).code).toBe(2);
  });
});
