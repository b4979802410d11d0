import { KernelMemory, MOST_PAGES } from './memory.js';
import { fusedBytes, plainBytes } from './generated/wasm.js';
import { CONTROL_BYTES, sharesMemory, stayOnOneThread, Team } from './threads.js';

/** What the WebAssembly module exports; `src/kernels/assembly` says what each does. All sizes are in floats, addresses in bytes. */
export interface KernelExports {
  packStraight(source: number, ld: number, steps: number, lines: number, target: number, width: number, depth: number): void;
  packTransposed(source: number, ld: number, steps: number, lines: number, target: number, width: number, depth: number): void;
  addProduct(a: number, aPanel: number, b: number, bPanel: number, c: number, ldc: number, rows: number, n: number, depth: number): void;
  setProduct(a: number, aPanel: number, b: number, bPanel: number, c: number, ldc: number, rows: number, n: number, depth: number, first: number): void;

  packWindows(source: number, places: number, windows: number, shifts: number, taps: number, run: number, target: number): void;
  readWindows(source: number, places: number, windows: number, shifts: number, taps: number, run: number, to: number): void;
  addToWindows(from: number, places: number, windows: number, shifts: number, taps: number, run: number, target: number): void;

  panelRows(): number;
  packColumns(source: number, ld: number, rows: number, depth: number, turn: number, target: number): void;
  packRows(source: number, ld: number, rows: number, depth: number, turn: number, target: number): void;
  maxOfWindows(source: number, places: number, windows: number, shifts: number, taps: number, channels: number, to: number): void;
  addToMaxOfWindows(
    source: number, places: number, windows: number, shifts: number, taps: number, channels: number, most: number, adjoint: number, target: number, first: boolean,
  ): void;
  meanOfWindows(source: number, places: number, windows: number, shifts: number, taps: number, channels: number, shares: number, to: number): void;
  addToMeanOfWindows(adjoint: number, places: number, windows: number, shifts: number, taps: number, channels: number, shares: number, target: number): void;

  weighWindows(source: number, places: number, windows: number, shifts: number, taps: number, channels: number, weights: number, to: number): void;
  addToWeighedWindows(adjoint: number, places: number, windows: number, shifts: number, taps: number, channels: number, weights: number, target: number): void;
  addToWeights(source: number, places: number, windows: number, shifts: number, taps: number, channels: number, adjoint: number, sums: number): void;

  forward(pass: number): void;
  backward(pass: number): void;
  inputGradient(pass: number): void;
  weightGradients(pass: number): void;
  readRows(pass: number, from: number, steps: number, rows: number, first: number, width: number, backwards: boolean, to: number): void;
  readColumns(from: number, width: number, rows: number, turn: number, to: number, ld: number): void;
  addSums(to: number, from: number, floats: number): void;
  heapBase(): number;
}

export interface Kernels {
  readonly run: KernelExports;
  readonly memory: KernelMemory;
  /** The threads; null where they can't share memory. */
  readonly team: Team | null;
  /** Whether this is the build with fused multiply-add. */
  readonly fused: boolean;
}

/** The builds, the better one first. */
let builds = [{ base64: fusedBytes, fused: true }, { base64: plainBytes, fused: false }];

let loaded: Kernels | null | undefined;

/** For measurements: the build with plain SIMD, wherever this runs. Before the kernels are first used. */
export function usePlainBuild(): void {
  builds = builds.filter(({ fused }) => !fused);
}

/** Whether this runtime can run the kernels: it has WebAssembly with 128-bit SIMD, and a page's policy lets it compile. */
export function kernelsAvailable(): boolean {
  return load() !== null;
}

/** The kernels, instantiated at the first call and kept. That happens synchronously: the module is small. */
export function kernels(): Kernels {
  const found = load();
  if (found === null) throw new Error('no build of the kernels runs here: see kernelsAvailable');
  return found;
}

function load(): Kernels | null {
  if (loaded === undefined) loaded = bestThatRuns();
  return loaded;
}

function bestThatRuns(): Kernels | null {
  if (typeof WebAssembly !== 'object') return null;
  const { memory, shared } = emptyMemory();
  for (const { base64, fused } of builds) {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const module = compiled(shared ? importingShared(bytes) : bytes);
    if (module === null) continue;
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    const run = exports as unknown as KernelExports;
    const base = Math.ceil(run.heapBase() / 64) * 64;
    return { run, memory: new KernelMemory(memory, base + CONTROL_BYTES), fused, team: shared ? new Team(module, memory, run, base) : null };
  }
  return null;
}

/** Null where the runtime has no such instructions, or a page's content security policy has no 'wasm-unsafe-eval'. */
function compiled(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module | null {
  try {
    return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
  } catch {
    return null;
  }
}

function emptyMemory(): { memory: WebAssembly.Memory; shared: boolean } {
  const limits = { initial: 1, maximum: MOST_PAGES };
  if (sharesMemory()) {
    try {
      return { memory: new WebAssembly.Memory({ ...limits, shared: true }), shared: true };
    } catch {
      // A shared memory is set aside at its maximum: where addresses are scarce (32 bits, some phones) that fails.
      stayOnOneThread();
    }
  }
  return { memory: new WebAssembly.Memory(limits), shared: false };
}

/**
 * The same module, for a shared memory. Whether the memory it imports is shared is one bit of the module, and the kernels
 * are the same either way: so there are not twice as many builds.
 */
function importingShared(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  // In the import section: the names "env" and "memory", their lengths before them; 2: a memory; 1: it has a maximum.
  const entry = [3, ...ascii('env'), 6, ...ascii('memory'), 2, 1];
  const at = bytes.findIndex((_, n) => entry.every((byte, k) => bytes[n + k] === byte));
  if (at === -1) throw new Error('the kernels import no memory');
  const shared = bytes.slice();
  shared[at + entry.length - 1] = 3; // shared, with a maximum
  return shared;
}

const ascii = (text: string): number[] => [...text].map((c) => c.charCodeAt(0));
