import { kernels, type Kernels } from './module.js';

export { kernelsAvailable } from './module.js';

/** How the right-hand side lies in its array. */
export interface PrepareOptions {
  /** The array holds n rows of k entries, and its transpose is meant. Default false. */
  readonly transposed?: boolean;
  /** Where the matrix begins in its array, in elements. Default 0. */
  readonly offset?: number;
}

/** Where in their arrays the operands begin, in elements. Each is 0 by default. */
export interface ProductOffsets {
  readonly aOffset?: number;
  readonly outOffset?: number;
}

/** As {@link ProductOffsets}, for a product whose right-hand side is an array too. */
export interface TransposedProductOffsets extends ProductOffsets {
  readonly bOffset?: number;
}

/** Floats of an operand that are copied into the kernels' memory at once, about: they are used while in the cache. */
const CHUNK = 32_768;
/** As in `assembly/tiles.ts`. Chunks are made of whole stretches of this many steps, so that no sum's order depends on them. */
const DEPTH = 512;
const ROWS = 128;
/** Lines of `a`, and of `b`, that lie interleaved in a panel. */
const A_LINES = 4;
const B_LINES = 8;

/**
 * Packs a matrix b (k x n) to be the right-hand side of many products. The copy lies in the kernels' memory until
 * `free()`; later changes of `b` don't reach it.
 *
 * @param b row-major: k rows of n entries (`transposed`: n rows of k)
 * @throws SeeRnnError where WebAssembly's memory can't hold it
 *
 * @example
 * const b = prepare(Float32Array.of(1, 2, 3, 4), 2, 2);
 * const out = new Float32Array(2);
 * b.addProduct(Float32Array.of(10, 1), 1, out); // out is 13, 24
 * b.free();
 */
export function prepare(b: Float32Array, k: number, n: number, { transposed = false, offset = 0 }: PrepareOptions = {}): PreparedMatrix {
  checkRoom('b', b, offset, k * n);
  const kernel = kernels();
  const { memory, run } = kernel;
  const [lines, length] = transposed ? [n, k] : [k, n];
  const chunk = Math.min(lines, upTo(CHUNK / length, B_LINES));
  const at = memory.allocate(upTo(n, B_LINES) * k, `a matrix of ${k} x ${n}`);
  const copy = memory.scratch(chunk * length);
  for (let line = 0; line < lines; line += chunk) {
    const count = Math.min(chunk, lines - line);
    copyIn(kernel, b, offset + line * length, count * length, copy);
    if (transposed) run.packTransposed(copy, k, k, count, at + 4 * line * k, B_LINES, k);
    else run.packStraight(copy, n, count, n, at + 4 * line * B_LINES, B_LINES, k);
  }
  return new PreparedMatrix(kernel, at, k, n);
}

/** A k x n matrix in the kernels' memory, packed for products. Made by {@link prepare}. */
export class PreparedMatrix {
  readonly #kernel: Kernels;
  #at: number | null;

  constructor(kernel: Kernels, at: number, readonly k: number, readonly n: number) {
    this.#kernel = kernel;
    this.#at = at;
  }

  /**
   * out (rows x n) += a (rows x k) . this matrix, all row-major; `out` and `a` are apart from each other.
   *
   * Sums are float32, in an order that depends on k alone: a row of `out` is the same, to the bit, whatever rows are
   * beside it.
   */
  addProduct(a: Float32Array, rows: number, out: Float32Array, { aOffset = 0, outOffset = 0 }: ProductOffsets = {}): void {
    const { k, n } = this;
    if (this.#at === null) throw new Error(`this matrix of ${k} x ${n} was freed`);
    checkRoom('a', a, aOffset, rows * k);
    checkRoom('out', out, outOffset, rows * n);
    if (rows === 0 || k === 0 || n === 0) return;

    const kernel = this.#kernel;
    const { memory, run } = kernel;
    const chunk = Math.min(rows, Math.max(ROWS, upTo(CHUNK / Math.max(k, n), A_LINES)));
    const packed = memory.scratch(upTo(chunk, A_LINES) * k + chunk * k + chunk * n);
    const aCopy = packed + 4 * upTo(chunk, A_LINES) * k;
    const outCopy = aCopy + 4 * chunk * k;
    for (let row = 0; row < rows; row += chunk) {
      const count = Math.min(chunk, rows - row);
      copyIn(kernel, a, aOffset + row * k, count * k, aCopy);
      run.packTransposed(aCopy, k, k, count, packed, A_LINES, k);
      copyIn(kernel, out, outOffset + row * n, count * n, outCopy);
      run.addProduct(packed, A_LINES * k, this.#at, B_LINES * k, outCopy, n, count, n, k);
      copyOut(kernel, outCopy, out, outOffset + row * n, count * n);
    }
  }

  /** Gives the memory back. The matrix can't be used afterwards; a second call does nothing. */
  free(): void {
    if (this.#at !== null) this.#kernel.memory.free(this.#at);
    this.#at = null;
  }
}

/**
 * out (k x n) += transpose of a (steps x k) . b (steps x n), all row-major; `out` is apart from the others. This is the
 * gradient of a weight matrix, from all inputs and all gate gradients of a sequence.
 *
 * Sums are float32: 512 steps at a time in order, and those sums added up.
 *
 * @throws SeeRnnError where WebAssembly's memory can't hold `out`
 */
export function addTransposedProduct(
  a: Float32Array, b: Float32Array, out: Float32Array, steps: number, k: number, n: number,
  { aOffset = 0, bOffset = 0, outOffset = 0 }: TransposedProductOffsets = {},
): void {
  checkRoom('a', a, aOffset, steps * k);
  checkRoom('b', b, bOffset, steps * n);
  checkRoom('out', out, outOffset, k * n);
  if (steps === 0 || k === 0 || n === 0) return;

  const kernel = kernels();
  const { memory, run } = kernel;
  const chunk = Math.min(steps, Math.max(1, Math.floor(CHUNK / (k + n) / DEPTH)) * DEPTH);
  const [aLines, bLines] = [upTo(k, A_LINES), upTo(n, B_LINES)];
  const aPacked = memory.scratch(chunk * (aLines + bLines + k + n) + k * n);
  const bPacked = aPacked + 4 * chunk * aLines;
  const aCopy = bPacked + 4 * chunk * bLines;
  const bCopy = aCopy + 4 * chunk * k;
  const outCopy = bCopy + 4 * chunk * n;
  copyIn(kernel, out, outOffset, k * n, outCopy);
  for (let step = 0; step < steps; step += chunk) {
    const count = Math.min(chunk, steps - step);
    copyIn(kernel, a, aOffset + step * k, count * k, aCopy);
    copyIn(kernel, b, bOffset + step * n, count * n, bCopy);
    run.packStraight(aCopy, k, count, k, aPacked, A_LINES, chunk);
    run.packStraight(bCopy, n, count, n, bPacked, B_LINES, chunk);
    run.addProduct(aPacked, A_LINES * chunk, bPacked, B_LINES * chunk, outCopy, n, k, n, count);
  }
  copyOut(kernel, outCopy, out, outOffset, k * n);
}

/** Copies floats to an address. The address is a multiple of 4. */
function copyIn({ memory }: Kernels, source: Float32Array, offset: number, length: number, at: number): void {
  const whole = offset === 0 && length === source.length;
  memory.floats.set(whole ? source : source.subarray(offset, offset + length), at / 4);
}

function copyOut({ memory }: Kernels, at: number, target: Float32Array, offset: number, length: number): void {
  target.set(memory.floats.subarray(at / 4, at / 4 + length), offset);
}

/** The multiple of `unit` at or above a size; at least one unit, also for 0 and for what a division by 0 gives. */
const upTo = (size: number, unit: number): number => (size > 0 && size < Infinity ? Math.ceil(size / unit) * unit : unit);

function checkRoom(name: string, array: Float32Array, offset: number, length: number): void {
  if (offset < 0 || offset + length > array.length) {
    throw new RangeError(`${name} needs ${length} numbers from ${offset} on, and has ${array.length}`);
  }
}
