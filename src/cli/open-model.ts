import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Command } from 'commander';
import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import type { LayerId } from '../model/find.js';
import type { Passing } from '../trace/quantities.js';
import type { Output } from './command.js';

/** The flags that say which model, besides its file. */
export interface ModelFlags {
  readonly architecture?: string;
}

/** Adds the argument `<model>` and `--architecture`. */
export const addModel = (command: Command): Command => command
  .argument('<model>', "the model's file: Keras's .keras or .h5, or TF.js's model.json beside its shards")
  .option('--architecture <file>', 'the model that a file of weights alone belongs to: JSON as Keras writes it, or a whole model');

/** Starts TF.js. Where it runs slower than it could, that is told on `output`. */
export async function startTf(output: Output): Promise<void> {
  // Loaded here and not before: it takes half a second, which a bad command line need not wait for.
  const { startBackend } = await import('../model/backend.js');
  const { reason } = await startBackend();
  if (reason !== null) output.write(`see-rnn: TF.js runs on its CPU backend, since WASM could not start: ${reason}\n`);
}

/** Loads a model; TF.js is started. What could not be taken over of it is told on `output`, a line each. */
export async function openModel(path: string, { architecture }: ModelFlags, output: Output): Promise<LayersModel> {
  const { loadModel } = await import('../model/keras/load-model.js');
  const warn = (line: string): void => { output.write(`see-rnn: ${printable(line)}\n`); };
  return loadModel(path, { ...(architecture === undefined ? {} : { architecture }), warn });
}

/** A layer as the command line names it: by its index where it is a number. */
export const layerId = (text: string): LayerId => (/^\d{1,9}$/.test(text) ? Number(text) : text);

/** How many outputs, or inputs, a layer has. */
export async function countOf(model: LayersModel, id: LayerId, quantity: Passing): Promise<number> {
  const [{ graphOf }, { findCall }] = await Promise.all([import('../model/calls.js'), import('../model/find.js')]);
  const { label, layer, node } = findCall(graphOf(model), id);
  if (quantity === 'outputs') return node.outputTensors.length;
  if (layer.getClassName() === 'InputLayer') throw new SeeRnnError(`layer '${printable(label)}' is an input of the model: it reads no other layer; ask for its outputs`);
  return node.inputTensors.length;
}
