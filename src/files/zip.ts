import { Inflate, zipSync } from 'fflate';
import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import { crc32 } from './crc32.js';
import { bestDeflateRatio } from './limits.js';

/** How much a zip file, or an HDF5 file with packed arrays, may unpack to. */
export interface ZipLimits {
  /** Bytes of all that is packed in it together, unpacked. Default: 2 GiB. */
  readonly maxBytes?: number;
}

/** What a zip file may unpack to where nothing else is said: 2 GiB. */
export const defaultMaxBytes = 2 ** 31;

/** What a zip file begins with: `PK`. */
export const zipMagic = Uint8Array.of(0x50, 0x4b);

interface Member {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly unpacked: number;
  /** Where its local header begins. */
  readonly start: number;
}

/**
 * Unpacks a zip file in memory: names to contents, in the order of the file. Members that were stored share memory
 * with `bytes`.
 *
 * fflate's own reader of whole archives trusts their headers and checks no checksum, so the directory is walked here:
 * declared sizes are summed and bounded before anything is unpacked, unpacking stops where a member outgrows what it declared, and
 * each must match its checksum. Names are kept as they are; nothing is ever written under them.
 *
 * @param file the zip file, as messages show it
 * @param wanted the members to unpack; the others are neither unpacked, checked nor counted. Default: all
 * @throws SeeRnnError where the file is damaged, larger than the limit, encrypted, in several parts, Zip64, or packed by another
 *   method than DEFLATE
 */
export function readZip(bytes: Uint8Array, file: string, limits: ZipLimits = {}, wanted: (name: string) => boolean = () => true): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const members = readDirectory(view, file).filter(({ name }) => wanted(name));
  const maxBytes = limits.maxBytes ?? defaultMaxBytes;
  const total = members.reduce((sum, member) => sum + member.unpacked, 0);
  if (total > maxBytes) {
    throw new SeeRnnError(`${file}: unpacks to ${total} bytes, more than the ${maxBytes} allowed (option maxBytes)`);
  }
  const contents = new Map<string, Uint8Array>();
  for (const member of members) {
    if (contents.has(member.name)) throw new SeeRnnError(`${file}: member ${printable(member.name)} occurs twice`);
    contents.set(member.name, unpack(view, member, `${file}: member ${printable(member.name)}`));
  }
  return contents;
}

/** The members that the directory at the end of the file lists. */
function readDirectory(view: DataView, file: string): Member[] {
  const end = findEnd(view, file);
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  if (count === 0xffff || size === 0xffffffff || start === 0xffffffff) throw new SeeRnnError(`${file}: is a Zip64 file, which is not supported`);
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count) {
    throw new SeeRnnError(`${file}: is one of several parts of a zip file, which is not supported`);
  }
  if (start + size !== end) {
    throw new SeeRnnError(`${file}: damaged zip file: its directory should end at byte ${end}, but says it ends at ${start + size}`);
  }
  const members: Member[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    const fits = at + 46 <= end && view.getUint32(at, true) === 0x02014b50;
    const length = fits ? 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true) : 0;
    if (!fits || at + length > end) throw new SeeRnnError(`${file}: damaged zip file: entry ${i} of its directory is unreadable`);
    members.push(readEntry(view, at, file));
    at += length;
  }
  if (at !== end) throw new SeeRnnError(`${file}: damaged zip file: its directory holds more than the ${count} entries it says`);
  return members;
}

/** Where the end record begins: the last one whose comment reaches just to the end of the file. */
function findEnd(view: DataView, file: string): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at--) {
    if (view.getUint32(at, true) === 0x06054b50 && at + 22 + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  throw new SeeRnnError(`${file}: truncated or damaged zip file: it does not end in a directory`);
}

function readEntry(view: DataView, at: number, file: string): Member {
  const name = nameAt(view, at + 46, view.getUint16(at + 28, true));
  const shownName = `${file}: member ${printable(name)}`;
  const member = {
    name,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packed: view.getUint32(at + 20, true),
    unpacked: view.getUint32(at + 24, true),
    start: view.getUint32(at + 42, true),
  };
  if (member.packed === 0xffffffff || member.unpacked === 0xffffffff || member.start === 0xffffffff) {
    throw new SeeRnnError(`${shownName}: is stored as Zip64, which is not supported`);
  }
  if ((view.getUint16(at + 8, true) & 1) !== 0) throw new SeeRnnError(`${shownName}: is encrypted, which is not supported`);
  if (member.method !== 0 && member.method !== 8) {
    throw new SeeRnnError(`${shownName}: is packed by method ${member.method}, which is not supported; supported are 0 (stored) and 8 (DEFLATE)`);
  }
  if (member.method === 0 ? member.unpacked !== member.packed : member.unpacked > member.packed * bestDeflateRatio) {
    throw new SeeRnnError(`${shownName}: damaged: ${member.packed} bytes cannot unpack to ${member.unpacked}`);
  }
  return member;
}

function nameAt(view: DataView, at: number, length: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, length);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes); // of an old archiver; a name is only a key here
  }
}

function unpack(view: DataView, member: Member, shownName: string): Uint8Array {
  const { start, packed, unpacked } = member;
  const here = start + 30 <= view.byteLength && view.getUint32(start, true) === 0x04034b50;
  const from = here ? start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true) : 0;
  if (!here || from + packed > view.byteLength) throw new SeeRnnError(`${shownName}: damaged: its contents are not where the directory says`);
  const held = new Uint8Array(view.buffer, view.byteOffset + from, packed);
  const contents = member.method === 0 ? held : inflate(held, unpacked, shownName);
  if (crc32(contents) !== member.crc) throw new SeeRnnError(`${shownName}: damaged: its checksum does not match`);
  return contents;
}

// So that a lying member is caught early: a piece unpacks to 66 MiB at most.
const piece = 2 ** 16;

function inflate(packed: Uint8Array, size: number, shownName: string): Uint8Array {
  const out = new Uint8Array(size);
  let filled = 0;
  const stream = new Inflate((chunk) => {
    if (filled + chunk.length > size) throw new SeeRnnError(`${shownName}: damaged: unpacks to more than the ${size} bytes it declares`);
    out.set(chunk, filled);
    filled += chunk.length;
  });
  try {
    for (let at = 0; at < packed.length; at += piece) stream.push(packed.subarray(at, at + piece), at + piece >= packed.length);
  } catch (error) {
    if (error instanceof SeeRnnError) throw error;
    throw new SeeRnnError(`${shownName}: damaged: its contents cannot be unpacked`, { cause: error }); // whatever fflate stumbled over
  }
  if (filled !== size) throw new SeeRnnError(`${shownName}: damaged: unpacks to ${filled} bytes, but declares ${size}`);
  return out;
}

/**
 * Packs contents under their names, in the order given. The same contents give the same bytes: the time of every member is
 * the first of 1980, the earliest a zip file can say.
 *
 * @throws SeeRnnError where the file would exceed 4 GiB or 65534 members, which takes Zip64
 */
export function writeZip(contents: ReadonlyMap<string, Uint8Array>, file: string, compress: boolean): Uint8Array<ArrayBuffer> {
  const total = [...contents].reduce((sum, [name, bytes]) => sum + bytes.length + 3 * name.length * 2 + 100, 0);
  if (total >= 2 ** 32 || contents.size >= 0xffff) {
    throw new SeeRnnError(`${file}: ${contents.size} arrays of ${total} bytes take a Zip64 file, which is not supported; up to 4 GiB and 65534 arrays are`);
  }
  return zipSync(Object.fromEntries(contents), { level: compress ? 6 : 0, mtime: new Date(1980, 0, 1) });
}
