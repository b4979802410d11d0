import { join } from 'node:path';
import { shapeText, type NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import { loadArray } from '../files/arrays.js';
import { loadModel } from '../from/keras/load-model.js';
import type { Model } from '../model/model.js';
import { features1D, features2D } from '../paint/features.js';
import { trace } from '../trace/trace.js';
import { fileName, type Example } from './example.js';
import { turbofanKerasProgram } from './turbofan-keras-program.js';

/** The last cycles of jet engines, how many were left to each, and a model that says so. */
export interface TurbofanKeras {
  /** Where they were read from. */
  readonly folder: string;
  /** (engines, timesteps, features) */
  readonly x: NamedArray;
  /** (engines, 1): the cycles left. */
  readonly y: NamedArray;
  /** (engines, 1): what Keras predicted with the model. */
  readonly published: NamedArray;
}

/** The model's file. */
export const MODEL = 'regression_model.h5';

const LAYER = 'lstm_1';
/** How many engines are looked at, and how many panels stand beside each other. */
const ENGINES = 16;
const COLUMNS = 4;
const name = 'turbofan';
const figures = { lines: 'grads-1d', heatmaps: 'grads-2d' } as const;
const title = 'Published turbofan LSTM, the first 16 engines: gradient by the outputs of layer 1';
const norm: readonly [number, number] = [-0.5, 0.5];

const about = [
  'Sensor readings of jet engines (NASA, C-MAPSS FD001), the last 50 cycles (flights) of each; the question is how many cycles are left until the engine fails. The model is one that others trained '
  + `and published (${MODEL}, written by Keras 2.0.5): LSTM of 100 units, which returns every timestep; LSTM of 50; one output. Nothing of it is trained here: it is loaded from its file, and the first 16 `
  + 'engines go through it once, forwards and backwards. The loss is the mean squared error against the cycles that were really left.',
  'In every engine the gradient is strongest in the last ten timesteps or so. In a few the first twenty stand out as well, most of all in engine 0, and between them next to nothing is seen. '
  + 'In those layer 2 has not forgotten in between: what it carries from the first timesteps to the end passes through there. What layer 1 returned there just moves the loss little. '
  + 'The gradient is larger where the model is further off, since the error is squared.',
];
const captions = {
  lines: 'A panel for each engine, a line for each of the 100 units of layer 1. Across: the timestep, the last flight rightmost. Up: the gradient of the loss by what the unit returned then. '
    + 'Each panel has an axis of its own: compare the shapes, and read the sizes off the numbers. Above each panel: the cycles that were left, and what the model predicts.',
  heatmaps: 'The same numbers as heatmaps, 100 units from top to bottom, on one colour scale for all. It ends at ±0.5, far below the largest values, so that the weaker ones show: what is beyond has '
    + "the end's colour. White: next to no gradient.",
};

/**
 * Reads `x.npy`, `y_remaining_cycles.npy` and `regression_keras_predictions.npy`.
 *
 * @throws SeeRnnError where one is missing, unreadable or of another shape
 */
export async function readTurbofanKeras(folder: string): Promise<TurbofanKeras> {
  const xFile = join(folder, 'x.npy');
  const x = await loadArray(xFile);
  const engines = x.shape[0];
  if (x.shape.length !== 3 || engines < ENGINES) throw new SeeRnnError(`${printable(xFile)}: expected shape (engines, timesteps, features) with at least ${ENGINES} engines, found ${shapeText(x.shape)}`);
  const column = async (file: string): Promise<NamedArray> => {
    const path = join(folder, file);
    const array = await loadArray(path);
    if (array.data.length !== engines) throw new SeeRnnError(`${printable(path)}: expected a number for each of ${engines} engines, found shape ${shapeText(array.shape)}`);
    return { ...array, shape: [engines, 1], axes: ['samples', 'features'] };
  };
  return { folder, x, y: await column('y_remaining_cycles.npy'), published: await column('regression_keras_predictions.npy') };
}

/** Example 8: real input, and a real model. */
export function turbofanKerasExample(data: TurbofanKeras): Example {
  return {
    number: 8, name, title: 'Real input: a published LSTM on jet engines', iterations: { full: 0, usual: 0 },
    trainings: [],
    async look() {
      const warnings: string[] = [];
      const model = await loadModel(join(data.folder, MODEL), { warn: (line) => { warnings.push(`${line}.`); } });
      try {
        const y = first(data.y);
        const run = await trace(model, first(data.x), y);
        const gradient = run.layer(LAYER).gradient('outputs');
        const annotations = Array.from(run.predictions[0].data, (value, i) => `engine ${i}: ${y.data[i]}, predicted ${value.toFixed(0)}`);
        const options = { title, valueName: 'gradient', subplotBy: 'sample', rows: Math.ceil(ENGINES / COLUMNS), heightScale: 0.8, annotations } as const;
        return {
          gradients: [gradient],
          figures: [
            { name: figures.lines, drawing: features1D(gradient, { ...options, shareY: 'none' }), caption: captions.lines },
            { name: figures.heatmaps, drawing: features2D(gradient, { ...options, norm: [...norm] }), caption: captions.heatmaps },
          ],
          found: { name: 'LSTM', loss: run.loss!, about: [await checkText(data, model), seenText(gradient), ...warnings] },
        };
      } finally {
        model.dispose();
      }
    },
    program: () => turbofanKerasProgram({
      folder: data.folder, model: MODEL, layer: LAYER, engines: ENGINES, window: data.x.shape.slice(1), columns: COLUMNS, title, norm,
      lines: fileName({ number: 8, name }, figures.lines), heatmaps: fileName({ number: 8, name }, figures.heatmaps),
    }),
    about: () => about,
  };
}

/** The first few engines. */
const first = ({ data, shape, axes }: NamedArray): NamedArray =>
  ({ data: data.slice(0, (ENGINES * data.length) / shape[0]), shape: [ENGINES, ...shape.slice(1)], axes });

/** How far the model's predictions here are from those that Keras made with it. */
async function checkText({ x, published }: TurbofanKeras, model: Model): Promise<string> {
  const { data: here } = await model.predict(x) as NamedArray;
  const largest = Array.from(here).reduce((most, value, i) => Math.max(most, Math.abs(value - published.data[i])), 0);
  return `Is it the same model here as in Keras? Of its predictions for all ${here.length} engines, which were published with it, the one that differs most from ours differs by ${largest.toExponential(1)} cycles.`;
}

/** What the figures show, in numbers. */
function seenText(gradient: NamedArray): string {
  const norms = normsOf(gradient);
  const last = norms.length - 1;
  const weakest = norms.indexOf(Math.min(...norms));
  const at = (timestep: number): string => `${norms[timestep].toPrecision(3)} at timestep ${timestep}`;
  return `The norm of this gradient, over the ${ENGINES} engines and all units, is ${at(0)}, ${at(weakest)}, where it is smallest, and ${at(last)}. One could read that as a gradient that has vanished on the way. It doesn't say so: this is the `
    + 'gradient by the outputs of layer 1 (the quantity outputs), through layer 2 alone, and not the gradient through time. What layer 1 itself carries from one timestep to the next, '
    + 'through its own recurrence, is not in it.';
}

/** The norm of each timestep's (samples, units). */
function normsOf({ data, shape: [samples, timesteps, units] }: NamedArray): number[] {
  return Array.from({ length: timesteps }, (_, t) => {
    let sum = 0;
    for (let sample = 0; sample < samples; sample++) {
      const start = (sample * timesteps + t) * units;
      for (let i = start; i < start + units; i++) sum += data[i] ** 2;
    }
    return Math.sqrt(sum);
  });
}
