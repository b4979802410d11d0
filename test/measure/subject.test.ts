import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { analyse, verdict } from '../../src/measure/analyse.js';
import { report } from '../../src/report/report.js';
import { trace } from '../../src/trace/trace.js';
import '../backends.js';
import { dense, lstm, tensor } from '../trace/seeded.js';

beforeAll(async () => {
  await tf.setBackend('wasm');
  await tf.ready();
});

const [S, T, F] = [6, 12, 3];
const x = { data: tensor(5, [S, T, F]).dataSync() as Float32Array, shape: [S, T, F] };
const y = { data: tensor(6, [S, 2]).dataSync() as Float32Array, shape: [S, 2] };

function model(): tfl.LayersModel {
  const made = tfl.sequential({ layers: [lstm(4, 1, { name: 'lstm', inputShape: [T, F] }), dense(2, 9)] });
  made.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  return made;
}

/** The message of the error that it ends in. */
const refused = async (promise: Promise<unknown>): Promise<string> => promise.then(() => 'no error', (error: unknown) => (error as Error).message);

test('a run is as good as what it was made of', async () => {
  const net = model();
  const run = await trace(net, x, y);
  expect(await analyse(run, { dynamics: false })).toEqual(await analyse(net, x, y, { dynamics: false }));
  expect(await verdict(run)).toEqual(await verdict(net, x, y));
  expect((await report(run, { dynamics: false, title: 'of a run' })).content.title).toBe('of a run');
});

test('its loss and batch size hold, unless others are given', async () => {
  const net = model();
  const sampleWeight = Float32Array.from({ length: S }, (_, i) => i);
  const run = await trace(net, x, y, { loss: 'meanAbsoluteError', sampleWeight, batchSize: 4 });
  const wanted = await analyse(net, x, y, { loss: 'meanAbsoluteError', sampleWeight, batchSize: 4, dynamics: false });
  const found = await analyse(run, { dynamics: false });
  expect(found).toEqual(wanted);
  expect(found.loss).not.toBeCloseTo((await analyse(net, x, y, { dynamics: false })).loss, 4);
  expect((await analyse(run, { loss: 'meanSquaredError', dynamics: false })).loss).toBeCloseTo((await analyse(net, x, y, { sampleWeight, dynamics: false })).loss, 5);
});

test('the model is looked at as it is now', async () => {
  const net = model();
  const run = await trace(net, x, y);
  const before = (await analyse(run, { dynamics: false })).loss;
  tf.tidy(() => { net.setWeights(net.getWeights().map((weight) => tf.mul(weight, 2))); });
  expect((await analyse(run, { dynamics: false })).loss).not.toBe(before);
  expect((await analyse(run, { dynamics: false })).loss).toBe((await trace(net, x, y)).loss);
});

test('a run that can\'t be looked into further says so', async () => {
  const net = model();
  expect(await refused(verdict(await trace(net, x)))).toBe('verdict: the run was made without targets: trace(model, x, y)');
  const tensors = tf.tensor(x.data, [S, T, F]);
  const run = await trace(net, tensors, y);
  const listed = await trace(net, [tensors], y);
  tensors.dispose();
  expect(await refused(report(run))).toBe("report: a tensor of the run's x has been disposed of: call report before that, or with the model and data");
  expect(await refused(analyse(listed))).toBe("analyse: a tensor of the run's x has been disposed of: call analyse before that, or with the model and data");
});

test('what is neither a model nor a run is refused, and a model without data', async () => {
  expect(await refused(verdict({} as never))).toBe('verdict: expected a model made of layers (of loadModel, or a tf.LayersModel), found Object');
  expect(await refused(report(null as never))).toBe('report: expected a model made of layers (of loadModel, or a tf.LayersModel), found null');
  expect(await refused(verdict(...([model()] as never as Parameters<typeof verdict>)))).toBe('x: nothing was given');
  expect(await refused(verdict(...([model(), x] as never as Parameters<typeof verdict>)))).toBe('y: nothing was given');
});
