import { Command } from 'commander';
import type { NamedArray } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import { featuresHistGridFigure, featuresHistGridOptions, type HistogramGrid } from '../figures/features-hist-grid.js';
import { loadArrays } from '../files/arrays.js';
import { Drawing } from '../paint/drawing.js';
import { flagsOf, givenFor } from './flags.js';

interface Given extends Readonly<Record<string, unknown>> { readonly out: string }

/** A file and its arrays by their keys. */
interface Held { readonly path: string; readonly arrays: ReadonlyMap<string, NamedArray> }

/** `see-rnn plot hist-grid DATA... --out FIGURE`: histograms of several arrays, and of several files on one another. */
export function histGrid(): Command {
  const command = new Command('hist-grid')
    .description('Histograms in a grid: the arrays of a .npz file side by side, those of several files on one another.')
    .usage('<data...> --out <file> [options]')
    .argument('<data...>', 'the files, with arrays of the same keys: kernel and bias are columns, forward/kernel and backward/kernel rows; one .npy file alone holds (rows, columns, histograms, ...)')
    .requiredOption('--out <file>', 'where the figure goes: .png, .svg or .pdf, by its name');
  for (const option of flagsOf(featuresHistGridOptions, 'Options of the figure:')) command.addOption(option);
  return command.action(async (paths: readonly string[], given: Given) => {
    const files: Held[] = [];
    for (const path of paths) files.push({ path, arrays: await loadArrays(path) });
    const options = givenFor(featuresHistGridOptions, given);
    const [only] = files[0]!.arrays.values();
    const alone = files.length === 1 && files[0]!.arrays.size === 1 && only !== undefined;
    const figure = alone ? featuresHistGridFigure(only, options) : gridFigure(files, options);
    await new Drawing(figure).save(given.out);
  });
}

function gridFigure(files: readonly Held[], options: Record<string, unknown>): ReturnType<typeof featuresHistGridFigure> {
  const { rows, columns, data } = gridOf(files);
  return featuresHistGridFigure(data, {
    ...(columns.length > 1 ? { columnTitles: columns } : {}),
    ...(rows.length > 1 ? { sideAnnotations: rows } : {}),
    ...(files.length > 1 ? { labels: files.map(({ path }) => printable(nameOf(path))) } : {}),
    ...options,
  });
}

const nameOf = (path: string): string => path.split(/[/\\]/).at(-1)!.replace(/\.np[yz]$/i, '');

/** What a key is: its row, the part before the last slash, and its column. */
const placeOf = (key: string): [row: string, column: string] => {
  const slash = key.lastIndexOf('/');
  return [key.slice(0, Math.max(0, slash)), key.slice(slash + 1)];
};

function gridOf(files: readonly Held[]): { rows: string[]; columns: string[]; data: HistogramGrid } {
  const [first] = files as [Held];
  const keys = [...first.arrays.keys()];
  if (keys.length === 0) throw new SeeRnnError(`${printable(first.path)}: holds no arrays`);
  for (const { path, arrays } of files) {
    if (arrays.size === keys.length && keys.every((key) => arrays.has(key))) continue;
    throw new SeeRnnError(`${printable(path)}: must hold the arrays that ${printable(first.path)} does, ${listed(keys)}; found ${listed([...arrays.keys()])}`);
  }
  const places = keys.map(placeOf);
  const [rows, columns] = [[...new Set(places.map(([row]) => row))], [...new Set(places.map(([, column]) => column))]];
  const keyAt = (row: string, column: string): string => {
    const key = keys.find((_, i) => places[i]![0] === row && places[i]![1] === column);
    if (key === undefined) throw new SeeRnnError(`${printable(first.path)}: holds no array '${printable(row === '' ? column : `${row}/${column}`)}': the grid has the rows ${listed(rows.map((name) => name || 'without a name'))} and the columns ${listed(columns)}`);
    return key;
  };
  return {
    rows: rows.map(printable), columns: columns.map(printable),
    data: rows.map((row) => columns.map((column) => files.map(({ arrays }) => arrays.get(keyAt(row, column))!))),
  };
}

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.map(printable).join(', '));
