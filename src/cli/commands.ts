import type { MakeCommand } from './command.js';
import { examples } from './examples.js';
import { gradients } from './gradients.js';
import { health } from './health.js';
import { outputs } from './outputs.js';
import { plot } from './plot.js';
import { report } from './report.js';
import { summary } from './summary.js';
import { verdict } from './verdict.js';
import { weights } from './weights.js';

/** Every command, in the order in which `see-rnn --help` lists them. */
export const commands: readonly MakeCommand[] = [gradients, outputs, weights, summary, health, verdict, report, plot, examples];
