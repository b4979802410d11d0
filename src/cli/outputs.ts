import { Command, Option } from 'commander';
import type { NamedArray } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import type { LayerId } from '../model/find.js';
import type { Model } from '../model/model.js';
import type { Run } from '../trace/run.js';
import { checkOut, keysOf, requireRoom, underKeys, writeAnswer } from './answer.js';
import type { MakeCommand } from './command.js';
import { addPrecision, addSampleFlags, precisionOf, readData, type PrecisionFlag, type SampleFlags } from './data.js';
import { insideKeys, underInsideKeys } from './inside-keys.js';
import { addModel, countOf, layerId, openModel, type ModelFlags } from './open-model.js';
import { runInParts } from './run-in-parts.js';

const quantities = ['outputs', 'hidden', 'cell', 'gates', 'inputs'] as const;

interface Given extends ModelFlags, SampleFlags, PrecisionFlag {
  readonly layer?: string;
  readonly of?: (typeof quantities)[number];
  readonly x: string;
  readonly out: string;
}

/** `see-rnn outputs`: what a layer gives or reads, what goes on inside its recurrence, or what the model predicts. */
export const outputs: MakeCommand = (io) => addModel(addPrecision(addSampleFlags(new Command('outputs')
  .description("Write a layer's outputs, states, gates or inputs, or the model's predictions.")
  .usage('<model> --x <file> --out <file> [options]')
  .option('--layer <id>', 'the layer: its index, its name, or a part of its name that no other has; without it, the predictions')
  .addOption(new Option('--of <quantity>', 'what to write of the layer: outputs; hidden, cell or gates (after their activation), at each timestep; inputs (default: outputs)').choices(quantities))
  .requiredOption('--x <file>', "the model's input: .npy, or .npz with an array for each of several inputs, by their names")
  .requiredOption('--out <file>', 'where it goes: .npy, or .npz where it is several arrays', checkOut))))
  .action(async (path: string, { layer, of: quantity = 'outputs', x, out, samples, batchSize, float64, ...flags }: Given) => {
    if (layer === undefined && quantity !== 'outputs') throw new UsageError(`--of ${quantity} is of a layer: say which by --layer`);
    const data = await readData(x, samples);
    const model = await openModel(path, flags, io.stderr);
    const id = layer === undefined ? null : layerId(layer);
    const { keys, read } = id === null ? predictions(model) : await answerOf(model, id, quantity);
    requireRoom(out, keys);
    const run = await runInParts(model, data, null, { layers: id === null ? [] : [id], quantities: [quantity], ...precisionOf(float64) }, { batchSize, output: io.stderr });
    await writeAnswer(out, read(run));
  });

/** What the answer's arrays are called, and where they are read. */
interface Answer {
  readonly keys: readonly string[];
  readonly read: (run: Run) => Readonly<Record<string, NamedArray>>;
}

async function answerOf(model: Model, id: LayerId, quantity: (typeof quantities)[number]): Promise<Answer> {
  if (quantity === 'outputs' || quantity === 'inputs') {
    const keys = keysOf(quantity, await countOf(model, id, quantity));
    return { keys, read: (run) => underKeys(keys, (i) => run.layer(id).value(quantity, i)) };
  }
  const { findCall } = await import('../model/find.js');
  const keys = await insideKeys(findCall(model, id), quantity);
  return {
    keys: keys.map(({ key }) => key),
    read: (run) => (quantity === 'gates' ? run.layer(id).value(quantity) : underInsideKeys(keys, (part) => run.layer(id).value(quantity, part))),
  };
}

function predictions(model: Model): Answer {
  const keys = predictionKeys(model);
  return { keys, read: (run) => underKeys(keys, (i) => run.predictions[i]) };
}

/** The model's outputs by the names of the layers that give them, as many times as there are outputs. */
function predictionKeys({ outputNames: names }: Model): string[] {
  if (names.length === 1) return ['outputs'];
  return names.map((name, i) => (names.indexOf(name) === names.lastIndexOf(name) ? name : `${name}:${names.slice(0, i).filter((before) => before === name).length}`));
}
