import { SeeRnnError } from '../core/errors.js';
import { shown } from '../core/options.js';
import type { Dtype } from './dtype.js';
import { dtypes, supportedDtypes } from './dtype.js';
import type { Literal } from './python-literal.js';
import { parseLiteral } from './python-literal.js';

/** What stands before the numbers in an `.npy` file. */
export interface NpyHeader {
  readonly dtype: Dtype;
  readonly littleEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the numbers begin, in bytes. */
  readonly dataStart: number;
}

/** What an `.npy` file begins with: `\x93NUMPY`. */
export const npyMagic = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);

// What format version 1.0 can say at most. A number's kind and a shape take some hundred bytes; NumPy itself stops at 10000.
const longestHeader = 0xffff;

// As many axes as NumPy 2 has at most.
const mostAxes = 64;

/**
 * Reads the header of an `.npy` file.
 *
 * @param file the file's name, as messages show it
 * @throws SeeRnnError where the header is truncated or malformed, or describes what is not supported
 */
export function readHeader(bytes: Uint8Array, file: string): NpyHeader {
  if (bytes.length === 0) throw new SeeRnnError(`${file}: is empty, expected a .npy file`);
  if (npyMagic.some((byte, i) => i < bytes.length && bytes[i] !== byte)) {
    throw new SeeRnnError(`${file}: is no .npy file (those begin with \\x93NUMPY)`);
  }
  if (bytes.length < 10) throw new SeeRnnError(`${file}: truncated: a .npy file has at least 10 bytes, found ${bytes.length}`);
  const [major, minor] = [bytes[6], bytes[7]];
  if (minor !== 0 || major < 1 || major > 3) {
    throw new SeeRnnError(`${file}: .npy format version ${major}.${minor} is not supported; supported are 1.0, 2.0 and 3.0`);
  }
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) throw new SeeRnnError(`${file}: truncated: the header's length is cut off`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > longestHeader) throw new SeeRnnError(`${file}: its header claims to be ${length} bytes long; at most ${longestHeader} are supported`);
  if (bytes.length < start + length) throw new SeeRnnError(`${file}: truncated: its header is ${length} bytes long, found ${bytes.length - start}`);
  const held = bytes.subarray(start, start + length);
  const { descr, fortranOrder, shape } = headerEntries(held, major === 3 ? 'utf-8' : 'latin1', file);
  return { ...kindOf(descr, file), fortranOrder: flagOf(fortranOrder, file), shape: shapeOf(shape, file), dataStart: start + length };
}

function headerEntries(held: Uint8Array, encoding: string, file: string): { descr: Literal; fortranOrder: Literal; shape: Literal } {
  let header: Literal;
  try {
    header = parseLiteral(new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(held));
  } catch (error) {
    const why = error instanceof SeeRnnError ? error.message : 'it is not UTF-8';
    throw new SeeRnnError(`${file}: malformed header: ${why}`, { cause: error });
  }
  const known = ['descr', 'fortran_order', 'shape'];
  if (header.kind !== 'dict') throw new SeeRnnError(`${file}: malformed header: expected a dict, found ${article(header.kind)}`);
  for (const key of header.entries.keys()) {
    if (!known.includes(key)) throw new SeeRnnError(`${file}: malformed header: unknown key ${shown(key)}`);
  }
  const [descr, fortranOrder, shape] = known.map((key) => {
    const entry = header.entries.get(key);
    if (entry === undefined) throw new SeeRnnError(`${file}: malformed header: '${key}' is missing`);
    return entry;
  });
  return { descr, fortranOrder, shape };
}

const article = (kind: Literal['kind']): string => (kind === 'none' ? 'None' : `${kind === 'integer' ? 'an' : 'a'} ${kind}`);

/** What NumPy writes under these letters, and we don't read. */
const refused: Readonly<Record<string, string>> = {
  c: 'complex numbers',
  O: 'Python objects (a pickle, which is never opened)',
  S: 'byte strings',
  a: 'byte strings',
  U: 'strings',
  T: 'strings',
  M: 'dates',
  m: 'time spans',
  V: 'raw bytes',
};

function kindOf(descr: Literal, file: string): { dtype: Dtype; littleEndian: boolean } {
  if (descr.kind === 'list') throw unsupported(file, 'structures (several fields an entry)');
  if (descr.kind === 'tuple') throw unsupported(file, 'arrays in each entry');
  if (descr.kind !== 'string') throw new SeeRnnError(`${file}: malformed header: 'descr' must be a string, found ${article(descr.kind)}`);
  const [, order, code] = /^([<>|])(.*)$/s.exec(descr.value) ?? [];
  const dtype = (Object.keys(dtypes) as Dtype[]).find((kind) => dtypes[kind].code === code);
  if (dtype === undefined || (order === '|' && dtypes[dtype].width > 1)) {
    const letter = /^([A-Za-z])(\d|\[|$)/.exec(code ?? '')?.[1] ?? '';
    throw unsupported(file, `${refused[letter] ?? (/^f1[26]$/.test(code ?? '') ? 'extended floats' : 'numbers of an unknown kind')} (${shown(descr.value)})`);
  }
  return { dtype, littleEndian: order !== '>' };
}

const unsupported = (file: string, what: string): SeeRnnError =>
  new SeeRnnError(`${file}: holds ${what}, which is not supported; supported are ${supportedDtypes}`);

function flagOf(entry: Literal, file: string): boolean {
  if (entry.kind !== 'boolean') throw new SeeRnnError(`${file}: malformed header: 'fortran_order' must be True or False, found ${article(entry.kind)}`);
  return entry.value;
}

function shapeOf(entry: Literal, file: string): number[] {
  if (entry.kind !== 'tuple') throw new SeeRnnError(`${file}: malformed header: 'shape' must be a tuple, found ${article(entry.kind)}`);
  if (entry.items.length > mostAxes) throw new SeeRnnError(`${file}: has ${entry.items.length} axes; at most ${mostAxes} are supported`);
  return entry.items.map((size) => {
    if (size.kind !== 'integer') throw new SeeRnnError(`${file}: malformed header: 'shape' must hold whole numbers, found ${article(size.kind)}`);
    if (size.value < 0) throw new SeeRnnError(`${file}: malformed header: 'shape' holds ${size.value}, expected 0 or more`);
    if (!Number.isSafeInteger(size.value)) throw new SeeRnnError(`${file}: malformed header: 'shape' holds ${size.value}, which is too large`);
    return size.value;
  });
}

/** The header of a little-endian file in C order, as NumPy writes it, so that the numbers start at a multiple of 64 bytes. */
export function writeHeader(dtype: Dtype, shape: readonly number[]): Uint8Array {
  const { code, width } = dtypes[dtype];
  const sizes = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  let text = `{'descr': '${width === 1 ? '|' : '<'}${code}', 'fortran_order': False, 'shape': ${sizes}, }`;
  // NumPy leaves room for the first axis to grow to 21 digits in place; so do we, to write the same bytes.
  if (shape.length > 0) text += ' '.repeat(21 - String(shape[0]).length);
  text = text.padEnd(Math.ceil((10 + text.length + 1) / 64) * 64 - 11) + '\n';
  return Uint8Array.of(...npyMagic, 1, 0, text.length & 0xff, text.length >> 8, ...new TextEncoder().encode(text));
}
