import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { SeeRnnError, UsageError } from '../core/errors.js';
import { nearest, suggestion } from '../core/nearest.js';
import { printable } from '../core/printable.js';
import type { Io, MakeCommand } from './command.js';
import { commands } from './commands.js';
import { helpStyle } from './help.js';

/** What the command line exits with. */
export const exitCodes = { done: 0, badInput: 1, badUsage: 2, ourFault: 70 } as const;

/**
 * Runs a command line.
 *
 * Bad input and a bad command line get one line on `io.stderr`; an error that is nobody's input but a fault of ours gets
 * its stack.
 *
 * @param argv the words after the program's name
 * @param list the commands there are
 * @returns the exit code: 0 done, 1 bad input, 2 bad command line, 70 a fault in See RNN
 * @example
 * const code = await run(['plot', '1d', 'x.npy', '--out', 'x.png'], process);
 */
export async function run(argv: readonly string[], io: Io, list: readonly MakeCommand[] = commands): Promise<number> {
  try {
    await program(io, list).parseAsync(argv, { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.badUsage; // help and version end so, too
    if (error instanceof SeeRnnError) {
      say(io, error.message);
      return error instanceof UsageError ? exitCodes.badUsage : exitCodes.badInput;
    }
    io.stderr.write(`see-rnn: a fault in See RNN, not in your input; please report it:\n${stackOf(error)}\n`);
    return exitCodes.ourFault;
  }
}

function program(io: Io, list: readonly MakeCommand[]): Command {
  const root = new Command('see-rnn')
    .usage('<command> [options]')
    .description('See inside recurrent networks: gradients through time, activations and weights.')
    .version(version(), '-V, --version', 'print the version')
    .addHelpText('after', '\nExit codes: 0 done, 1 bad input, 2 bad command line, 70 a fault in See RNN.');
  for (const make of list) root.addCommand(make(io));
  each(root, (command) => {
    command
      .exitOverride()
      .showSuggestionAfterError(false) // inOneLine makes its own
      .helpOption('-h, --help', 'print this help')
      .helpCommand(false)
      .configureHelp(helpStyle)
      .configureOutput({
        writeOut: (text) => io.stdout.write(text),
        writeErr: (text) => io.stderr.write(text),
        outputError: (text) => { say(io, inOneLine(text, command)); },
        getOutHelpWidth: () => io.stdout.columns ?? 100,
        getErrHelpWidth: () => io.stderr.columns ?? 100,
        getOutHasColors: () => false,
        getErrHasColors: () => false,
      });
  });
  return root;
}

function each(command: Command, act: (command: Command) => void): void {
  act(command);
  for (const sub of command.commands) each(sub, act);
}

/** commander's message, with the nearest name there is for one that is unknown. */
function inOneLine(text: string, command: Command): string {
  const message = text.trim().replace(/^error: /, '').replace(/\.$/, '');
  const [, kind, name] = /^unknown (option|command) '([^'=]*)/.exec(message) ?? [];
  if (kind === undefined) return message;
  const known = kind === 'command' ? command.commands.map((sub) => sub.name()) : flagsThatAre(command);
  // All flags are too many to list: only a near one is named.
  return message + (kind === 'command' || nearest(name, known) !== undefined ? suggestion(name, known) : '');
}

const flagsThatAre = (command: Command): string[] => ['--help', ...command.options.flatMap(({ long }) => long ?? [])];

const say = (io: Io, message: string): void => { io.stderr.write(`see-rnn: ${printable(message)}\n`); };

const stackOf = (error: unknown): string => (error instanceof Error ? error.stack ?? error.message : String(error));

/** The package's version; its description lies two folders up from here, in the sources as in what is built. */
const version = (): string =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;
