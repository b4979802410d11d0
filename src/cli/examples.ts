import { Command } from 'commander';
import { UsageError } from '../core/errors.js';
import { shown } from '../core/options.js';
import type { MakeCommand } from './command.js';

interface Given {
  readonly only?: readonly number[];
  readonly full?: true;
  readonly out: string;
  readonly data?: string;
}

/** How many examples there are. Their module isn't asked: nothing of it need be loaded where nothing is trained. */
const COUNT = 8;

/** `see-rnn examples`: trains and draws See RNN's examples, and shows them on a page. */
export const examples: MakeCommand = (io) => new Command('examples')
  .description("Train small networks and draw See RNN's examples: figures as PNG and SVG, and a page that shows them.")
  .usage('[options]')
  .option('--only <numbers>', 'only these, e.g. 1,3', readNumbers)
  .option('--full', 'train the large networks as long as published (about 8 minutes in all), not for fewer iterations')
  .option('--out <folder>', 'where the figures and index.html go', 'see-rnn-examples')
  .option('--data <folder>', 'where the engine data and the published model of example 8 are')
  .action(async ({ only, full, out, data }: Given) => {
    const [{ choose }, { runExamples }, { TrainingProgress }] = await Promise.all([
      import('../examples/all.js'), import('../examples/run.js'), import('./training-progress.js'),
    ]);
    const choice = await choose(only ?? Array.from({ length: COUNT }, (_, i) => i + 1), data ?? null);
    for (const line of choice.leftOut) io.stderr.write(`${line}\n`);
    const path = await runExamples(choice.examples, { out, full: full === true, leftOut: choice.leftOut }, new TrainingProgress(io.stderr));
    io.stdout.write(`${path}\n`);
  });

function readNumbers(text: string): number[] {
  const numbers = text.split(',').map((part) => (/^\s*\d{1,9}\s*$/.test(part) ? Number(part) : NaN));
  if (!numbers.every(Number.isInteger)) throw new UsageError(`--only must be numbers of examples, separated by commas, found ${shown(text)}`);
  const unknown = numbers.find((number) => number < 1 || number > COUNT);
  if (unknown !== undefined) throw new UsageError(`--only: there is no example ${unknown}; there are 1 to ${COUNT}`);
  return numbers;
}
