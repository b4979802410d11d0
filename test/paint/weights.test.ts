import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageMark } from '../../src/figures/figure.js';
import { gateWeights } from '../../src/model/gate-weights.js';
import { featuresHistGrid, rnnHeatmap, rnnHistogram, saturationPlot } from '../../src/paint/weights.js';
import type { Drawing } from '../../src/paint/drawing.js';
import { health } from '../../src/measure/health.js';
import { trace } from '../../src/trace/trace.js';
import '../backends.js';
import { dense, lstm, recurrent, tensor } from '../trace/seeded.js';

let model: tfl.LayersModel;
let x: tf.Tensor;
let y: tf.Tensor;
beforeAll(async () => {
  await tf.setBackend('cpu');
  model = tfl.sequential({ layers: [lstm(3, 1, { inputShape: [5, 4], returnSequences: true, name: 'first' }), recurrent('gru', 2, 4, { name: 'second' }) as tfl.layers.Layer, dense(2, 7, { name: 'head' })] });
  model.compile({ loss: 'meanSquaredError', optimizer: 'adam' });
  [x, y] = [tensor(1, [7, 5, 4]), tensor(2, [7, 2])];
});
afterAll(() => { model.dispose(); tf.dispose([x, y]); });

const firstImage = ({ figure }: Drawing): number[] => Array.from((figure.panels[0]!.marks[0] as ImageMark).values);
const messageOf = async (attempt: () => unknown): Promise<string> => {
  try {
    await attempt();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('rnnHeatmap, rnnHistogram', () => {
  it('draw a layer of a model, and what was fetched before, alike', async () => {
    const weights = await gateWeights(model, 'first');
    expect((await rnnHeatmap(model, 'first', { norm: 'none' })).figure).toEqual(rnnHeatmap(weights, { norm: 'none' }).figure);
    expect((await rnnHistogram(model, 0)).figure).toEqual(rnnHistogram(weights).figure);
    expect(firstImage(await rnnHeatmap(model, 0))).toEqual(Array.from(model.layers[0]!.getWeights()[0]!.dataSync()));
  });

  it('draw gradients, with the options of a trace', async () => {
    const run = await trace(model, x, y, { layers: ['second'], quantities: ['weights'], loss: 'meanAbsoluteError' });
    const drawing = await rnnHeatmap(model, 'second', { of: 'gradients', x, y, loss: 'meanAbsoluteError' });
    expect(firstImage(drawing)).toEqual(Array.from(run.layer('second').gradient('weights')['kernel']!.data));
    expect(drawing.figure.texts[0]!.text).toBe('Gradients by the weights of second (GRU, 2 units)');
  });

  it('leave nothing in the memory of TF.js', async () => {
    const before = tf.memory().numTensors;
    await rnnHeatmap(model, 'first', { of: 'gradients', x, y });
    await rnnHistogram(model, 'second');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuse what does not go together', async () => {
    expect(await messageOf(() => rnnHeatmap(model, 'first', { of: 'gradients', x }))).toBe("rnnHeatmap: with of: 'gradients', options 'x' and 'y' must be given, found x alone");
    expect(await messageOf(() => rnnHeatmap(model, 'first', { of: 'gradients' }))).toBe("rnnHeatmap: with of: 'gradients', options 'x' and 'y' must be given, found neither");
    expect(await messageOf(() => rnnHistogram(model, 'first', { x, y }))).toBe("rnnHistogram: option 'x' is for gradients; give of: 'gradients' too");
    expect(await messageOf(() => rnnHistogram(model as never))).toBe("rnnHistogram: with a model the second argument must be a layer's index or name, found none");
    expect(await messageOf(() => rnnHeatmap(model, 'head'))).toMatch(/^gateWeights: layer 'head'/);
    expect(await messageOf(() => rnnHeatmap(model, 'first', { nrom: 'none' } as never))).toMatch(/^rnnHeatmap: unknown option 'nrom'; did you mean 'norm'\?$/);
  });
});

describe('saturationPlot', () => {
  it('draws what health measures: a dot for each unit at its shares', async () => {
    const layers = await health(model, x);
    const { figure } = saturationPlot(layers);
    const [lstmHealth, gruHealth] = layers.filter(({ name }) => name !== 'head').map(({ parts: [part] }) => part!.gates);
    expect(figure.panels).toHaveLength(5);
    const dots = figure.panels.map(({ marks }) => marks.find((mark) => mark.kind === 'points')!);
    const expected = [lstmHealth!['input'], lstmHealth!['forget'], lstmHealth!['output'], gruHealth!['update'], gruHealth!['reset']];
    expect(dots.map((mark) => [Array.from(mark.x), Array.from(mark.y)])).toEqual(expected.map((gate) => [Array.from(gate!.left.data), Array.from(gate!.right.data)]));
    expect(await messageOf(() => saturationPlot(layers.filter(({ name }) => name === 'head')))).toBe('saturationPlot: none of the layers has gates (head)');
    expect(await messageOf(() => saturationPlot({} as never))).toBe('saturationPlot: layers must be a list as health gives it, found object');
  });
});

describe('featuresHistGrid', () => {
  it('takes lists of lists of anything, and arrays', async () => {
    const listed = featuresHistGrid([[[tf.tensor1d([1, 2]), [3, 4]], [new Float32Array([5, 6]), [7, 8]]]], { bins: 4 }).figure;
    expect(listed).toEqual(featuresHistGrid({ data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), shape: [1, 2, 2, 2] }, { bins: 4 }).figure);
    expect(listed.panels.map(({ marks }) => marks.filter(({ kind }) => kind === 'bars').length)).toEqual([2, 2]);
    expect(await featuresHistGrid([[[[1, 2, 2]]]]).svg()).toContain('<svg');
  });
});
