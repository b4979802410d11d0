import { SeeRnnError } from '../core/errors.js';

const PAGE = 65_536;
/** A cache line: no two blocks share one, and every vector load of a block's panels is aligned. */
const ALIGNMENT = 64;

/** WebAssembly addresses 4 GiB. The last page is left out: the end of a block in it would wrap around to address 0. */
export const MOST_PAGES = 65_535;

/** A stretch of the kernels' memory, in bytes. */
interface Stretch { at: number; bytes: number }

/**
 * Hands out blocks of the kernels' memory, and takes them back.
 *
 * The free stretches are kept in order of address, neighbours joined; a block comes from the first that is large
 * enough. Memory grows when none is, and is never given back to the system: WebAssembly has no way to.
 *
 * A view of the memory dies when it grows, so blocks are addresses, and views are taken for the moment.
 */
export class KernelMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #most: number;
  readonly #free: Stretch[];
  readonly #used = new Map<number, number>();
  #floats: Float32Array;
  #words: Uint32Array;
  #scratch: { at: number; floats: number } | null = null;

  /**
   * @param from the first address that is free
   * @param mostPages the memory's maximum, in pages of 64 KiB
   */
  constructor(memory: WebAssembly.Memory, from: number, mostPages = MOST_PAGES) {
    this.#memory = memory;
    this.#most = mostPages * PAGE;
    const at = aligned(from);
    this.#free = [{ at, bytes: memory.buffer.byteLength - at }];
    this.#floats = new Float32Array(memory.buffer);
    this.#words = new Uint32Array(memory.buffer);
  }

  /** All of the memory, in use or not. */
  get size(): number { return this.#memory.buffer.byteLength; }

  /** Bytes in blocks that were handed out and not taken back. */
  get used(): number { return [...this.#used.values()].reduce((sum, bytes) => sum + bytes, 0); }

  /** All of the memory as floats: element i lies at address 4 * i. Good until the next `allocate` or `scratch`. */
  get floats(): Float32Array {
    if (this.#floats.buffer !== this.#memory.buffer) this.#floats = new Float32Array(this.#memory.buffer);
    return this.#floats;
  }

  /** As `floats`: element i lies at address 4 * i. */
  get words(): Uint32Array {
    if (this.#words.buffer !== this.#memory.buffer) this.#words = new Uint32Array(this.#memory.buffer);
    return this.#words;
  }

  /**
   * The address of a block of this many floats. What it holds is not defined.
   *
   * @param what the block is for, as the error names it
   * @throws SeeRnnError where WebAssembly's memory can't hold it
   */
  allocate(floats: number, what: string): number {
    const bytes = Math.max(ALIGNMENT, aligned(floats * 4));
    const stretch = this.#free.find((free) => free.bytes >= bytes) ?? this.#grow(bytes, what);
    const { at } = stretch;
    stretch.at += bytes;
    stretch.bytes -= bytes;
    if (stretch.bytes === 0) this.#free.splice(this.#free.indexOf(stretch), 1);
    this.#used.set(at, bytes);
    return at;
  }

  /** Takes back the block at this address. */
  free(at: number): void {
    const bytes = this.#used.get(at);
    if (bytes === undefined) throw new Error(`no block of the kernels' memory is in use at ${at}`);
    this.#used.delete(at);
    this.#release({ at, bytes });
  }

  /**
   * The address of room for this many floats that is good until the next call: every kernel works in the same scratch.
   *
   * @throws SeeRnnError as `allocate`
   */
  scratch(floats: number): number {
    if (this.#scratch === null || this.#scratch.floats < floats) {
      if (this.#scratch !== null) this.free(this.#scratch.at);
      this.#scratch = null;
      this.#scratch = { at: this.allocate(floats, 'a product'), floats };
    }
    return this.#scratch.at;
  }

  #release(stretch: Stretch): void {
    const next = this.#free.findIndex((free) => free.at > stretch.at);
    const index = next === -1 ? this.#free.length : next;
    this.#free.splice(index, 0, stretch);
    this.#join(index);
    this.#join(index - 1);
  }

  /** Joins the free stretch at this index with the one behind it, where they touch. */
  #join(index: number): void {
    const stretch = this.#free[index];
    const behind = this.#free[index + 1];
    if (stretch === undefined || behind === undefined || stretch.at + stretch.bytes !== behind.at) return;
    stretch.bytes += behind.bytes;
    this.#free.splice(index + 1, 1);
  }

  /** Grows the memory until its last free stretch holds this many bytes, and returns that stretch. */
  #grow(bytes: number, what: string): Stretch {
    const end = this.size;
    const last = this.#free.at(-1);
    const free = last !== undefined && last.at + last.bytes === end ? last.bytes : 0;
    const pages = Math.ceil((bytes - free) / PAGE);
    try {
      this.#memory.grow(pages);
    } catch {
      throw new SeeRnnError(`${what} needs ${megabytes(bytes)} of the kernels' memory; ${megabytes(this.used)} of at most ${megabytes(this.#most)} are in use`);
    }
    this.#release({ at: end, bytes: pages * PAGE });
    return this.#free.at(-1)!;
  }
}

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
