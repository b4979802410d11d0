import { Command } from 'commander';
import { printable } from '../core/printable.js';
import type { MakeCommand } from './command.js';
import { addModel, openModel, type ModelFlags } from './open-model.js';

/** `see-rnn summary`: what a model is made of. */
export const summary: MakeCommand = (io) => addModel(new Command('summary')
  .description("Print a model's layers: shapes and parameters, and of recurrent layers the gates, activations and direction.")
  .usage('<model> [options]')
  .option('--json', 'print it as JSON'))
  .action(async (path: string, { json, ...flags }: ModelFlags & { readonly json?: true }) => {
    const model = await openModel(path, flags, io.stderr);
    const [{ modelSummary }, { summaryText }] = await Promise.all([import('../model/summary.js'), import('../model/summary-text.js')]);
    const found = modelSummary(model);
    // In JSON too nothing of a file reaches a terminal that it would act on.
    const text = json === true ? JSON.stringify(found, null, 2).split('\n').map(printable).join('\n') : summaryText(found);
    io.stdout.write(`${text}\n`);
  });
