import { Command } from 'commander';
import { printable } from '../core/printable.js';
import type { MakeCommand } from './command.js';
import { addSampleFlags, readData, type SampleFlags } from './data.js';
import { addModel, layerId, openModel, requireLoss, type ModelFlags } from './open-model.js';
import { inParts } from './run-in-parts.js';

interface Given extends ModelFlags, SampleFlags {
  readonly layer?: string;
  readonly x: string;
  readonly y?: string;
  readonly loss?: string;
  readonly json?: true;
}

/** `see-rnn health`: dead units, saturated gates, vanishing and exploding gradients, NaN. */
export const health: MakeCommand = (io) => addModel(addSampleFlags(new Command('health')
  .description('Print how the layers are doing on data: dead units, saturated gates, NaN; with --y also vanished and exploded gradients.')
  .usage('<model> --x <file> [--y <file>] [options]')
  .requiredOption('--x <file>', "the model's input: .npy, or .npz with an array for each of several inputs, by their names")
  .option('--y <file>', 'the targets, likewise; class indices where the loss is sparse')
  .option('--layer <id>', 'one layer: its index, its name, or a part of its name that no other has (default: all that have weights)')
  .option('--loss <name>', 'the loss, in place of the one that the model was compiled with')
  .option('--json', 'print it as JSON')))
  .action(async (path: string, { layer, x, y, loss, json, samples, batchSize, ...flags }: Given) => {
    const data = await readData(x, samples);
    const targets = y === undefined ? null : await readData(y, samples);
    const model = await openModel(path, flags, io.stderr);
    if (targets !== null) requireLoss(path, model, loss);
    const [{ health: measure }, { healthText }] = await Promise.all([import('../measure/health.js'), import('../measure/health-text.js')]);
    const layers = await inParts(model, { batchSize, output: io.stderr }, (parts) => measure(model, data, targets, {
      ...(layer === undefined ? {} : { layers: [layerId(layer)] }), ...(loss === undefined ? {} : { loss }), ...parts,
    }));
    const plain = (_: string, value: unknown): unknown => (ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value);
    io.stdout.write(`${json === true ? JSON.stringify(layers, plain, 2).split('\n').map(printable).join('\n') : healthText(layers)}\n`);
  });
