import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadArray, loadArrays, saveArray } from '../../src/files/arrays.js';
import { healthText } from '../../src/measure/health-text.js';
import { health, type LayerHealth } from '../../src/measure/health.js';
import '../backends.js';
import { describeWithModels } from '../models.js';
import { dense, lstm, tensor } from '../trace/seeded.js';
import { said } from './said.js';
import { savedModel } from './saved.js';

let folder: string;
let model: tfl.LayersModel;
const at = (name: string): string => join(folder, name);
const see = (line: string): ReturnType<typeof said> => said(line.split(' ').map((word) => (/\.(json|np[yz])$/.test(word) ? at(word) : word)));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'see-rnn-health-'));
  await tf.setBackend('cpu');
  model = tfl.sequential({ layers: [lstm(3, 1, { inputShape: [5, 4], returnSequences: true, name: 'first' }), lstm(2, 4, { name: 'second' }), dense(2, 7, { name: 'head' })] });
  model.compile({ loss: 'meanSquaredError', optimizer: 'adam' });
  await savedModel(model, folder, 'm');
  await saveArray(at('x.npy'), { data: tensor(1, [7, 5, 4]).dataSync() as Float32Array, shape: [7, 5, 4] });
  await saveArray(at('y.npy'), { data: tensor(2, [7, 2]).dataSync() as Float32Array, shape: [7, 2] });
});
afterAll(() => {
  model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe('see-rnn health', () => {
  it('prints what health measures, with and without targets, in parts and of some samples', async () => {
    const [x, y] = [await loadArray(at('x.npy')), await loadArray(at('y.npy'))];
    const text = healthText(await health(model, x, y));
    expect(await see('health m.json --x x.npy --y y.npy')).toEqual({ code: 0, stdout: `${text}\n`, stderr: '' });
    expect(await see('health m.json --x x.npy --y y.npy --batch-size 2')).toEqual({ code: 0, stdout: `${text}\n`, stderr: '' });
    expect(text).toMatch(/gradient through time: vanished at \d/);
    const [one] = await health(model, x, null, { layers: [1] });
    expect(await see('health m.json --x x.npy --layer 1')).toEqual({ code: 0, stdout: `${healthText([one!])}\n`, stderr: '' });
    const few = { data: x.data.subarray(20, 60), shape: [2, 5, 4] };
    expect((await see('health m.json --x x.npy --samples 1:3')).stdout).toBe(`${healthText(await health(model, few))}\n`);
  });

  it('as JSON, with all numbers', async () => {
    const { code, stdout } = await see('health m.json --x x.npy --y y.npy --json --loss meanAbsoluteError');
    const found = JSON.parse(stdout) as LayerHealth[];
    const expected = await health(model, await loadArray(at('x.npy')), await loadArray(at('y.npy')), { loss: 'meanAbsoluteError' });
    expect({ code, names: found.map(({ name }) => name) }).toEqual({ code: 0, names: ['first', 'second', 'head'] });
    expect(found[0]!.parts[0]!.flow).toEqual(expected[0]!.parts[0]!.flow);
    expect(found[0]!.parts[0]!.gates['forget']!.left.data).toEqual(Array.from(expected[0]!.parts[0]!.gates['forget']!.left.data));
  });

  it('says what is wrong', async () => {
    const wrong = async (line: string): Promise<string> => {
      const { code, stdout, stderr } = await see(line);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      return stderr;
    };
    expect(await wrong('health m.json --x x.npy --layer third')).toBe("see-rnn: no layer 'third'; the model has: first, second, head\n");
    expect(await wrong('health m.json --x y.npy')).toBe('see-rnn: x: expected shape (any, 5, 4), found (7, 2)\n');
    await savedModel(tfl.sequential({ layers: [dense(2, 1, { inputShape: [2], name: 'bare' })] }), folder, 'bare');
    expect(await wrong('health bare.json --x y.npy --y y.npy')).toBe(`see-rnn: ${at('bare.json')}: the model is not compiled with a loss: give one by --loss, e.g. --loss mse\n`);
  });
});

describe('see-rnn weights', () => {
  it('of some weights, and of all layers', async () => {
    expect(await see('weights m.json --layer first/bias --out b.npy')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await loadArray(at('b.npy'))).shape).toEqual([12]);
    expect(await see('weights m.json --layer * --out all.npz')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect([...(await loadArrays(at('all.npz'))).keys()]).toEqual(['first/kernel', 'first/recurrent_kernel', 'first/bias', 'second/kernel', 'second/recurrent_kernel', 'second/bias', 'head/kernel', 'head/bias']);
  });
});

describeWithModels('see-rnn health of a real model', (models) => {
  it('turbofan: hard sigmoid gates that are shut and open, and a gradient that neither vanishes nor explodes', async () => {
    const { code, stdout } = await said(['health', `${models}/turbofan/regression_model.h5`, '--x', `${models}/turbofan/x.npy`, '--y', `${models}/turbofan/y_remaining_cycles.npy`, '--samples', '0:16', '--json']);
    const [first, second] = JSON.parse(stdout) as LayerHealth[];
    expect(code).toBe(0);
    expect([first!.parts[0]!.units, second!.parts[0]!.units]).toEqual([100, 50]);
    expect(first!.parts[0]!.flow).toEqual({ compared: 16 * 49, vanishing: 0, exploding: 0 });
    for (const { leftShare, rightShare } of Object.values(first!.parts[0]!.gates)) expect(leftShare + rightShare).toBeLessThan(1);
  });
});
