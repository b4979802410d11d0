import type { Command } from 'commander';
import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import type { LayerId } from '../model/find.js';
import type { Model } from '../model/model.js';
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

/** Loads a model. What could not be taken over of it is told on `output`, a line each. */
export async function openModel(path: string, { architecture }: ModelFlags, output: Output): Promise<Model> {
  const { loadModel } = await import('../from/keras/load-model.js');
  const warn = (line: string): void => { output.write(`see-rnn: ${printable(line)}\n`); };
  return loadModel(path, { ...(architecture === undefined ? {} : { architecture }), warn });
}

/** @throws SeeRnnError for a model without a loss, where the command line gives none either */
export function requireLoss(path: string, { compiled }: Model, given: unknown): void {
  if (given !== undefined || compiled?.losses.some((loss) => loss !== null)) return;
  throw new SeeRnnError(`${printable(path)}: the model is not compiled with a loss: give one by --loss, e.g. --loss mse`);
}

/** A layer as the command line names it: by its index where it is a number. */
export const layerId = (text: string): LayerId => (/^\d{1,9}$/.test(text) ? Number(text) : text);

/** How many outputs, or inputs, a layer has. */
export async function countOf(model: Model, id: LayerId, quantity: Passing): Promise<number> {
  const { findCall } = await import('../model/find.js');
  const { label, node } = findCall(model, id);
  if (quantity === 'outputs') return node.outputs.length;
  if (node.inputs.length === 0) throw new SeeRnnError(`layer '${printable(label)}' is an input of the model: it reads no other layer; ask for its outputs`);
  return node.inputs.length;
}
