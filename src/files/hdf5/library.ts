import type { Metadata, ready } from 'h5wasm';
import { SeeRnnError } from '../../core/errors.js';

/** The HDF5 library's functions, as h5wasm binds them. */
export type Library = Awaited<typeof ready>;
export type { Metadata };

let loading: Promise<Library> | null = null;

/** The HDF5 library, loaded when the first HDF5 file is read: it is 4 MB. */
export async function hdf5Library(): Promise<Library> {
  loading ??= import('h5wasm').then(async (h5wasm) => {
    const library = await h5wasm.ready;
    isolate(library);
    return library;
  });
  return loading;
}

/**
 * Takes from the library's own file system (it lives in memory; the disk is out of its reach) what a file made for it could name:
 * random devices, and a terminal that would ask the user of a page for input. What the library would print about a damaged
 * file is dropped; every status is checked here, and said in a message of ours.
 */
function isolate({ FS }: Library): void {
  const files = FS as unknown as {
    readonly streams: readonly (object | undefined)[];
    readdir(path: string): string[];
    unlink(path: string): void;
    close(stream: object): void;
    open(path: string, mode: string): object;
  };
  // Each takes the lowest free number: input, output and errors in turn.
  for (const stream of files.streams.slice(0, 3)) if (stream) files.close(stream);
  for (const mode of ['r', 'w', 'w']) files.open('/dev/null', mode);
  for (const name of files.readdir('/dev')) if (!['.', '..', 'null', 'shm'].includes(name)) files.unlink(`/dev/${name}`);
}

// What is in the library's memory after it was stopped midway, nobody knows.
let broken = false;

/**
 * Calls the library, and turns whatever it throws into one line.
 *
 * @param fault what to say where it fails
 */
export function guarded<T>(file: string, fault: string, call: () => T): T {
  if (broken) throw new SeeRnnError(`${file}: cannot be read: an HDF5 file that was read before broke the HDF5 library; start again to read others`);
  try {
    return call();
  } catch (error) {
    if (error instanceof SeeRnnError) throw error;
    // A plain Error is the library's own refusal; memory it may not touch, or a stack that is full, are not.
    if (!(error instanceof Error) || error instanceof WebAssembly.RuntimeError || error instanceof RangeError) broken = true;
    throw new SeeRnnError(`${file}: damaged HDF5 file: ${fault}`, { cause: error });
  }
}
