import { Command } from 'commander';
import { UsageError } from '../core/errors.js';
import type { OptionSpecs } from '../core/options.js';
import { printable } from '../core/printable.js';
import type { Figure } from '../figures/figure.js';
import { missingLines, readDirections } from '../figures/kernels.js';
import { rnnHeatmapFigure, rnnHeatmapOptions } from '../figures/rnn-heatmap.js';
import { rnnHistogramFigure, rnnHistogramOptions } from '../figures/rnn-histogram.js';
import type { GateWeights } from '../model/gate-weights.js';
import { Drawing } from '../paint/drawing.js';
import type { Output } from './command.js';
import { addSampleFlags, readData, type SampleFlags } from './data.js';
import { classWeightFlag, readFactors, sampleWeightFlag, type FactorFlags } from './factors.js';
import { flagsOf, givenFor } from './flags.js';
import { readLosses } from './gradients.js';
import { addModel, layerId, openModel, requireLoss, type ModelFlags } from './open-model.js';
import { runInParts } from './run-in-parts.js';

interface Kind {
  readonly name: string;
  readonly about: string;
  readonly options: OptionSpecs;
  figure(weights: GateWeights, options: object): Figure;
}

const kinds: readonly Kind[] = [
  {
    name: 'rnn-heatmap', about: "A recurrent layer's kernel, recurrent kernel and bias as heatmaps, gates divided by lines.",
    options: rnnHeatmapOptions, figure: rnnHeatmapFigure,
  },
  {
    name: 'rnn-histogram', about: "How a recurrent layer's weights are distributed: a panel for each gate of the kernel, the recurrent kernel and the bias.",
    options: rnnHistogramOptions, figure: rnnHistogramFigure,
  },
];

interface Given extends ModelFlags, SampleFlags, FactorFlags, Readonly<Record<string, unknown>> {
  readonly layer: string;
  readonly of?: 'weights' | 'gradients';
  readonly x?: string;
  readonly y?: string;
  readonly loss?: string;
  readonly out: string;
}

/** `see-rnn plot rnn-heatmap|rnn-histogram MODEL --layer ID --out FIGURE`: a recurrent layer's weights, or the gradients by them. */
export const weightPlots = (output: Output): Command[] => kinds.map((kind) => {
  const command = addModel(addSampleFlags(new Command(kind.name)
    .description(kind.about)
    .usage('<model> --layer <id> --out <file> [options]')
    .requiredOption('--layer <id>', 'the layer: its index, its name, or a part of its name that no other has')
    .option('--x <file>', "for --of gradients, the model's input: .npy, or .npz with an array for each of several inputs, by their names")
    .option('--y <file>', 'for --of gradients, the targets, likewise; class indices where the loss is sparse')
    .addOption(sampleWeightFlag())
    .addOption(classWeightFlag())
    .option('--loss <name>', 'the loss, in place of the one that the model was compiled with; for several outputs name=loss,name=loss')
    .requiredOption('--out <file>', 'where the figure goes: .png, .svg or .pdf, by its name')));
  for (const option of flagsOf(kind.options, 'Options of the figure:')) command.addOption(option);
  return command.action((path: string, given: Given) => draw(kind, path, given, output));
});

const forGradients = ['x', 'y', 'sampleWeight', 'classWeight', 'loss', 'samples', 'batchSize'] as const;

async function draw(kind: Kind, path: string, given: Given, output: Output): Promise<void> {
  checkFlags(given);
  const { gateWeights } = await import('../model/gate-weights.js');
  const id = layerId(given.layer);
  const options = givenFor(kind.options, given);
  const weights = given.of === 'gradients' ? await gradients(path, given, output)
    : await gateWeights(await openModel(path, given, output), id);
  const figure = kind.figure(weights, options);
  for (const line of missingLines(readDirections(kind.name, weights))) output.write(`see-rnn: layer '${printable(weights.name)}': ${line}\n`);
  await new Drawing(figure).save(given.out);
}

function checkFlags(given: Given): void {
  if (given.of === 'gradients') {
    const missing = (['x', 'y'] as const).filter((flag) => given[flag] === undefined);
    if (missing.length > 0) throw new UsageError(`--of gradients needs --x and --y, found no ${missing.map((flag) => `--${flag}`).join(' and no ')}`);
    return;
  }
  const odd = forGradients.find((flag) => given[flag] !== undefined);
  if (odd !== undefined) throw new UsageError(`--${odd.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is for gradients; give --of gradients too`);
}

async function gradients(path: string, given: Given, output: Output): Promise<GateWeights> {
  const { samples, batchSize, loss } = given;
  const [{ lossByName, lossNames }, { gateWeights }] = await Promise.all([import('../graph/losses/named.js'), import('../model/gate-weights.js')]);
  const losses = loss === undefined ? {} : { loss: readLosses(loss, (name) => lossByName(name) !== null, lossNames) };
  const [x, y] = [await readData(given.x!, samples), await readData(given.y!, samples)];
  const factors = await readFactors(given, samples);
  const model = await openModel(path, given, output);
  requireLoss(path, model, loss);
  const id = layerId(given.layer);
  await gateWeights(model, id); // a layer that isn't recurrent is refused before the work
  const run = await runInParts(model, x, y, { layers: [id], quantities: ['weights'], values: false, ...losses, ...factors }, { batchSize, output });
  return gateWeights(model, id, run.layer(id).gradient('weights'));
}
