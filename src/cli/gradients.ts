import { Command, Option } from 'commander';
import { SeeRnnError, UsageError } from '../core/errors.js';
import { suggestion } from '../core/nearest.js';
import { printable } from '../core/printable.js';
import { QUANTITIES, type Quantity } from '../trace/quantities.js';
import { checkOut, keysOf, requireRoom, underKeys, writeAnswer } from './answer.js';
import type { MakeCommand } from './command.js';
import { addSampleFlags, readData, type SampleFlags } from './data.js';
import { addModel, countOf, layerId, openModel, startTf, type ModelFlags } from './open-model.js';
import { runInParts } from './run-in-parts.js';

interface Given extends ModelFlags, SampleFlags {
  readonly layer: string;
  readonly of: Quantity;
  readonly x: string;
  readonly y: string;
  readonly sampleWeight?: string;
  readonly loss?: string;
  readonly out: string;
}

/** `see-rnn gradients`: the gradient of the loss by a layer's outputs, inputs or weights. */
export const gradients: MakeCommand = (io) => addModel(addSampleFlags(new Command('gradients')
  .description("Write the gradient of the loss by a layer's outputs, inputs or weights.")
  .usage('<model> --layer <id> --of <quantity> --x <file> --y <file> --out <file> [options]')
  .requiredOption('--layer <id>', 'the layer: its index, its name, or a part of its name that no other has')
  .addOption(new Option('--of <quantity>', 'by what: outputs (each timestep that the layer returns), inputs or weights').choices(QUANTITIES).makeOptionMandatory())
  .requiredOption('--x <file>', "the model's input: .npy, or .npz with an array for each of several inputs, by their names")
  .requiredOption('--y <file>', 'the targets, likewise; class indices where the loss is sparse')
  .option('--sample-weight <file>', 'a factor on the loss of each sample, or of each of its timesteps')
  .option('--loss <name>', "the loss, in place of the one that the model was compiled with; for several outputs name=loss,name=loss")
  .requiredOption('--out <file>', 'where it goes: .npy, or .npz where it is several arrays, as weights are', checkOut)))
  .action(async (path: string, { layer, of: quantity, x, y, sampleWeight, loss, out, samples, batchSize, ...flags }: Given) => {
    await startTf(io.stderr);
    const [{ lossByName, lossNames }, { layerWeights }, { findCall }, { graphOf }] = await Promise.all([
      import('../model/losses.js'), import('../model/weights.js'), import('../model/find.js'), import('../model/calls.js'),
    ]);
    const losses = loss === undefined ? undefined : readLosses(loss, (name) => lossByName(name) !== null, lossNames);
    const data = await readData(x, samples);
    const targets = await readData(y, samples);
    const factors = sampleWeight === undefined ? undefined : await readData(sampleWeight, samples);
    const model = await openModel(path, flags, io.stderr);
    if (losses === undefined && (model.loss as unknown) == null) {
      throw new SeeRnnError(`${printable(path)}: the model is not compiled with a loss: give one by --loss, e.g. --loss mse`);
    }
    const id = layerId(layer);
    const { label, layer: found } = findCall(graphOf(model), id);
    const keys = quantity === 'weights' ? layerWeights(found).flatMap(({ name, trainable }) => (trainable ? [name] : [])) : keysOf(quantity, await countOf(model, id, quantity));
    if (keys.length === 0) throw new SeeRnnError(`${printable(path)}: layer '${printable(label)}' has no weights that training changes`);
    requireRoom(out, keys);
    const run = await runInParts(model, data, targets, {
      layers: [id], quantities: [quantity], values: false,
      ...(losses === undefined ? {} : { loss: losses }), ...(factors === undefined ? {} : { sampleWeight: factors }),
    }, { batchSize, output: io.stderr });
    const traced = run.layer(id);
    if (quantity !== 'weights' && !keys.some((_, i) => traced.reachesLoss(i, quantity))) {
      io.stderr.write(`see-rnn: no path leads from the ${quantity} of layer '${printable(label)}' to the loss: the gradient is zero throughout\n`);
    }
    await writeAnswer(out, quantity === 'weights' ? traced.gradient('weights') : underKeys(keys, (i) => traced.gradient(quantity, i)));
  });

/** One loss for all outputs, or one for each by name. */
function readLosses(text: string, known: (name: string) => boolean, names: readonly string[]): string | Record<string, string> {
  const check = (name: string): string => {
    if (!known(name)) throw new UsageError(`--loss: unknown loss '${printable(name)}'${suggestion(name, names)}`);
    return name;
  };
  if (!text.includes('=')) return check(text);
  return Object.fromEntries(text.split(',').map((part): [string, string] => {
    const at = part.lastIndexOf('=');
    if (at < 1) throw new UsageError(`--loss must be a name, or name=loss for each output, separated by commas, found "${printable(text)}"`);
    return [part.slice(0, at), check(part.slice(at + 1))];
  }));
}
