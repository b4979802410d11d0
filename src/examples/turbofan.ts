import { join } from 'node:path';
import type { NamedArray } from '../core/array.js';
import { shapeText, sizeOf } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import { loadArray } from '../files/arrays.js';
import { kerasModel } from '../from/keras/keras-model.js';
import type { Model } from '../model/model.js';
import { features1D, features2D } from '../paint/features.js';
import { trace } from '../trace/trace.js';
import type { Batch, Training } from './course.js';
import { afterText, fileName, type Example, type Iterations } from './example.js';
import { initialize } from './initialize.js';
import { Random } from './random.js';
import { turbofanProgram } from './turbofan-program.js';

/** The last cycles of jet engines, and whether each fails soon after. */
export interface Turbofan {
  /** Where they were read from. */
  readonly folder: string;
  /** (engines, timesteps, features) */
  readonly x: NamedArray;
  /** 1 for an engine that fails within 30 more cycles, else 0. */
  readonly y: NamedArray;
}

/** How many engines of either sort are looked at, and how many windows make a batch. */
const ENGINES = 4;
const BATCH = 32;
const name = 'turbofan';
const figures = { lines: 'grads-1d', heatmaps: 'grads-2d' } as const;

const about = [
  'Sensor readings of jet engines (NASA, C-MAPSS FD001), the last 50 cycles (flights) of each; the question is whether an engine fails within 30 more. The model: LSTM of 32 units, which returns '
  + 'every timestep; LSTM of 16; one output with a sigmoid. Binary cross-entropy, Adam with a rate of 0.004, and for each iteration 32 engines drawn at random. Then four engines that fail (left) and '
  + 'four that last (right) go through it as one batch.',
  'The gradient is strongest not where a failure is near but where the model is least sure; what it predicts stands above each panel, 1 for failing and 0 for lasting. Where it is '
  + 'sure, the loss is nearly flat. In all panels the gradient gathers in the last ten to twenty cycles, in some in the last two or three: what layer 1 returned earlier hardly moves the '
  + 'loss. What layer 1 itself carries on from earlier cycles does not show in this gradient.',
];
const captions = {
  lines: 'A panel for each engine, a line for each of the 32 units of layer 1. Each panel has an axis of its own: compare the shapes, and read the sizes off the numbers.',
  heatmaps: "The same as heatmaps, 32 units from top to bottom, on one colour scale for all: now compare the sizes. Values beyond ±0.002 have the end's colour.",
};

/**
 * Reads `x.npy` and `y_fails_within_30.npy`.
 *
 * @throws SeeRnnError where one is missing, unreadable or of another shape
 */
export async function readTurbofan(folder: string): Promise<Turbofan> {
  const [xFile, yFile] = ['x.npy', 'y_fails_within_30.npy'].map((name) => join(folder, name));
  const [x, y] = [await loadArray(xFile), await loadArray(yFile)];
  if (x.shape.length !== 3) throw new SeeRnnError(`${printable(xFile)}: expected shape (engines, timesteps, features), found ${shapeText(x.shape)}`);
  if (y.data.length !== x.shape[0]) throw new SeeRnnError(`${printable(yFile)}: expected a number for each of ${x.shape[0]} engines, found shape ${shapeText(y.shape)}`);
  const [failing, lasting] = [1, 0].map((value) => y.data.filter((entry) => entry === value).length);
  if (failing + lasting !== y.data.length || Math.min(failing, lasting) < ENGINES) {
    throw new SeeRnnError(`${printable(yFile)}: expected 0 and 1 alone, and at least ${ENGINES} of each, found ${lasting} and ${failing} of ${y.data.length}`);
  }
  return { folder, x, y };
}

/** Example 8: real input. */
export function turbofanExample(data: Turbofan, iterations: Iterations = { full: 60, usual: 60 }): Example {
  const rows = beside(rowsWith(data.y, 1), rowsWith(data.y, 0));
  const titleAfter = (done: number): string => `Engine data, ${afterText(done, iterations)}: gradient by the output of layer 1`;
  return {
    number: 8, name, title: 'Real input: engines that fail soon, and others', iterations,
    trainings: [training(data)],
    async look([model], done) {
      const { x, y } = batchOf(data, rows);
      const run = await trace(model, x, y);
      const gradient = run.layer('layer1').gradient('outputs');
      const predicted = run.predictions[0].data;
      const annotations = rows.map((row, i) => `row ${row} ${data.y.data[row] === 1 ? 'fails' : 'lasts'}, predicted ${predicted[i].toFixed(2)}`);
      const options = { title: titleAfter(done), valueName: 'gradient', subplotBy: 'sample', rows: ENGINES, heightScale: 0.6, annotations } as const;
      return {
        gradients: [gradient],
        figures: [
          { name: figures.lines, drawing: features1D(gradient, { ...options, shareY: 'none' }), caption: captions.lines },
          { name: figures.heatmaps, drawing: features2D(gradient, { ...options, norm: [-0.002, 0.002] }), caption: captions.heatmaps },
        ],
      };
    },
    program: (done) => turbofanProgram({
      folder: data.folder, shape: data.x.shape, iterations: done, batch: BATCH, engines: ENGINES, title: titleAfter(done),
      lines: fileName({ number: 8, name }, figures.lines), heatmaps: fileName({ number: 8, name }, figures.heatmaps),
    }),
    about: () => about,
  };
}

/** The first few engines of a sort. */
const rowsWith = ({ data }: NamedArray, value: number): number[] =>
  Array.from(data, (entry, i) => (entry === value ? i : -1)).filter((i) => i >= 0).slice(0, ENGINES);

/** Engines that fail to the left, engines that last to the right, as a grid of two columns is filled. */
const beside = (left: readonly number[], right: readonly number[]): number[] => left.flatMap((row, i) => [row, right[i]]);

const training = (data: Turbofan): Training => ({
  name: 'LSTM', key: 'turbofan',
  build: () => engineModel(data),
  batches: () => {
    const random = new Random(2);
    return () => batchOf(data, Array.from({ length: BATCH }, () => random.index(data.x.shape[0])));
  },
  iterationsPerBatch: 1,
});

function engineModel({ x }: Turbofan): Model {
  const model = kerasModel({
    layers: [
      { class_name: 'LSTM', config: { name: 'layer1', units: 32, return_sequences: true, batch_shape: [null, ...x.shape.slice(1)] } },
      { class_name: 'LSTM', config: { name: 'layer2', units: 16 } },
      { class_name: 'Dense', config: { name: 'fails', units: 1, activation: 'sigmoid' } },
    ],
  }, { loss: 'binary_crossentropy' });
  initialize(model, new Random(1));
  return model;
}

function batchOf({ x, y }: Turbofan, rows: readonly number[]): Batch {
  const [, ...window] = x.shape;
  const size = sizeOf(window);
  return {
    x: { data: Float32Array.from({ length: rows.length * size }, (_, i) => x.data[rows[Math.floor(i / size)]! * size + i % size]!), shape: [rows.length, ...window], axes: x.axes },
    y: { data: Float32Array.from(rows, (row) => y.data[row]!), shape: [rows.length, 1], axes: ['samples', 'units'] },
  };
}
