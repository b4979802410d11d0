import type { Command } from 'commander';

/** Where a command's words go: the process's own streams, or a test's. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface Output {
  write(text: string): unknown;
  /** Width in characters, where it is a terminal. */
  readonly columns?: number | undefined;
}

/**
 * A command of the command line: its name, arguments, flags, help and action, one file each.
 *
 * Its action throws a SeeRnnError for bad input (exit code 1) and a UsageError for a bad command line (2), writes files by
 * `writeWhole`, and says on `io.stdout` only what was asked for. What is slow to load (the layers of models, their readers), an action
 * imports when it runs, so that `--help` and the other commands don't wait for it.
 */
export type MakeCommand = (io: Io) => Command;
