import { Command, Option } from 'commander';
import type { ArrayInput } from '../core/array.js';
import { plainAxes } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import type { OptionSpecs } from '../core/options.js';
import { printable } from '../core/printable.js';
import { featuresHistFigure, featuresHistOptions } from '../figures/features-hist.js';
import { features0DFigure, features0DOptions } from '../figures/features0d.js';
import { features1DFigure, features1DOptions } from '../figures/features1d.js';
import { features2DFigure, features2DOptions } from '../figures/features2d.js';
import type { Figure } from '../figures/figure.js';
import { loadArray } from '../files/arrays.js';
import { defaultMaxBytes } from '../files/zip.js';
import { Drawing } from '../paint/drawing.js';
import type { MakeCommand } from './command.js';
import { flagsOf, givenFor } from './flags.js';
import { histGrid } from './plot-hist-grid.js';
import { weightPlots } from './plot-rnn.js';
import { saturation } from './plot-saturation.js';
import { parseSlice, select, type Slice } from './selection.js';

interface Kind {
  readonly name: string;
  readonly about: string;
  /** What the axes of data are, by rank, where `--axes` doesn't say. */
  readonly axes: Readonly<Record<number, readonly string[]>>;
  readonly options: OptionSpecs;
  figure(data: ArrayInput, options: object): Figure;
}

const sequences = { 2: ['timesteps', 'units'], 3: ['samples', 'timesteps', 'units'] };

const kinds: readonly Kind[] = [
  {
    name: '0d', about: 'A value for each unit: a dot for every sample.',
    axes: { 1: ['units'], 2: ['samples', 'units'] }, options: features0DOptions, figure: features0DFigure,
  },
  {
    name: '1d', about: 'Values over time: a panel for every unit, a line for every sample.',
    axes: sequences, options: features1DOptions, figure: features1DFigure,
  },
  {
    name: '2d', about: 'Heatmaps over time: a panel for every sample, timesteps by units.',
    axes: sequences, options: features2DOptions, figure: features2DFigure,
  },
  {
    name: 'hist', about: 'How often each value occurs, of all values or by sample, timestep or unit.',
    axes: { ...sequences, 1: ['units'], 2: ['samples', 'units'] }, options: featuresHistOptions, figure: featuresHistFigure,
  },
];

const sliced = ['samples', 'timesteps', 'units'] as const;

interface Given extends Readonly<Record<string, unknown>> {
  readonly out: string;
  readonly key?: string;
  readonly maxBytes?: number;
}

/** `see-rnn plot 0d|1d|2d|hist|hist-grid DATA --out FIGURE`: numbers from a file, drawn as one of the figures; `rnn-...` draws a model's weights, `saturation` its gates. */
export const plot: MakeCommand = (io) => {
  const command = new Command('plot').description('Draw the numbers of .npy and .npz files, or the weights or gates of a model.').usage('<figure> <data or model> --out <file> [options]');
  for (const kind of kinds) command.addCommand(figureCommand(kind));
  command.addCommand(histGrid());
  for (const one of weightPlots(io.stderr)) command.addCommand(one);
  command.addCommand(saturation(io.stderr));
  return command;
};

function figureCommand(kind: Kind): Command {
  const command = new Command(kind.name)
    .description(kind.about)
    .usage('<data> --out <file> [options]')
    .argument('<data>', 'the .npy or .npz file')
    .requiredOption('--out <file>', 'where the figure goes: .png, .svg or .pdf, by its name')
    .option('--key <name>', 'the array of a .npz file that holds several')
    .option('--max-bytes <count>', `the most that a .npz file may unpack to (default: ${defaultMaxBytes})`, readCount);
  for (const axis of sliced) {
    if (Object.values(kind.axes).some((names) => names.includes(axis))) {
      command.addOption(new Option(`--${axis} <slice>`, sliceHelp(axis)).argParser((text) => parseSlice(`--${axis}`, text)));
    }
  }
  for (const option of flagsOf(kind.options, 'Options of the figure:')) command.addOption(option);
  return command.action((path: string, given: Given) => draw(kind, path, given));
}

const sliceHelp = (axis: string): string =>
  `only these ${axis}, e.g. 0:16, 8:, :-1 or 3; the figure counts them from 0 again`;

async function draw(kind: Kind, path: string, given: Given): Promise<void> {
  const { key, maxBytes, out } = given;
  const options = givenFor(kind.options, given);
  const array = await loadArray(path, { ...(key === undefined ? {} : { key }), ...(maxBytes === undefined ? {} : { maxBytes }) });
  const rank = array.shape.length;
  const axes = Array.isArray(options['axes']) && options['axes'].length === rank ? options['axes'] as string[] : kind.axes[rank] ?? plainAxes(rank);
  const slices = Object.fromEntries(sliced.flatMap((axis) => (given[axis] === undefined ? [] : [[axis, given[axis] as Slice]])));
  await new Drawing(kind.figure(select(array, slices, axes, printable(path)), options)).save(out);
}

function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new UsageError(`--max-bytes must be a whole number of at least 1, found "${printable(text)}"`);
  return count;
}
