import type { KernelMemory } from './memory.js';
import { kernels, type Kernels } from './module.js';

/** What one pass takes of the kernels' memory: blocks held as long as it lives, and blocks lent for what it is doing. */
export class Room {
  readonly #held: number[] = [];
  readonly #lent: number[] = [];

  /** @param what whose room it is, as errors name it */
  constructor(private readonly memory: KernelMemory, private readonly what: string) {}

  /** The address of a block of so many floats, until `free`. */
  hold(floats: number): number {
    const at = this.memory.allocate(floats, this.what);
    this.#held.push(at);
    return at;
  }

  /** The address of a block of so many floats, until `giveBack`. */
  lend(floats: number): number {
    const at = this.memory.allocate(floats, this.what);
    this.#lent.push(at);
    return at;
  }

  lendZeros(floats: number): number {
    const at = this.lend(floats);
    this.memory.floats.fill(0, at / 4, at / 4 + floats);
    return at;
  }

  holdCopy(values: Float32Array): number {
    const at = this.hold(values.length);
    this.memory.floats.set(values, at / 4);
    return at;
  }

  /** 0 where there is nothing to copy. */
  lendCopy(values: Float32Array | undefined): number {
    if (!values) return 0;
    const at = this.lend(values.length);
    this.memory.floats.set(values, at / 4);
    return at;
  }

  /** A copy as whole numbers: 1 for what is not 0. */
  lendFlags(values: ArrayLike<number>): number {
    const at = this.lend(values.length);
    const { words } = this.memory;
    for (let n = 0; n < values.length; n++) words[at / 4 + n] = values[n] ? 1 : 0;
    return at;
  }

  read(at: number, length: number): Float32Array { return this.memory.floats.slice(at / 4, at / 4 + length); }

  giveBack(): void {
    for (const at of this.#lent.splice(0)) this.memory.free(at);
  }

  free(): void {
    this.giveBack();
    for (const at of this.#held.splice(0)) this.memory.free(at);
  }

  /** Leaves all blocks where they are, never to be used again: somebody may still write to them. */
  abandon(): void { this.#held.length = this.#lent.length = 0; }
}

/** Does something with room in the kernels' memory, which is given back at the end. */
export function inRoom(what: string, work: (kernel: Kernels, room: Room) => void): void {
  const kernel = kernels();
  const room = new Room(kernel.memory, what);
  try {
    work(kernel, room);
  } finally {
    room.free();
  }
}
