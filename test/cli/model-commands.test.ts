import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import { loadArray, loadArrays, saveArray, saveArrays } from '../../src/files/arrays.js';
import { modelSummary, type ModelSummary } from '../../src/model/summary.js';
import { getWeights } from '../../src/model/get-weights.js';
import { trace } from '../../src/trace/trace.js';
import '../backends.js';
import { describeWithModels } from '../models.js';
import { expectClose } from '../trace/close.js';
import { apply, applyAll, dense, integers, lstm, recurrent, tensor } from '../trace/seeded.js';
import { said } from './said.js';
import { savedModel } from './saved.js';

const N = 7;
const T = 5;
const F = 4;

let folder: string;
const at = (name: string): string => join(folder, name);
const done = { code: 0, stdout: '', stderr: '' };
const numbers = (value: tf.Tensor): NamedArray => ({ data: value.dataSync() as Float32Array, shape: value.shape, axes: value.shape.map(String) });

/** What the commands read: each model as TF.js has it beside its file. */
let plain: tfl.LayersModel;
let several: tfl.LayersModel;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'see-rnn-commands-'));
  await tf.setBackend('cpu');
  plain = tfl.sequential({ name: 'plain', layers: [
    lstm(3, 1, { inputShape: [T, F], returnSequences: true, name: 'first' }), tfl.layers.bidirectional({ layer: recurrent('simpleRNN', 2, 4), mergeMode: 'concat', name: 'second' }), dense(2, 7, { name: 'head' }),
  ] });
  plain.compile({ loss: 'meanSquaredError', optimizer: 'adam' });
  await savedModel(plain, folder, 'plain');
  const [a, b] = [tfl.input({ shape: [T, F], name: 'a' }), tfl.input({ shape: [3], name: 'b' })];
  const [y, h] = applyAll(lstm(3, 1, { name: 'states', returnState: true, returnSequences: true }), a);
  several = tfl.model({ name: 'several', inputs: [a, b], outputs: [apply(dense(2, 4, { name: 'steps' }), y!), apply(dense(3, 9, { name: 'classes', activation: 'softmax' }), apply(tfl.layers.add({ name: 'sum' }), [h!, b]))] });
  await savedModel(several, folder, 'several');
  await savedModel(tfl.sequential({ layers: [lstm(3, 1, { batchInputShape: [2, T, F], stateful: true, name: 'memory' }), tfl.layers.dropout({ rate: 0.5, name: 'drop' })] }), folder, 'stateful');
  await saveArray(at('x.npy'), numbers(tensor(1, [N, T, F])));
  await saveArray(at('y.npy'), numbers(tensor(2, [N, 2])));
  await saveArray(at('w.npy'), numbers(tf.abs(tensor(3, [N]))));
  await saveArrays(at('inputs.npz'), { b: numbers(tensor(5, [N, 3])), a: numbers(tensor(1, [N, T, F])) });
  await saveArrays(at('targets.npz'), { classes: { data: Int32Array.from(integers(6, [N], 0, 2).dataSync()), shape: [N] }, steps: numbers(tensor(7, [N, T, 2])) });
});
afterAll(() => {
  for (const model of [plain, several]) model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command on files of the folder. */
const see = (line: string): ReturnType<typeof said> => said(line.split(' ').map((word) => (/\.(json|np[yz])$/.test(word) ? at(word) : word)));

function expectArray(found: NamedArray, expected: NamedArray): void {
  expect(found.shape).toEqual(expected.shape);
  expectClose(found.data, expected.data, 'array', 1e-5);
}

describe('see-rnn gradients', () => {
  const usual = 'gradients plain.json --x x.npy --y y.npy';

  it('by outputs, inputs and weights: what trace records', async () => {
    const run = await trace(plain, await loadArray(at('x.npy')), await loadArray(at('y.npy')), { quantities: ['outputs', 'inputs', 'weights'] });
    for (const layer of ['first', 'second', 'head']) {
      for (const quantity of ['outputs', 'inputs'] as const) {
        expect(await see(`${usual} --layer ${layer} --of ${quantity} --out g.npy`)).toEqual(done);
        expectArray(await loadArray(at('g.npy')), run.layer(layer).gradient(quantity));
      }
      expect(await see(`${usual} --layer ${layer} --of weights --out g.npz`)).toEqual(done);
      const found = await loadArrays(at('g.npz'));
      const expected = run.layer(layer).gradient('weights');
      expect([...found.keys()]).toEqual(Object.keys(expected));
      for (const [name, array] of found) expectArray(array, expected[name]!);
    }
    expect([...(await loadArrays(at('g.npz'))).keys()]).toEqual(['kernel', 'bias']);
  });

  it('of some samples, weighted, with another loss, and in parts', async () => {
    const [x, y, w] = await Promise.all(['x.npy', 'y.npy', 'w.npy'].map((name) => loadArray(at(name))));
    const part = ({ data, shape }: NamedArray): NamedArray => ({ data: data.subarray(data.length / N, (data.length / N) * 6), shape: [5, ...shape.slice(1)], axes: shape.map(String) });
    const run = await trace(plain, part(x!), part(y!), { loss: 'meanAbsoluteError', sampleWeight: part(w!) });
    for (const batch of ['', ' --batch-size 2', ' --batch-size 5']) {
      expect(await see(`${usual} --layer 0 --of outputs --samples 1:6 --sample-weight w.npy --loss mean_absolute_error${batch} --out g.npy`)).toEqual(done);
      expectArray(await loadArray(at('g.npy')), run.layer('first').gradient());
    }
  });

  it('in double precision', async () => {
    const run = await trace(plain, await loadArray(at('x.npy')), await loadArray(at('y.npy')), { quantities: ['hidden'], precision: 'float64' });
    for (const batch of ['', ' --batch-size 3']) {
      expect(await see(`${usual} --layer first --of hidden --float64${batch} --out g.npy`)).toEqual(done);
      const { data } = await loadArray(at('g.npy'));
      expect(data).toBeInstanceOf(Float64Array);
      // What the file keeps are the weights, in float32, as the model has them: all that differs is in which order parts are summed.
      expectClose(data, run.layer('first').gradient('hidden').data, 'hidden', 1e-14);
    }
    expect(await see('outputs plain.json --x x.npy --float64 --out o.npy')).toEqual(done);
    expect((await loadArray(at('o.npy'))).data).toEqual(run.predictions[0]!.data);
    expect(await see('outputs plain.json --x x.npy --out o.npy')).toEqual(done);
    expect((await loadArray(at('o.npy'))).data).toBeInstanceOf(Float32Array);
  });

  it('weighted by class', async () => {
    const classes = integers(6, [N], 0, 1);
    await saveArray(at('classes.npy'), numbers(classes));
    const line = 'gradients plain.json --x x.npy --y classes.npy --loss sparse_categorical_crossentropy --layer head --of weights';
    expect(await see(`${line} --class-weight {"0":0.5,"1":3} --out g.npz`)).toEqual(done);
    const run = await trace(plain, await loadArray(at('x.npy')), numbers(classes), {
      loss: 'sparseCategoricalCrossentropy', sampleWeight: { data: Float32Array.from(classes.dataSync(), (one) => (one === 0 ? 0.5 : 3)), shape: [N] }, quantities: ['weights'],
    });
    const found = await loadArrays(at('g.npz'));
    for (const [name, array] of found) expectArray(array, run.layer('head').gradient('weights')[name]!);
    expect(found.size).toBe(2);
    // A file that TF.js wrote is of Keras 2's kind.
    expect(await see(`${line} --class-weight {"1":3} --out g.npz`)).toEqual({ code: 1, stdout: '', stderr: 'see-rnn: classWeight: nothing was given for class 0, which is among the targets\n' });
  });

  it('with several inputs and outputs, and class indices', async () => {
    const targets = await loadArrays(at('targets.npz'));
    const run = await trace(several, Object.fromEntries(await loadArrays(at('inputs.npz'))), Object.fromEntries(targets), { loss: { steps: 'meanSquaredError', classes: 'sparseCategoricalCrossentropy' } });
    const line = 'gradients several.json --x inputs.npz --y targets.npz --loss steps=mse,classes=sparse_categorical_crossentropy --layer states --of outputs';
    expect(await see(`${line} --samples : --out g.npz`)).toEqual(done);
    const found = await loadArrays(at('g.npz'));
    expect([...found.keys()]).toEqual(['outputs:0', 'outputs:1', 'outputs:2']);
    [...found.values()].forEach((array, i) => { expectArray(array, run.layer('states').gradient('outputs', i)); });
    expect(await see(`${line} --out only.npy`)).toEqual({
      code: 1, stdout: '', stderr: `see-rnn: ${at('only.npy')}: the name must end in .npz, since the answer is 3 arrays: outputs:0, outputs:1, outputs:2\n`,
    });
    expect(existsSync(at('only.npy'))).toBe(false);
  });

  it('by states and gates, through time, and what each timestep adds to the weights\' gradient', async () => {
    const quantities = ['hidden', 'cell', 'gates', 'weight-steps'] as const;
    const run = await trace(plain, await loadArray(at('x.npy')), await loadArray(at('y.npy')), { quantities });
    for (const state of ['hidden', 'cell'] as const) {
      expect(await see(`${usual} --layer first --of ${state} --out g.npy`)).toEqual(done);
      expectArray(await loadArray(at('g.npy')), run.layer('first').gradient(state));
    }
    // Parts by their names.
    expect(await see(`${usual} --layer second --of hidden --out g.npz`)).toEqual(done);
    const hidden = await loadArrays(at('g.npz'));
    expect([...hidden.keys()]).toEqual(['forward', 'backward']);
    for (const [part, array] of hidden) expectArray(array, run.layer('second').gradient('hidden', part));
    const keys = { first: [['input', 'forget', 'cell', 'output'], ['kernel', 'recurrent_kernel', 'bias']], second: [['forward/state', 'backward/state'], ['forward/kernel', 'forward/recurrent_kernel', 'forward/bias', 'backward/kernel', 'backward/recurrent_kernel', 'backward/bias']] };
    for (const [layer, [gates, weights]] of Object.entries(keys)) {
      for (const batch of ['', ' --batch-size 3']) {
        expect(await see(`${usual} --layer ${layer} --of gates${batch} --out g.npz`)).toEqual(done);
        const found = await loadArrays(at('g.npz'));
        expect([...found.keys()]).toEqual(gates);
        for (const [gate, array] of found) expectArray(array, run.layer(layer).gradient('gates')[gate]!);
        expect(await see(`${usual} --layer ${layer} --of weight-steps${batch} --out g.npz`)).toEqual(done);
        const steps = await loadArrays(at('g.npz'));
        expect([...steps.keys()]).toEqual(weights);
        for (const [name, array] of steps) expectArray(array, run.layer(layer).gradient('weight-steps')[name]!);
      }
    }
  });

  it('says where a zero is for want of a path', async () => {
    const model = tfl.sequential({ layers: [tfl.layers.embedding({ inputDim: 5, outputDim: F, inputLength: T, name: 'words' }), recurrent('gru', 2, 1)] });
    await savedModel(model, folder, 'words');
    await saveArray(at('indices.npy'), numbers(integers(1, [N, T], 0, 4)));
    expect(await see('gradients words.json --x indices.npy --y y.npy --loss mse --layer words --of inputs --out g.npy')).toEqual({
      ...done, stderr: "see-rnn: no path leads from the inputs of layer 'words' to the loss: the gradient is zero throughout\n",
    });
    expect((await loadArray(at('g.npy'))).data.every((value) => value === 0)).toBe(true);
    // By weights one does.
    expect(await see('gradients words.json --x indices.npy --y y.npy --loss mse --layer words --of weights --out g.npy')).toEqual(done);
    expect((await loadArray(at('g.npy'))).shape).toEqual([5, F]);
    model.dispose();
  });
});

describe('see-rnn outputs', () => {
  it("the model's predictions, where no layer is named", async () => {
    const run = await trace(plain, await loadArray(at('x.npy')));
    for (const batch of ['', ' --batch-size 3']) {
      expect(await see(`outputs plain.json --x x.npy${batch} --out o.npy`)).toEqual(done);
      expectArray(await loadArray(at('o.npy')), run.predictions[0]!);
    }
    expect(await see('outputs plain.json --x x.npy --out o.npz')).toEqual(done);
    expect([...(await loadArrays(at('o.npz'))).keys()]).toEqual(['outputs']);
    expect(await see('outputs several.json --x inputs.npz --out o.npz')).toEqual(done);
    expect([...(await loadArrays(at('o.npz')))].map(([key, { shape }]) => [key, shape])).toEqual([['steps', [N, T, 2]], ['classes', [N, 3]]]);
  });

  it("a recurrent layer's states and gates", async () => {
    const run = await trace(plain, await loadArray(at('x.npy')), null, { quantities: ['hidden', 'cell', 'gates'] });
    for (const state of ['hidden', 'cell'] as const) {
      expect(await see(`outputs plain.json --x x.npy --layer first --of ${state} --out o.npy`)).toEqual(done);
      expectArray(await loadArray(at('o.npy')), run.layer('first').value(state));
    }
    expect(await see('outputs plain.json --x x.npy --layer first --of gates --out o.npz')).toEqual(done);
    const gates = await loadArrays(at('o.npz'));
    expect([...gates.keys()]).toEqual(['input', 'forget', 'cell', 'output']);
    for (const [gate, array] of gates) expectArray(array, run.layer('first').value('gates')[gate]!);
    expect(await see('outputs plain.json --x x.npy --layer second --of hidden --batch-size 2 --out o.npz')).toEqual(done);
    const hidden = await loadArrays(at('o.npz'));
    expect([...hidden.keys()]).toEqual(['forward', 'backward']);
    for (const [part, array] of hidden) expectArray(array, run.layer('second').value('hidden', part));
  });

  it('what a layer gives, and what it reads', async () => {
    const run = await trace(several, Object.fromEntries(await loadArrays(at('inputs.npz'))), null, { quantities: ['outputs', 'inputs'] });
    expect(await see('outputs several.json --x inputs.npz --layer steps --out o.npy')).toEqual(done);
    expectArray(await loadArray(at('o.npy')), run.layer('steps').value());
    expect(await see('outputs several.json --x inputs.npz --layer sum --of inputs --out o.npz')).toEqual(done);
    const found = await loadArrays(at('o.npz'));
    expect([...found.keys()]).toEqual(['inputs:0', 'inputs:1']);
    [...found.values()].forEach((array, i) => { expectArray(array, run.layer('sum').value('inputs', i)); });
  });
});

describe('see-rnn weights', () => {
  it('by their names', async () => {
    for (const layer of ['0', 'second', 'head']) {
      expect(await see(`weights plain.json --layer ${layer} --out w.npz`)).toEqual(done);
      const expected = await getWeights(plain, layer === '0' ? 0 : layer);
      const found = await loadArrays(at('w.npz'));
      expect([...found.keys()]).toEqual(Object.keys(expected));
      for (const [name, array] of found) expectArray(array, expected[name]!);
    }
  });
});

describe('see-rnn summary', () => {
  it('to be read', async () => {
    const { code, stdout, stderr } = await see('summary plain.json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expect(stdout.replaceAll(`${folder}/`, '').replace(/tfjs-layers [\d.]+/, 'tfjs-layers N')).toMatchFileSnapshot('summary/plain.txt');
    const more = await see('summary several.json');
    await expect(more.stdout.replaceAll(`${folder}/`, '').replace(/tfjs-layers [\d.]+/, 'tfjs-layers N')).toMatchFileSnapshot('summary/several.txt');
  });

  it('as JSON', async () => {
    const { code, stdout } = await see('summary plain.json --json');
    expect(code).toBe(0);
    const found = JSON.parse(stdout) as ModelSummary;
    const { layers, parameters } = modelSummary(plain);
    expect(found).toMatchObject({ kind: 'Sequential', format: 'tfjs-layers', loss: 'meanSquaredError', optimizer: { name: 'Adam', learningRate: 0.001 }, parameters, warnings: [] });
    expect(found.layers.map(({ name, outputs, weights }) => ({ name, outputs, weights }))).toEqual(layers.map(({ name, outputs, weights }) => ({ name, outputs, weights })));
    expect(found.layers.find(({ name }) => name === 'second')!.recurrent).toMatchObject([
      { part: 'forward', kind: 'SimpleRNN', units: 2, gates: ['state'], direction: 'forwards', recurrentActivation: null },
      { part: 'backward', kind: 'SimpleRNN', units: 2, gates: ['state'], direction: 'backwards', recurrentActivation: null },
    ]);
  });
});

describe('bad input: one line, 1, and no file', () => {
  it.each([
    ['gradients none.json --x x.npy --y y.npy --layer 0 --of outputs', 'none.json: no such file'],
    ['gradients plain.json --x none.npy --y y.npy --layer 0 --of outputs', 'none.npy: no such file'],
    ['gradients plain.json --x x.npy --y y.npy --layer frist --of outputs', "no layer 'frist'; did you mean 'first'? The model has: first, second, head"],
    ['gradients plain.json --x x.npy --y y.npy --layer 9 --of outputs', 'no layer 9: the model has layers 0 to 2 (first, second, head)'],
    ['gradients plain.json --x y.npy --y y.npy --layer 0 --of outputs', 'x: expected shape (any, 5, 4), found (7, 2)'],
    ['gradients plain.json --x x.npy --y w.npy --layer 0 --of outputs', 'y: expected shape (7, 2), found (7,)'],
    ['gradients plain.json --x x.npy --y w.npy --layer 0 --of outputs --batch-size 2', 'y: expected shape (7, 2), found (7,)'],
    ['gradients plain.json --x x.npy --y y.npy --samples 7: --layer 0 --of outputs', 'x.npy: --samples 7: takes none of its 7 samples'],
    ['gradients plain.json --x x.npy --y y.npy --samples 7 --layer 0 --of outputs', 'x.npy: --samples 7 is beyond its 7 samples'],
    ['gradients several.json --x inputs.npz --y targets.npz --layer sum --of outputs', 'several.json: the model is not compiled with a loss: give one by --loss, e.g. --loss mse'],
    ['gradients several.json --x inputs.npz --y targets.npz --layer sum --of weights --loss mse', "several.json: layer 'sum' has no weights that training changes"],
    ['gradients several.json --x inputs.npz --y targets.npz --layer steps --of weights --loss mse', 'out.npy: the name must end in .npz, since the answer is 2 arrays: kernel, bias'],
    ['gradients several.json --x inputs.npz --y targets.npz --layer a --of inputs --loss mse', "layer 'a' is an input of the model: it reads no other layer; ask for its outputs"],
    ['gradients several.json --x x.npy --y targets.npz --layer sum --of outputs --loss mse', "x: expected one for each of the model's 2 inputs (a, b), found 1"],
    ['gradients several.json --x targets.npz --y targets.npz --layer sum --of outputs --loss mse', "x: the model has no input 'classes'; there are: a, b"],
    ['gradients plain.json --x x.npy --y y.npy --layer head --of hidden', "--of hidden: layer 'head' (Dense) is not recurrent: expected an LSTM, GRU or SimpleRNN, or a Bidirectional of one"],
    ['gradients plain.json --x x.npy --y y.npy --layer second --of cell', "--of cell: layer 'second' has no cell state: only an LSTM has one"],
    ['gradients plain.json --x x.npy --y y.npy --layer second --of hidden', 'out.npy: the name must end in .npz, since the answer is 2 arrays: forward, backward'],
    ['outputs plain.json --x x.npy --layer first --of gates', 'out.npy: the name must end in .npz, since the answer is 4 arrays: input, forget, cell, output'],
    ['outputs plain.json --x x.npy --layer head --of gates', "--of gates: layer 'head' (Dense) is not recurrent: expected an LSTM, GRU or SimpleRNN, or a Bidirectional of one"],
    ['outputs several.json --x inputs.npz', 'out.npy: the name must end in .npz, since the answer is 2 arrays: steps, classes'],
    ['outputs stateful.json --x x.npy --batch-size 2', "the batch cannot run in parts (option batchSize): layer 'memory' is stateful, so that a part would go on from the states that the one before it left"],
    ['outputs stateful.json --x x.npy', 'x: expected shape (2, 5, 4), found (7, 5, 4)'],
    ['weights stateful.json --layer drop', "stateful.json: layer 'drop' has no weights"],
  ])('%s', async (line, message) => {
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await see(`${line} --out out.npy`);
    expect({ code, stdout, stderr: stderr.replaceAll(`${folder}/`, '') }).toEqual({ code: 1, stdout: '', stderr: `see-rnn: ${message}\n` });
    expect(readdirSync(folder)).toEqual(before);
  });

  it('a folder that is not there', async () => {
    expect(await see('outputs plain.json --x x.npy --out none/o.npy')).toEqual({ code: 1, stdout: '', stderr: `see-rnn: ${at('none/o.npy')}: cannot be written: ${at('none')} does not exist\n` });
  });

  it('a stateful model with as many samples as it takes runs', async () => {
    expect(await see('outputs stateful.json --x x.npy --samples 0:2 --out o.npy')).toEqual(done);
  });
});

it('tells what of a file it could not take over', async () => {
  const json = JSON.parse(readFileSync(at('plain.json'), 'utf8')) as { trainingConfig: { loss: string } };
  json.trainingConfig.loss = 'my\nloss';
  writeFileSync(at('warned.json'), JSON.stringify(json));
  copyFileSync(at('plain.bin'), at('warned.bin'));
  const { code, stderr } = await see('outputs warned.json --x x.npy --out o.npy');
  expect(code).toBe(0);
  expect(stderr.replaceAll(`${folder}/`, '')).toMatch(/^see-rnn: warned\.json: the loss .*my\\u000aloss.*\n$/);
});

describeWithModels('real models', (models) => {
  const engines = join(models, 'turbofan');
  const data = ['--x', join(engines, 'x.npy'), '--y', join(engines, 'y_remaining_cycles.npy')];

  it("the gradients of the published turbofan model's first layer, of 16 engines", async () => {
    // As computed in float64 by another program.
    const expected = { outputs: [15.785, 8.492, 0.4668, 3.77, 286.3], hidden: [110.75, 114.46, 72.54, 133.8, 286.3] };
    for (const [quantity, all] of Object.entries(expected)) {
      expect(await said(['gradients', join(engines, 'regression_model.h5'), '--layer', 'lstm_1', '--of', quantity, ...data, '--samples', '0:16', '--out', at('g.npy')])).toEqual(done);
      const { data: gradient, shape } = await loadArray(at('g.npy'));
      expect(shape).toEqual([16, 50, 100]);
      const norms = [0, 10, 25, 40, 49].map((t) => Math.sqrt((gradient as Float32Array).reduce((sum, value, n) => (Math.floor(n / 100) % 50 === t ? sum + value * value : sum), 0)));
      all.forEach((norm, i) => { expect(Math.abs(norms[i]! / norm - 1)).toBeLessThan(2e-4); });
    }
  });

  it('what Keras predicted', async () => {
    const expected = await loadArray(join(engines, 'regression_keras_predictions.npy'));
    for (const batch of [[], ['--batch-size', '10']]) {
      expect(await said(['outputs', join(engines, 'regression_model.h5'), data[0]!, data[1]!, ...batch, '--out', at('p.npy')])).toEqual(done);
      const found = await loadArray(at('p.npy'));
      expect(found.shape).toEqual(expected.shape);
      expect(Math.max(...Array.from(found.data, (value, n) => Math.abs(value - expected.data[n]!)))).toBeLessThan(1e-3);
    }
  });

  it('summaries', async () => {
    for (const [file, name] of [['turbofan/regression_model.h5', 'turbofan'], ['keras3/qqq_gru.keras', 'qqq-gru'], ['keras2/disease_text_gru.h5', 'disease']]) {
      const { code, stdout } = await said(['summary', join(models, file!)]);
      expect(code).toBe(0);
      await expect(stdout.replaceAll(`${models}/`, '')).toMatchFileSnapshot(`summary/${name!}.txt`);
    }
  });
});
