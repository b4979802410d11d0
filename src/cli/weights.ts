import { Command } from 'commander';
import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import { checkOut, writeAnswer } from './answer.js';
import type { MakeCommand } from './command.js';
import { addModel, layerId, openModel, type ModelFlags } from './open-model.js';

interface Given extends ModelFlags {
  readonly layer: string;
  readonly out: string;
}

/** `see-rnn weights`: the weights of a layer, by their names. */
export const weights: MakeCommand = (io) => addModel(new Command('weights')
  .description("Write a layer's weights: kernel, recurrent_kernel, bias; forward/kernel of a Bidirectional layer.")
  .usage('<model> --layer <id> --out <file> [options]')
  .requiredOption('--layer <id>', "the layer: its index, its name, or a part of its name that no other has; '*' for all; lstm/bias for some of its weights")
  .requiredOption('--out <file>', 'where they go: .npz, or .npy where the layer has one weight', checkOut))
  .action(async (path: string, { layer, out, ...flags }: Given) => {
    const model = await openModel(path, flags, io.stderr);
    const { getWeights } = await import('../model/get-weights.js');
    const arrays = await getWeights(model, layerId(layer));
    if (Object.keys(arrays).length === 0) throw new SeeRnnError(`${printable(path)}: layer '${printable(layer)}' has no weights`);
    await writeAnswer(out, arrays);
  });
