import type { MakeCommand } from '../../src/cli/command.js';
import { run } from '../../src/cli/run.js';

/** What a command line said and how it ended. */
export interface Outcome { readonly code: number; readonly stdout: string; readonly stderr: string }

/** Runs a command line in this process. */
export async function said(argv: readonly string[], list?: readonly MakeCommand[]): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const io = { stdout: { write: (text: string) => out.push(text) }, stderr: { write: (text: string) => err.push(text) } };
  const code = await (list === undefined ? run(argv, io) : run(argv, io, list));
  return { code, stdout: out.join(''), stderr: err.join('') };
}
