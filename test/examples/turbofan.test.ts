import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import { SeeRnnError } from '../../src/core/errors.js';
import { choose, numbers } from '../../src/examples/all.js';
import { runExamples } from '../../src/examples/run.js';
import { readTurbofan } from '../../src/examples/turbofan.js';
import { readTurbofanKeras } from '../../src/examples/turbofan-keras.js';
import { saveArray } from '../../src/files/arrays.js';
import { loadModel } from '../../src/from/keras/load-model.js';
import { trace } from '../../src/trace/trace.js';
import { describeWithModels } from '../models.js';
import { settings, silent, writeEngines, writeKerasEngines } from './small.js';

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'see-rnn-turbofan-')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
const at = (...names: string[]): string => join(folder, ...names);

const zeros = (...shape: number[]) => ({ data: new Float32Array(shape.reduce((a, b) => a * b)), shape });

describe('the engine data', () => {
  it('are read from the folder that is named', async () => {
    await writeEngines(at('good'));
    expect((await readTurbofan(at('good'))).x.shape).toEqual([10, 7, 3]);
    const { examples, leftOut } = await choose([8], at('good'));
    expect(examples.map(({ number }) => number)).toEqual([8]);
    expect(leftOut).toEqual([`Example 8 trains a network of its own, since the published one (regression_model.h5) is not in ${at('good')}.`]);
    expect(examples[0].trainings).toHaveLength(1);
  });

  it.each([
    ['no x', null, [1, 0], 'x.npy: no such file'],
    ['no y', zeros(2, 3, 4), null, 'y_fails_within_30.npy: no such file'],
    ['flat x', zeros(2, 3), [1, 0], 'x.npy: expected shape (engines, timesteps, features), found (2, 3)'],
    ['another y', zeros(2, 3, 4), [1, 0, 1], 'y_fails_within_30.npy: expected a number for each of 2 engines, found shape (3,)'],
    ['few', zeros(6, 3, 4), [1, 0, 1, 0, 0, 0], 'y_fails_within_30.npy: expected 0 and 1 alone, and at least 4 of each, found 4 and 2 of 6'],
    ['other values', zeros(9, 3, 4), [1, 0, 1, 0, 0, 0, 1, 1, 7], 'y_fails_within_30.npy: expected 0 and 1 alone, and at least 4 of each, found 4 and 4 of 9'],
  ])('are refused where they are not such: %s', async (name, x, y, message) => {
    mkdirSync(at(name));
    if (x !== null) await saveArray(at(name, 'x.npy'), x);
    if (y !== null) await saveArray(at(name, 'y_fails_within_30.npy'), y);
    await expect(choose([8], at(name))).rejects.toThrow(`${at(name)}/${message}`);
  });
});

describe('the published model', () => {
  beforeAll(async () => { await writeKerasEngines(at('keras')); });
  const pageOf = (name: string): string => readFileSync(at(name, 'index.html'), 'utf8');

  it("takes the network's place where its file is beside the data", async () => {
    const { examples, leftOut } = await choose([8], at('keras'));
    expect({ leftOut, trainings: examples[0].trainings }).toEqual({ leftOut: [], trainings: [] });
    await runExamples(examples, settings(at('out')), silent);
    expect(readdirSync(at('out')).sort()).toEqual([...['1d', '2d'].flatMap((kind) => [`8-turbofan-grads-${kind}.png`, `8-turbofan-grads-${kind}.svg`]), 'index.html']);
    const html = pageOf('out');
    expect(html).toContain('but for that of example 8, which was trained and published by others;');
    expect(html).toMatch(/A published model, not trained here\. Its loss on what is shown: [\d.e+-]+\. Took/);
    expect(html).toMatch(/The norm of this gradient, over the 16 engines and all units, is [\d.e-]+ at timestep 0, [\d.e-]+ at timestep \d, where it is smallest, and [\d.e-]+ at timestep 6\./);
    expect(html).toContain('and not the gradient through time');
  });

  it('is checked against what was published with it, on the page', async () => {
    const [example] = (await choose([8], at('keras'))).examples;
    const model = await loadModel(at('keras', 'regression_model.h5'));
    const { data } = await readTurbofanKeras(at('keras')).then(({ x }) => x);
    const { data: here } = await model.predict({ data, shape: [17, 7, 3] }) as NamedArray;
    const largest = Math.max(...Array.from(here, (value) => 1000 - value));
    const { found } = await example.look([], 0);
    expect(found!.about[0]).toBe(`Is it the same model here as in Keras? Of its predictions for all 17 engines, which were published with it, the one that differs most from ours differs by ${largest.toExponential(1)} cycles.`);
  });

  it('draws the gradient of the first 16 engines', async () => {
    const [example] = (await choose([8], at('keras'))).examples;
    const { gradients: [gradient], found } = await example.look([], 0);
    const { x, y } = await readTurbofanKeras(at('keras'));
    const run = await trace(await loadModel(at('keras', 'regression_model.h5')), { data: x.data.slice(0, 16 * 21), shape: [16, 7, 3] }, { data: y.data.slice(0, 16), shape: [16, 1] });
    expect(gradient).toEqual(run.layer('lstm_1').gradient('outputs'));
    expect(found!.loss).toBe(run.loss);
  });

  it.each([
    ['few engines', 'x.npy', zeros(15, 7, 3), 'x.npy: expected shape (engines, timesteps, features) with at least 16 engines, found (15, 7, 3)'],
    ['flat', 'x.npy', zeros(17, 21), 'x.npy: expected shape (engines, timesteps, features) with at least 16 engines, found (17, 21)'],
    ['other targets', 'y_remaining_cycles.npy', zeros(16), 'y_remaining_cycles.npy: expected a number for each of 17 engines, found shape (16,)'],
    ['other predictions', 'regression_keras_predictions.npy', zeros(4, 4), 'regression_keras_predictions.npy: expected a number for each of 17 engines, found shape (4, 4)'],
  ])('wants data that go with it: %s', async (name, file, array, message) => {
    await writeKerasEngines(at(name));
    await saveArray(at(name, file), array);
    await expect(choose([8], at(name))).rejects.toThrow(new SeeRnnError(`${at(name)}/${message}`));
  });

  it('names what is missing beside it', async () => {
    await writeKerasEngines(at('missing'));
    rmSync(at('missing', 'y_remaining_cycles.npy'));
    await expect(choose([8], at('missing'))).rejects.toThrow(new SeeRnnError(`${at('missing', 'y_remaining_cycles.npy')}: no such file`));
  });
});

const absent = 'Example 8 is left out: it needs engine data (x.npy and y_fails_within_30.npy), which are not in ../shared/models/turbofan; --data names another folder.';

describe('the choice of examples', () => {
  it('leaves the engines out where their data are not there, and says so in one line', async () => {
    const { examples, leftOut } = await choose(numbers, null, [at('nowhere')]);
    expect(examples.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(leftOut).toEqual([absent]);
    await expect(choose([8], null, [at('nowhere')])).rejects.toThrow(new SeeRnnError(absent));
  });

  it('takes the data from the first of the usual folders that has some', async () => {
    await writeEngines(at('usual'));
    expect((await choose([8], null, [at('nowhere'), at('usual'), at('good')])).examples[0].program(1)).toContain(`const folder = '${at('usual')}';`);
  });

  it('knows eight, in their order', async () => {
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect((await choose([3, 1], null)).examples.map(({ number }) => number)).toEqual([1, 3]);
  });
});

describeWithModels('the engine data of NASA', (models) => {
  it('are found beside the checkout, and have four engines of either sort', async () => {
    const { x } = await readTurbofan(join(models, 'turbofan'));
    expect(x.shape).toEqual([93, 50, 25]);
    expect((await choose([8], null)).examples).toHaveLength(1);
  });

  it('go through the published model: the predictions are those of Keras, and the gradient is what its figures show', async () => {
    const { examples: [example], leftOut } = await choose([8], join(models, 'turbofan'));
    const { gradients: [gradient], found } = await example.look([], 0);
    expect(leftOut).toEqual([]);
    expect(gradient.shape).toEqual([16, 50, 100]);
    // float32 against Keras's own float32: the published numbers are of about 100, with a unit in the last place of 7.6e-6.
    expect(Number(/differs by (\S+) cycles/.exec(found!.about[0])![1])).toBeLessThan(1e-3);
    // These norms are known from a computation apart from this code.
    const norm = (t: number): number => Math.hypot(...Array.from(gradient.data).filter((_, i) => Math.floor(i / 100) % 50 === t));
    expect([0, 10, 25, 40, 49].map((t) => norm(t).toPrecision(2))).toEqual(['16', '8.5', '0.47', '3.8', '2.9e+2']);
    expect(found!.about[1]).toMatch(/^The norm of this gradient, over the 16 engines and all units, is 15\.8 at timestep 0, 0\.43\d at timestep 26, where it is smallest, and 286 at timestep 49\./);
    expect(found!.about).toHaveLength(2);
  });
});
