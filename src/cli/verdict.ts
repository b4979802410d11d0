import { Command } from 'commander';
import { printable } from '../core/printable.js';
import type { MakeCommand } from './command.js';
import { addSampleFlags, readData, type SampleFlags } from './data.js';
import { addModel, layerId, openModel, requireLoss, type ModelFlags } from './open-model.js';
import { inParts } from './run-in-parts.js';

interface Given extends ModelFlags, SampleFlags {
  readonly layer?: string;
  readonly x: string;
  readonly y: string;
  readonly loss?: string;
  readonly json?: true;
}

/** `see-rnn verdict`: how far back a model learns, in one sentence. */
export const verdict: MakeCommand = (io) => addModel(addSampleFlags(new Command('verdict')
  .description('Print how far back a model learns, in one sentence: with the figures that it rests on, how sure it is, and what to try.')
  .usage('<model> --x <file> --y <file> [options]')
  .requiredOption('--x <file>', "the model's input: .npy, or .npz with an array for each of several inputs, by their names")
  .requiredOption('--y <file>', 'the targets, likewise; class indices where the loss is sparse')
  .option('--layer <id>', 'one recurrent layer: its index, its name, or a part of its name that no other has (default: all)')
  .option('--loss <name>', 'the loss, in place of the one that the model was compiled with')
  .option('--json', 'print it as JSON')))
  .action(async (path: string, { layer, x, y, samples, batchSize, loss, json, ...flags }: Given) => {
    const data = await readData(x, samples);
    const targets = await readData(y, samples);
    const model = await openModel(path, flags, io.stderr);
    requireLoss(path, model, loss);
    const [{ verdict: judge }, { verdictText }] = await Promise.all([import('../measure/analyse.js'), import('../measure/verdict-text.js')]);
    const found = await inParts(model, { batchSize, output: io.stderr }, (parts) => judge(model, data, targets, { ...(layer === undefined ? {} : { layers: [layerId(layer)] }), ...(loss === undefined ? {} : { loss }), ...parts }));
    io.stdout.write(`${json === true ? JSON.stringify(found, null, 2).split('\n').map(printable).join('\n') : verdictText(found)}\n`);
  });
