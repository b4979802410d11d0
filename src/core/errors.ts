/**
 * Bad input from the caller: a file, a layer's name, an option, an array's shape.
 *
 * The message is one line that names what was looked at, what was found and what was expected; the command
 * line prints it as it is. Anything else that is thrown is a fault of this project.
 */
export class SeeRnnError extends Error {
  override readonly name: string = 'SeeRnnError';
}

/** A command line or an options object that cannot be understood (exit code 2, where other bad input exits with 1). */
export class UsageError extends SeeRnnError {
  override readonly name = 'UsageError';
}

/** What was thrown, on one line: a library's own words may take several. */
export const oneLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
