import { pathBeside, readWhole } from '#disk';
import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import type { ModelSource } from './saved-model.js';

/** One file's bytes, and the way to the files that it names. */
export interface OpenedSource {
  /** Its name, fit for messages. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** Reads a file that it names, by a name that was checked to lead nowhere but beside or below it. */
  beside(name: string): Promise<Uint8Array>;
}

/**
 * Opens a source. Of several files the one is taken that begins like a model; the others wait to be named by it.
 *
 * @param name what messages call bytes that have no name of their own
 */
export async function openSource(source: ModelSource, name = 'model'): Promise<OpenedSource> {
  if (typeof source === 'string') {
    return { file: printable(source), bytes: await readWhole(source), beside: (other) => readWhole(pathBeside(source, other)) };
  }
  if (Array.isArray(source)) return openFiles(source as readonly File[]);
  if (source instanceof Blob) return openBlob(source, name);
  const file = printable(name);
  const bytes = bytesOf(source as ArrayBuffer | Uint8Array, file);
  return { file, bytes, beside: (other) => alone(file, other) };
}

function bytesOf(source: ArrayBuffer | Uint8Array, file: string): Uint8Array {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  // An ArrayBuffer of another window is none of this one's.
  if (Object.prototype.toString.call(source).endsWith('ArrayBuffer]')) return new Uint8Array(source);
  throw new SeeRnnError(`${file}: must be a path, bytes, a File or a list of Files, found ${source === null ? 'null' : typeof source}`);
}

const alone = (file: string, other: string): Promise<never> =>
  Promise.reject(new SeeRnnError(`${file}: names ${printable(other)}, which was not given; give a path, or all files of the model in a list`));

async function openBlob(blob: Blob, name: string): Promise<OpenedSource> {
  const file = printable('name' in blob && typeof blob.name === 'string' ? blob.name : name);
  return { file, bytes: await bytesOfBlob(blob, file), beside: (other) => alone(file, other) };
}

async function bytesOfBlob(blob: Blob, file: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    throw new SeeRnnError(`${file}: cannot be read`, { cause: error });
  }
}

async function openFiles(files: readonly File[]): Promise<OpenedSource> {
  if (files.some((file) => !(file instanceof Blob))) throw new SeeRnnError('model: a list must hold Files');
  const models: File[] = [];
  for (const file of files) if (files.length === 1 || beginsLikeModel(new Uint8Array(await file.slice(0, 64).arrayBuffer()))) models.push(file);
  // Weights are any bytes at all, and a vocabulary is JSON too.
  const named = models.filter(({ name }) => name === 'model.json');
  const [model, ...others] = named.length === 1 ? named : models;
  if (model === undefined || others.length > 0) {
    const found = (others.length > 0 ? models : files).slice(0, 8).map(({ name }) => printable(name)).join(', ');
    throw new SeeRnnError(files.length === 0 ? 'no files were given' : others.length > 0 ? `several of the files may be the model, give one: ${found}` : `none of the files is a model: ${found}`);
  }
  const file = printable(model.name);
  return { file, bytes: await bytesOfBlob(model, file), beside: (name) => besideIn(files, model, name) };
}

/** `PK`, HDF5's first byte, or a bracket of JSON after white space. */
const beginsLikeModel = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0x50 && bytes[1] === 0x4b) || (bytes[0] === 0x89 && bytes[1] === 0x48) || /^\ufeff?\s*\{\s*"/.test(new TextDecoder().decode(bytes));

function besideIn(files: readonly File[], model: File, name: string): Promise<Uint8Array> {
  const last = name.slice(name.lastIndexOf('/') + 1);
  const held = files.filter((file) => file !== model && file.name === last);
  // A dropped folder says where each file was.
  const there = held.filter((file) => (file as Partial<File>).webkitRelativePath?.endsWith(`/${name}`)); // not in Node
  const [found, ...others] = there.length > 0 ? there : held;
  if (found === undefined) throw new SeeRnnError(`${printable(model.name)}: names ${printable(name)}, which is not among the files given`);
  if (others.length > 0) throw new SeeRnnError(`${printable(model.name)}: names ${printable(name)}, and several of the files given have that name`);
  return bytesOfBlob(found, printable(name));
}
