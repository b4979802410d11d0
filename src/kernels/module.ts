import { KernelMemory, MOST_PAGES } from './memory.js';
import { kernelBytes } from './generated/wasm.js';

/** What the WebAssembly module exports; `src/kernels/assembly` says what each does. All sizes are in floats, addresses in bytes. */
interface KernelExports {
  packStraight(source: number, ld: number, steps: number, lines: number, target: number, width: number, depth: number): void;
  packTransposed(source: number, ld: number, steps: number, lines: number, target: number, width: number, depth: number): void;
  addProduct(a: number, aPanel: number, b: number, bPanel: number, c: number, rows: number, n: number, depth: number): void;
  heapBase(): number;
}

export interface Kernels { readonly run: KernelExports; readonly memory: KernelMemory }

let bytes: Uint8Array<ArrayBuffer> | undefined;
const moduleBytes = (): Uint8Array<ArrayBuffer> => (bytes ??= Uint8Array.from(atob(kernelBytes), (c) => c.charCodeAt(0)));

let available: boolean | undefined;

/** Whether this runtime can run the kernels: it has WebAssembly with 128-bit SIMD. */
export function kernelsAvailable(): boolean {
  return (available ??= typeof WebAssembly === 'object' && WebAssembly.validate(moduleBytes()));
}

let loaded: Kernels | undefined;

/**
 * The kernels, instantiated at the first call and kept. That happens synchronously: the module is a few kilobytes,
 * below the size at which browsers refuse to compile on a page's main thread.
 */
export function kernels(): Kernels {
  if (loaded === undefined) {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()), { env: { memory } });
    const run = exports as unknown as KernelExports;
    loaded = { run, memory: new KernelMemory(memory, run.heapBase()) };
  }
  return loaded;
}
