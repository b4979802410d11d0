import type { MakeCommand } from './command.js';
import { examples } from './examples.js';
import { plot } from './plot.js';

/** Every command, in the order in which `see-rnn --help` lists them. */
export const commands: readonly MakeCommand[] = [examples, plot];
