import { Command, Option } from 'commander';
import { UsageError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import type { MakeCommand } from './command.js';
import { addBatchSize, readData, type Arrays } from './data.js';
import { classWeightFlag, readFactors, sampleWeightFlag, type FactorFlags } from './factors.js';
import { addModel, openModel, requireLoss, type ModelFlags } from './open-model.js';
import { inParts } from './run-in-parts.js';
import { parseSlice, type Slice } from './selection.js';

interface Given extends ModelFlags, FactorFlags {
  readonly x: string;
  readonly y: string;
  readonly out: string;
  readonly samples?: Slice;
  readonly batchSize?: number;
  readonly loss?: string;
  readonly title?: string;
  readonly dynamics: boolean;
}

/** How many samples are looked at where nothing is said: enough for what is measured, few enough for it not to take long. */
const USUAL = 64;

/** `see-rnn report`: everything there is to see of a model's recurrent layers, as a page. */
export const report: MakeCommand = (io) => addModel(addBatchSize(new Command('report')
  .description('Write a page that shows how far back a model learns, why, and what goes on in its recurrent layers. It opens offline.')
  .usage('<model> --x <file> --y <file> --out <file> [options]')
  .requiredOption('--x <file>', "the model's input: .npy, or .npz with an array for each of several inputs, by their names")
  .requiredOption('--y <file>', 'the targets, likewise; class indices where the loss is sparse')
  .requiredOption('--out <file>', 'where the page goes: .html', checkPage)
  .addOption(new Option('--samples <slice>', `only these of the samples in the files, e.g. 0:16, 8:, :-1 or 3 (default: the first ${USUAL})`).argParser((text) => parseSlice('--samples', text))))
  .addOption(sampleWeightFlag())
  .addOption(classWeightFlag())
  .option('--loss <name>', 'the loss, in place of the one that the model was compiled with')
  .option('--title <text>', "at the top of the page (default: the model's name)")
  .option('--no-dynamics', 'leave out Jacobians and Lyapunov exponents, which take the most time'))
  .action(async (path: string, { x, y, out, samples, batchSize, sampleWeight, classWeight, loss, title, dynamics, ...flags }: Given) => {
    const slice = samples ?? parseSlice('--samples', `0:${USUAL}`);
    if (samples === undefined) {
      const all = samplesOf(await readData(x, undefined));
      if (all > USUAL) io.stderr.write(`see-rnn: the first ${USUAL} of ${all} samples are looked at; say which by --samples\n`);
    }
    const data = await readData(x, slice);
    const targets = await readData(y, slice);
    const factors = await readFactors({ sampleWeight, classWeight }, slice);
    const model = await openModel(path, flags, io.stderr);
    requireLoss(path, model, loss);
    const { report: make } = await import('../report/report.js');
    const made = await inParts(model, { batchSize, output: io.stderr }, (parts) => make(model, data, targets, {
      dynamics, ...(loss === undefined ? {} : { loss }), ...factors, ...(title === undefined ? {} : { title }), ...parts,
    }));
    await made.save(out);
    io.stdout.write(`${printable(made.content.analysis.verdict.sentence)}\n`);
  });

/** How many samples there are; of several arrays, in the first. */
function samplesOf(data: Arrays): number {
  const [first] = 'shape' in data && Array.isArray(data.shape) ? [data as { readonly shape: readonly number[] }] : Object.values(data as Record<string, { readonly shape: readonly number[] }>);
  return first?.shape[0] ?? 0;
}

/** Refuses a name that says no page, before any work is done for it. */
function checkPage(path: string): string {
  if (!/\.html?$/i.test(path)) throw new UsageError(`--out must end in .html, found "${printable(path)}"`);
  return path;
}
