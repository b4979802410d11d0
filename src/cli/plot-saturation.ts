import { Command } from 'commander';
import { saturationPlotFigure, saturationPlotOptions } from '../figures/saturation-plot.js';
import { Drawing } from '../paint/drawing.js';
import type { Output } from './command.js';
import { addSampleFlags, readData, type SampleFlags } from './data.js';
import { flagsOf, givenFor } from './flags.js';
import { addModel, layerId, openModel, type ModelFlags } from './open-model.js';
import { inParts } from './run-in-parts.js';

interface Given extends ModelFlags, SampleFlags, Readonly<Record<string, unknown>> {
  readonly x: string;
  readonly layer?: string;
  readonly out: string;
}

/** `see-rnn plot saturation MODEL --x X.npy --out FIGURE`: how much of the time the gates of a model are shut or open on data. */
export function saturation(output: Output): Command {
  const command = addModel(addSampleFlags(new Command('saturation')
    .description('How much of the time the gates of each unit are shut, and open, on data: a panel for each layer and gate, a dot for each unit.')
    .usage('<model> --x <file> --out <file> [options]')
    .requiredOption('--x <file>', "the model's input: .npy, or .npz with an array for each of several inputs, by their names")
    .option('--layer <id>', 'one layer: its index, its name, or a part of its name that no other has (default: all that have gates)')
    .requiredOption('--out <file>', 'where the figure goes: .png, .svg or .pdf, by its name')));
  for (const option of flagsOf(saturationPlotOptions, 'Options of the figure:')) command.addOption(option);
  return command.action(async (path: string, given: Given) => {
    const { x, layer, samples, batchSize, out } = given;
    const data = await readData(x, samples);
    const model = await openModel(path, given, output);
    const { health } = await import('../measure/health.js');
    const layers = await inParts(model, { batchSize, output }, (parts) => health(model, data, null, { ...(layer === undefined ? {} : { layers: [layerId(layer)] }), ...parts }));
    await new Drawing(saturationPlotFigure(layers, givenFor(saturationPlotOptions, given))).save(out);
  });
}
