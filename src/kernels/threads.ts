import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import type { KernelExports } from './module.js';

/** What a thread can be given to do: a kernel that takes a pass. */
const JOBS = ['forward', 'backward', 'inputGradient', 'weightGradients'] as const;
export type Job = (typeof JOBS)[number];

/** The words through which a worker is spoken to: 64 bytes each. */
const WORDS = 16;
const READY = 0;
const NUMBER = 1;
const DONE = 2;
const JOB = 3;
const PASS = 4;

/**
 * Milliseconds for which a thread goes on asking before it sleeps. To be woken takes a tenth of a millisecond here, and
 * the jobs of one pass follow each other closely.
 */
const AWAKE = 0.2;

/** At most so many threads; more than enough. */
export const MOST_THREADS = 64;
/** Bytes of all workers' words. */
export const CONTROL_BYTES = 4 * WORDS * MOST_THREADS;

/**
 * A worker: waits for a job's number to change, does the job, says so. It is a text of its own, so that it needs no
 * file to be found beside the package in Node, in bundles and on pages.
 */
const SOURCE = `
const start = ({ module, memory, at }) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const words = new Int32Array(memory.buffer, at, ${WORDS});
  const jobs = ${JSON.stringify(JOBS)};
  Atomics.store(words, ${READY}, 1);
  for (let job = 0;;) {
    for (const until = performance.now() + ${AWAKE}; Atomics.load(words, ${NUMBER}) === job && performance.now() < until;);
    Atomics.wait(words, ${NUMBER}, job);
    job = Atomics.load(words, ${NUMBER});
    let done = job;
    try {
      exports[jobs[words[${JOB}]]](words[${PASS}]);
    } catch {
      done = -job;
    }
    Atomics.store(words, ${DONE}, done);
    Atomics.notify(words, ${DONE});
  }
};
if (typeof process === 'object' && process.getBuiltinModule) start(process.getBuiltinModule('node:worker_threads').workerData);
else self.onmessage = ({ data }) => start(data);
`;

interface Stoppable { terminate(): unknown }

interface NodeModules {
  'node:worker_threads': { readonly Worker: new (source: string, options: object) => Stoppable & { unref(): void; on(event: string, listener: () => void): void } };
  'node:os': { availableParallelism(): number };
}
/** Node's own modules, without an import that a page could not follow. Node 20.16 and later. */
function node<K extends keyof NodeModules>(name: K): NodeModules[K] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name) as NodeModules[K] | undefined;
}

/** What `setThreads` asked for; null: as many as there are cores. */
let wanted: number | null = null;
/** How many can be had: fewer once a worker didn't start, or died. */
let available = MOST_THREADS;

/** Whether threads can share memory here: not on a page that is not cross-origin isolated. */
export function sharesMemory(): boolean {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  return typeof SharedArrayBuffer === 'function' && crossOriginIsolated !== false && (node('node:worker_threads') !== undefined || typeof Worker === 'function');
}

/**
 * How many threads the recurrent kernels use at most, the calling one included: as many as there are cores, or as
 * {@link setThreads} says. One where threads can't be had: where memory can't be shared (a page that is not cross-origin
 * isolated; Node before 20.16), or workers can't start (a page whose content security policy has no `worker-src blob:`).
 *
 * Threads share the samples of a batch, in blocks of eight: a batch of eight or fewer, and little work, stay on one.
 */
export function threads(): number {
  if (!sharesMemory()) return 1;
  const cores = node('node:os')?.availableParallelism() ?? globalThis.navigator.hardwareConcurrency;
  return Math.min(wanted ?? cores, available);
}

/**
 * Sets how many threads the recurrent kernels use, the calling one included, from the next pass on. Where threads can't be
 * had it stays at one, without an error: {@link threads} says how many there are.
 *
 * Results are the same to the bit for any number, but for weight gradients: those are sums over samples, each thread's
 * part summed by itself. They differ by float32 rounding: less than 2e-6 of the gradient's largest value over
 * 1,400 samples x timesteps.
 *
 * @param count 1 or more, at most 64 are used; null, the default, is as many as there are cores
 * @throws SeeRnnError for anything but a whole number from 1 on, or null
 * @example
 * setThreads(1);
 * const run = await trace(model, x, y); // on the calling thread only
 * setThreads(null);
 */
export function setThreads(count: number | null): void {
  if (count !== null && !(Number.isInteger(count) && count >= 1)) {
    const found = typeof count === 'string' ? `'${printable(count)}'` : String(count);
    throw new SeeRnnError(`threads: expected a whole number from 1 on, found ${found}`);
  }
  wanted = count;
}

/** Threads can't be had here, whatever is set. */
export function stayOnOneThread(): void { available = 1; }

/** The workers beside the calling thread. They start when first wanted, and help from when they are ready. */
export class Team {
  /** A worker that makes no step in this time, in milliseconds, is taken for dead. */
  patience = 20_000;
  readonly #workers: Stoppable[] = [];

  /** @param control address of the workers' words, all 0 */
  constructor(private readonly module: WebAssembly.Module, private readonly memory: WebAssembly.Memory, private readonly run: KernelExports, private readonly control: number) {}

  /** How many threads can work now, the calling one included. Starts those that are missing: they come later. */
  size(): number {
    while (this.#workers.length < threads() - 1) {
      const index = this.#workers.length;
      try {
        this.#workers.push(this.#start(index));
      } catch {
        this.#lacks(index);
      }
    }
    const count = threads();
    let ready = 0;
    while (ready < count - 1 && Atomics.load(this.#words(ready), READY) === 1) ready++;
    return ready + 1;
  }

  /** How many jobs the workers have done: what was not left to the calling thread. */
  get helped(): number { return this.#workers.reduce((sum, _, k) => sum + Atomics.load(this.#words(k), DONE), 0); }

  /**
   * Does a job on every pass, one a thread, the first on this one, and returns when all is done.
   *
   * @param passes addresses; those that no worker is there for are done here
   * @param progress addresses of the passes' progress
   * @throws SeeRnnError where a worker died or stands still
   */
  do(job: Job, passes: readonly number[], progress: readonly number[]): void {
    const helpers = passes.length === 1 ? 0 : Math.min(this.size(), passes.length) - 1;
    for (let k = 0; k < helpers; k++) {
      const words = this.#words(k);
      words.set([JOBS.indexOf(job), passes[k + 1]!], JOB);
      Atomics.add(words, NUMBER, 1);
      Atomics.notify(words, NUMBER);
    }
    passes.forEach((pass, k) => { if (k === 0 || k > helpers) this.run[job](pass); });
    for (let k = 0; k < helpers; k++) this.#await(k, progress[k + 1]!);
  }

  /** Ends the workers. What is given to them afterwards is not done. */
  async terminate(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #await(worker: number, progressAt: number): void {
    const words = this.#words(worker);
    const progress = new Int32Array(this.memory.buffer, progressAt, 1);
    const number = Atomics.load(words, NUMBER);
    let seen = Atomics.load(progress, 0);
    let since = performance.now();
    const sleepFrom = since + AWAKE;
    for (;;) {
      const done = Atomics.load(words, DONE);
      if (done === number) return;
      if (done === -number) this.#fail('failed');
      if (performance.now() < sleepFrom) continue;
      pause(words, done);
      const now = Atomics.load(progress, 0);
      if (now !== seen) since = performance.now();
      else if (performance.now() - since > this.patience) this.#fail(`made no step in ${this.patience / 1000} s`);
      seen = now;
    }
  }

  /** A worker that doesn't answer may still write to memory: none of them is spoken to again. */
  #fail(how: string): never {
    stayOnOneThread();
    void this.terminate();
    throw new SeeRnnError(`a worker thread of the kernels ${how}; from here on they run on one thread`);
  }

  /** This worker is not to be had, nor those after it. */
  #lacks(worker: number): void { available = Math.min(available, worker + 1); }

  #words(worker: number): Int32Array { return new Int32Array(this.memory.buffer, this.control + 4 * WORDS * worker, WORDS); }

  #start(index: number): Stoppable {
    const data = { module: this.module, memory: this.memory, at: this.control + 4 * WORDS * index };
    const threads = node('node:worker_threads');
    if (threads) {
      const worker = new threads.Worker(SOURCE, { eval: true, workerData: data, execArgv: [] });
      // It must not keep a program from ending.
      worker.unref();
      worker.on('error', () => { this.#lacks(index); });
      return worker;
    }
    const worker = new Worker(sourceUrl());
    // A page's policy, or a fault in starting: the page is not to hear of an error that nothing has come of.
    worker.onerror = (event) => {
      event.preventDefault();
      this.#lacks(index);
    };
    worker.postMessage(data);
    return worker;
  }
}

let url: string | undefined;
/** Where a page's workers read their source. Kept as long as the page: a worker fetches it some time after it was made. */
const sourceUrl = (): string => (url ??= URL.createObjectURL(new Blob([SOURCE], { type: 'text/javascript' })));

/** Waits a moment, or until a worker is done. A page's main thread may not block: it goes on asking. */
function pause(words: Int32Array, done: number): void {
  if (mayBlock) {
    try {
      Atomics.wait(words, DONE, done, 100);
      return;
    } catch {
      mayBlock = false;
    }
  }
}
let mayBlock = true;
