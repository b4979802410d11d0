import { SeeRnnError } from '../../core/errors.js';
import { printable } from '../../core/printable.js';
import { bestDeflateRatio, limits } from '../limits.js';
import { checkedSize, type WeightNumbers } from '../weight-numbers.js';
import { defaultMaxBytes } from '../zip.js';
import { checkLocalHeaps, longestHeapObject } from './heaps.js';
import { guarded, hdf5Library, type Library, type Metadata } from './library.js';
import { readNumbers, storedAs } from './numbers.js';

/** What an HDF5 path leads to. */
export type Hdf5Kind = 'group' | 'array' | 'other';

/** An array in an HDF5 file: what it is, and its numbers when asked for. */
export interface Hdf5Array {
  readonly shape: readonly number[];
  read(): WeightNumbers;
}

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Is it an HDF5 file? Its signature stands at the beginning, or after a block of somebody else's of 512, 1024, 2048, ... bytes. */
export const isHdf5 = (bytes: Uint8Array): boolean => beginOf(bytes) >= 0;

function beginOf(bytes: Uint8Array): number {
  for (let at = 0; at + signature.length <= bytes.length; at = at === 0 ? 512 : 2 * at) {
    if (signature.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

let opened = 0;

/**
 * An HDF5 file, read through h5wasm's own calls rather than its classes: those go on with whatever lies in memory where
 * the library reports a failure, and follow links.
 *
 * The bytes are not copied; the library reads them where they are. Nothing may change them until `close`.
 */
export class Hdf5File {
  private steps = 0;
  private readonly known = new Map<string, Hdf5Kind | null>([['/', 'group']]);

  private constructor(
    private readonly library: Library, private readonly id: bigint, private readonly name: string,
    private readonly file: string, private readonly bytes: number, private readonly longestString: number, private readonly maxBytes: number,
  ) {}

  /**
   * @param file its name, as messages show it
   * @param maxBytes how much its packed arrays may unpack to
   */
  static async open(bytes: Uint8Array, file: string, maxBytes = defaultMaxBytes): Promise<Hdf5File> {
    if (!isHdf5(bytes)) throw new SeeRnnError(`${file}: is no HDF5 file`);
    checkLocalHeaps(bytes, beginOf(bytes), file);
    const longestString = longestHeapObject(bytes, file);
    const library = await hdf5Library();
    const name = `/see-rnn-${++opened}`;
    const files = library.FS as unknown as { writeFile(name: string, bytes: Uint8Array, options: { canOwn: boolean }): void; unlink(name: string): void };
    files.writeFile(name, bytes, { canOwn: true });
    try {
      const fault = 'truncated, or its first block is malformed';
      const id = guarded(file, fault, () => library.open(name, library.H5F_ACC_RDONLY, false));
      if (id < 0) throw new SeeRnnError(`${file}: damaged HDF5 file: ${fault}`);
      return new Hdf5File(library, id, name, file, bytes.length, longestString, maxBytes);
    } catch (error) {
      files.unlink(name);
      throw error;
    }
  }

  private open = true;

  /** Forgets the bytes. Nothing can be read afterwards. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    try {
      guarded(this.file, 'it cannot be closed', () => this.library.close_file(this.id));
    } catch {
      // it was damaged, and is given up anyway
    }
    (this.library.FS as unknown as { unlink(name: string): void }).unlink(this.name);
  }

  /** Calls the library on this file. */
  private call<T>(fault: string, call: (library: Library, id: bigint) => T): T {
    if (!this.open) throw new SeeRnnError(`${this.file}: was closed; its weights cannot be read any more`);
    return guarded(this.file, fault, () => call(this.library, this.id));
  }

  /** Names in a group. */
  names(group: string): string[] {
    return this.call(`group ${printable(group)} cannot be read`, (library, id) => library.get_names(id, group, false));
  }

  /**
   * What a path leads to, or null where nothing is there.
   *
   * @throws SeeRnnError where a link stands on the way: to another file, or to elsewhere in this one
   */
  kind(path: string): Hdf5Kind | null {
    const parts = path.split('/').filter((part) => part !== '');
    let at = '';
    let kind: Hdf5Kind | null = 'group';
    for (const [i, part] of parts.entries()) {
      at += `/${part}`;
      const found = this.known.get(at);
      if (found === undefined) this.known.set(at, kind = this.lookUp(at, i + 1));
      else kind = found;
      if (kind === null) return null;
    }
    return kind;
  }

  private lookUp(path: string, depth: number): Hdf5Kind | null {
    if (depth > limits.hdf5Depth) throw new SeeRnnError(`${this.file}: its groups are nested more than ${limits.hdf5Depth} deep, or hold themselves`);
    this.steps += depth ** 2;
    if (this.steps > limits.hdf5Steps) throw new SeeRnnError(`${this.file}: holds more groups and arrays than any model, or groups that hold themselves`);
    if (!this.opens(path)) return null;
    this.refuseLink(path);
    const type = this.call(`${printable(path)} cannot be read`, (library, id) => library.get_type(id, path));
    return type === this.library.H5G_GROUP ? 'group' : type === this.library.H5G_DATASET ? 'array' : type < 0 ? null : 'other';
  }

  /**
   * Is anything there that the library can open? What asks for links goes by whatever lies in memory where nothing is (h5wasm 0.10.3
   * looks at no status there), so this comes first.
   */
  private opens(path: string): boolean {
    try {
      this.attributes(path);
      return true;
    } catch (error) {
      if (!(error instanceof SeeRnnError)) throw error;
      const cut = path.lastIndexOf('/');
      if (!this.names(path.slice(0, cut) || '/').includes(path.slice(cut + 1))) return false;
      throw new SeeRnnError(`${this.file}: ${printable(path)} cannot be read: it is damaged, or a link to another file or to nothing`, { cause: error });
    }
  }

  private refuseLink(path: string): void {
    const shown = printable(path);
    const refuse = (kind: string, target: string): never => {
      throw new SeeRnnError(`${this.file}: ${shown} is ${kind} link to ${printable(target)}; links are not followed`);
    };
    const soft = this.call(`${shown} cannot be read`, (library, id) => library.get_symbolic_link(id, path)) as string | null;
    if (soft !== null) refuse('a soft', soft);
    const external = this.call(`${shown} cannot be read`, (library, id) => library.get_external_link(id, path)) as { filename?: string; obj_path?: string };
    if (external.filename !== undefined) refuse('an external', `${external.filename}:${external.obj_path ?? ''}`);
  }

  /** Names of the attributes of a group or array. */
  attributes(path: string): string[] {
    return this.call(`the attributes of ${printable(path)} cannot be read`, (library, id) => library.get_attribute_names(id, path));
  }

  /**
   * An attribute's text: a list for one of several strings, null where there is no attribute of that name or it holds nothing.
   * An empty list of numbers is taken as an empty list: so Keras writes a list of no names.
   */
  text(path: string, attribute: string): string | string[] | null {
    const shown = `attribute ${printable(attribute)} of ${printable(path)}`;
    if (!this.attributes(path).includes(attribute)) return null;
    const metadata = this.call(`${shown} cannot be read`, (library, id) => library.get_attribute_metadata(id, path, attribute));
    if (metadata.shape === null) return null;
    const count = checkedSize(metadata.shape, `${this.file}: ${shown}`);
    if (count === 0) return [];
    if (metadata.type !== this.library.H5T_class_t.H5T_STRING.value) throw new SeeRnnError(`${this.file}: ${shown} must be text, found ${storedAs(metadata)}`);
    const most = count * Math.max(metadata.size, metadata.vlen ? this.longestString : 0);
    if (count > limits.listedNames || most > limits.attributeBytes) {
      throw new SeeRnnError(`${this.file}: ${shown} may hold ${count} strings of ${most} bytes, more than the ${limits.listedNames} and ${limits.attributeBytes} allowed`);
    }
    const texts = this.call(`${shown} cannot be read`, (library, id) => readTexts(library, id, path, attribute, metadata, count));
    return metadata.shape.length === 0 ? texts[0] : texts;
  }

  /** An array of numbers: its shape now, its numbers when read. */
  array(path: string): Hdf5Array {
    const shown = `${this.file}: ${printable(path)}`;
    const metadata = this.call(`${printable(path)} cannot be read`, (library, id) => library.get_dataset_metadata(id, path));
    if (metadata.shape === null) throw new SeeRnnError(`${shown}: is empty, expected numbers`);
    if (metadata.virtual_sources !== undefined) throw new SeeRnnError(`${shown}: its numbers are in other files, which is not supported`);
    const { shape } = metadata;
    const size = checkedSize(shape, shown);
    this.countBytes(size * metadata.size, metadata.chunks !== null, shown);
    return {
      shape,
      read: () => {
        const bfloat16 = metadata.size === 2 && this.text(path, 'dtype') === 'bfloat16';
        return this.call(`${printable(path)} cannot be read`, (library, id) => readNumbers(library, id, path, metadata, bfloat16, size, shown));
      },
    };
  }

  private plainBytes = 0;
  private packedBytes = 0;

  /** What is not packed lies in the file as it is, each array in a place of its own; what is, can be small in it beyond measure. */
  private countBytes(declared: number, packed: boolean, shown: string): void {
    if (packed) this.packedBytes += declared;
    else this.plainBytes += declared;
    if (this.plainBytes > this.bytes || declared > this.bytes * bestDeflateRatio) {
      const before = declared > this.bytes ? '' : ' with the arrays before it';
      throw new SeeRnnError(`${shown}: declares ${declared} bytes,${before} more than a file of ${this.bytes} bytes can hold`);
    }
    if (this.packedBytes > this.maxBytes) throw new SeeRnnError(`${this.file}: its arrays unpack to more than the ${this.maxBytes} bytes allowed (option maxBytes)`);
  }
}

function readTexts(library: Library, id: bigint, path: string, attribute: string, metadata: Metadata, count: number): string[] {
  const bytes = count * metadata.size;
  const at = library._malloc(bytes);
  if (at === 0) throw new Error('no memory');
  try {
    if (library.get_attribute_data(id, path, attribute, BigInt(at)) < 0) throw new Error('not read');
    if (!metadata.vlen) {
      // A view would be of the library's memory, which TextDecoder may not read where threads share it.
      const held = library.HEAPU8.slice(at, at + bytes);
      return Array.from({ length: count }, (_, i) => untilZero(held.subarray(i * metadata.size, (i + 1) * metadata.size)));
    }
    try {
      const pointers = new Uint32Array(library.HEAPU8.slice(at, at + bytes).buffer);
      return Array.from(pointers, (pointer) => (pointer === 0 ? '' : library.UTF8ToString(pointer)));
    } finally {
      library.reclaim_vlen_memory(id, path, attribute, BigInt(at));
    }
  } finally {
    library._free(at);
  }
}

function untilZero(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
