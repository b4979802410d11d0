import type { LayersModel } from '@tensorflow/tfjs-layers';
import { Command, Option } from 'commander';
import { UsageError } from '../core/errors.js';
import { checkOut, keysOf, requireRoom, underKeys, writeAnswer } from './answer.js';
import type { MakeCommand } from './command.js';
import { addSampleFlags, readData, type SampleFlags } from './data.js';
import { addModel, countOf, layerId, openModel, startTf, type ModelFlags } from './open-model.js';
import { runInParts } from './run-in-parts.js';

const quantities = ['outputs', 'inputs'] as const;

interface Given extends ModelFlags, SampleFlags {
  readonly layer?: string;
  readonly of?: (typeof quantities)[number];
  readonly x: string;
  readonly out: string;
}

/** `see-rnn outputs`: what a layer gives or reads, or what the model predicts. */
export const outputs: MakeCommand = (io) => addModel(addSampleFlags(new Command('outputs')
  .description("Write a layer's outputs, or the model's predictions.")
  .usage('<model> --x <file> --out <file> [options]')
  .option('--layer <id>', 'the layer: its index, its name, or a part of its name that no other has; without it, the predictions')
  .addOption(new Option('--of <quantity>', 'what to write of the layer (default: outputs)').choices(quantities))
  .requiredOption('--x <file>', "the model's input: .npy, or .npz with an array for each of several inputs, by their names")
  .requiredOption('--out <file>', 'where it goes: .npy, or .npz where it is several arrays', checkOut)))
  .action(async (path: string, { layer, of: quantity = 'outputs', x, out, samples, batchSize, ...flags }: Given) => {
    if (layer === undefined && quantity !== 'outputs') throw new UsageError(`--of ${quantity} is of a layer: say which by --layer`);
    const data = await readData(x, samples);
    await startTf(io.stderr);
    const model = await openModel(path, flags, io.stderr);
    const id = layer === undefined ? null : layerId(layer);
    const keys = id === null ? await predictionKeys(model) : keysOf(quantity, await countOf(model, id, quantity));
    requireRoom(out, keys);
    const run = await runInParts(model, data, null, { layers: id === null ? [] : [id], quantities: [quantity] }, { batchSize, output: io.stderr });
    const traced = id === null ? null : run.layer(id);
    await writeAnswer(out, underKeys(keys, (i) => traced?.value(quantity, i) ?? run.predictions[i]));
  });

/** The model's outputs by the names of the layers that give them, as many times as there are outputs. */
async function predictionKeys(model: LayersModel): Promise<string[]> {
  const { slotsOf } = await import('../trace/inputs.js');
  const { names } = slotsOf('output', model.outputs);
  if (names.length === 1) return ['outputs'];
  return names.map((name, i) => (names.indexOf(name) === names.lastIndexOf(name) ? name : `${name}:${names.slice(0, i).filter((before) => before === name).length}`));
}
