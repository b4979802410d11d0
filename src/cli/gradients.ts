import { Command, Option } from 'commander';
import { SeeRnnError, UsageError } from '../core/errors.js';
import { suggestion } from '../core/nearest.js';
import { printable } from '../core/printable.js';
import type { NamedArray } from '../core/array.js';
import type { Call } from '../graph/graph.js';
import type { LayerId } from '../model/find.js';
import type { Model } from '../model/model.js';
import type { LayerRun } from '../trace/layer-run.js';
import { isRecurrentQuantity, QUANTITIES, type Quantity } from '../trace/quantities.js';
import { checkOut, keysOf, requireRoom, underKeys, writeAnswer } from './answer.js';
import type { MakeCommand } from './command.js';
import { addPrecision, addSampleFlags, precisionOf, readData, type PrecisionFlag, type SampleFlags } from './data.js';
import { classWeightFlag, readFactors, sampleWeightFlag, type FactorFlags } from './factors.js';
import { insideKeys, underInsideKeys } from './inside-keys.js';
import { addModel, countOf, layerId, openModel, requireLoss, type ModelFlags } from './open-model.js';
import { runInParts } from './run-in-parts.js';

interface Given extends ModelFlags, SampleFlags, FactorFlags, PrecisionFlag {
  readonly layer: string;
  readonly of: Quantity;
  readonly x: string;
  readonly y: string;
  readonly loss?: string;
  readonly out: string;
}

/** `see-rnn gradients`: the gradient of the loss by what a layer gives, reads or has learnt, or by what goes on inside its recurrence. */
export const gradients: MakeCommand = (io) => addModel(addPrecision(addSampleFlags(new Command('gradients')
  .description("Write the gradient of the loss by a layer's outputs, states, gates, inputs or weights.")
  .usage('<model> --layer <id> --of <quantity> --x <file> --y <file> --out <file> [options]')
  .requiredOption('--layer <id>', 'the layer: its index, its name, or a part of its name that no other has')
  .addOption(new Option('--of <quantity>', 'by what: outputs (each timestep that the layer returns, through the layers above alone); hidden (the hidden state at each timestep: the total gradient, through time); '
    + 'cell (the cell state of an LSTM, likewise); gates (their pre-activations); inputs; weights; weight-steps (the norm of what each timestep adds to the gradient by the weights)').choices(QUANTITIES).makeOptionMandatory())
  .requiredOption('--x <file>', "the model's input: .npy, or .npz with an array for each of several inputs, by their names")
  .requiredOption('--y <file>', 'the targets, likewise; class indices where the loss is sparse')
  .addOption(sampleWeightFlag())
  .addOption(classWeightFlag())
  .option('--loss <name>', "the loss, in place of the one that the model was compiled with; for several outputs name=loss,name=loss")
  .requiredOption('--out <file>', 'where it goes: .npy, or .npz where it is several arrays, as weights are', checkOut))))
  .action(async (path: string, { layer, of: quantity, x, y, sampleWeight, classWeight, loss, out, samples, batchSize, float64, ...flags }: Given) => {
    const [{ lossByName, lossNames }, { findCall }] = await Promise.all([import('../graph/losses/named.js'), import('../model/find.js')]);
    const losses = loss === undefined ? undefined : readLosses(loss, (name) => lossByName(name) !== null, lossNames);
    const data = await readData(x, samples);
    const targets = await readData(y, samples);
    const factors = await readFactors({ sampleWeight, classWeight }, samples);
    const model = await openModel(path, flags, io.stderr);
    requireLoss(path, model, losses);
    const id = layerId(layer);
    const call = findCall(model, id);
    const { keys, read } = await answerOf(model, call, quantity, id);
    if (keys.length === 0) throw new SeeRnnError(`${printable(path)}: layer '${printable(call.label)}' has no weights that training changes`);
    requireRoom(out, keys);
    const run = await runInParts(model, data, targets, {
      layers: [id], quantities: [quantity], values: false, ...(losses === undefined ? {} : { loss: losses }), ...factors, ...precisionOf(float64),
    }, { batchSize, output: io.stderr });
    const traced = run.layer(id);
    const arrays = read(traced);
    if (!reaches(traced, quantity, keys.length)) {
      io.stderr.write(`see-rnn: no path leads from the ${quantity} of layer '${printable(call.label)}' to the loss: the gradient is zero throughout\n`);
    }
    await writeAnswer(out, arrays);
  });

/** What the answer's arrays are called, and where they are read. */
interface Answer {
  readonly keys: readonly string[];
  readonly read: (run: LayerRun) => Readonly<Record<string, NamedArray>>;
}

async function answerOf(model: Model, call: Call, quantity: Quantity, id: LayerId): Promise<Answer> {
  if (quantity === 'weights') {
    const { layerWeights } = await import('../model/weights.js');
    return { keys: layerWeights(call.layer).flatMap(({ name, weight: { trainable } }) => (trainable ? [name] : [])), read: (run) => run.gradient('weights') };
  }
  if (isRecurrentQuantity(quantity)) {
    const keys = await insideKeys(call, quantity);
    return {
      keys: keys.map(({ key }) => key),
      read: (run) => (quantity === 'gates' || quantity === 'weight-steps' ? run.gradient(quantity) : underInsideKeys(keys, (part) => run.gradient(quantity, part))),
    };
  }
  const keys = keysOf(quantity, await countOf(model, id, quantity));
  return { keys, read: (run) => underKeys(keys, (i) => run.gradient(quantity, i)) };
}

/** Whether any of it reaches the loss. Weights always count: their penalties do. */
function reaches(run: LayerRun, quantity: Quantity, count: number): boolean {
  if (quantity === 'weights') return true;
  if (isRecurrentQuantity(quantity)) return run.reachesLoss(undefined, quantity);
  return Array.from({ length: count }, (_, i) => run.reachesLoss(i, quantity)).includes(true);
}

/** One loss for all outputs, or one for each by name. */
export function readLosses(text: string, known: (name: string) => boolean, names: readonly string[]): string | Record<string, string> {
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
