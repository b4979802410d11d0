import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { rolldown } from 'rolldown';
import { afterEach, expect, test, vi } from 'vitest';
import { SeeRnnError } from '../../src/core/errors.js';
import { kernels } from '../../src/kernels/module.js';
import { KernelPass } from '../../src/kernels/pass.js';
import type { PassShape } from '../../src/kernels/pass-types.js';
import { setThreads, threads, type Team } from '../../src/kernels/threads.js';
import { Random } from '../random.js';
import { seed } from '../seed.js';

afterEach(() => {
  setThreads(null);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.resetModules();
});

async function ready(team: Team, count: number): Promise<void> {
  setThreads(count);
  await vi.waitFor(() => { expect(team.size()).toBe(count); }, { timeout: 120_000 });
}

/** Enough work for threads to be used; 35 samples are five blocks, the last not full. */
const shapes: PassShape[] = (['LSTM', 'GRU', 'SimpleRNN'] as const).map((kind) => ({
  kind, resetAfter: kind === 'GRU', backwards: kind === 'LSTM', activation: 0, recurrentActivation: 1, samples: 35, steps: 40, features: 61, units: 63,
}));

function everything(shape: PassShape, Pass = KernelPass): Record<string, Float32Array | Uint32Array> {
  const random = new Random(seed);
  const { samples, steps, features, units, kind } = shape;
  const gates = kind === 'LSTM' ? 4 : kind === 'GRU' ? 3 : 1;
  const numbers = (length: number, scale: number): Float32Array => Float32Array.from(random.normals(length, scale));
  const weights = { kernel: numbers(features * gates * units, 0.1), recurrentKernel: numbers(units * gates * units, 0.1), bias: numbers((kind === 'GRU' ? 2 : 1) * gates * units, 0.1) };
  const mask = Array.from({ length: samples * steps }, () => (random.uniform() < 0.9 ? 1 : 0));
  const pass = new Pass(shape, weights, { x: numbers(samples * steps * features, 1), mask, initialHidden: numbers(samples * units, 1) }, { sequence: true, keep: true });
  const gate = kind === 'LSTM' ? 'forget' : kind === 'GRU' ? 'reset' : 'state';
  const found: Record<string, Float32Array | Uint32Array> = { sequence: pass.sequence!, lastHidden: pass.lastHidden, hidden: pass.hidden(), gate: pass.gate(gate) };
  const { hidden, flushed } = pass.backward({ sequence: numbers(samples * steps * units, 1) }, { hidden: true });
  Object.assign(found, { dInitial: hidden, flushed: flushed.gates, dHidden: pass.totalHidden(), dGate: pass.gateAdjoint(gate), dx: pass.inputGradient() });
  const { kernel, recurrentKernel, bias } = pass.weightGradients();
  pass.free();
  return { ...found, dKernel: kernel, dRecurrent: recurrentKernel, dBias: bias! };
}

/** Compares as bytes: arrays of this size take vitest seconds. */
function sameBits(a: Float32Array | Uint32Array, b: Float32Array | Uint32Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
}

/** Workers that are asked for, but don't run before `start` is called: a real one may be ready in the middle of a pass. */
function holdWorkers(): { start: () => void } {
  const held: (() => void)[] = [];
  class HeldWorker {
    readonly #calls: ((worker: Worker) => void)[] = [];
    constructor(source: string, options: WorkerOptions) {
      held.push(() => {
        const worker = new Worker(source, options);
        for (const call of this.#calls) call(worker);
      });
    }
    unref(): void { this.#calls.push((worker) => { worker.unref(); }); }
    on(event: string, listener: () => void): void { this.#calls.push((worker) => { worker.on(event, listener); }); }
  }
  const real = process.getBuiltinModule.bind(process);
  const modules = vi.spyOn(process, 'getBuiltinModule').mockImplementation(((name: string) => (
    name === 'node:worker_threads' ? { Worker: HeldWorker } : real(name))) as typeof process.getBuiltinModule);
  return { start: () => { modules.mockRestore(); for (const go of held) go(); } };
}

function expectSame(a: ReturnType<typeof everything>, b: ReturnType<typeof everything>): void {
  for (const [name, values] of Object.entries(a)) expect(sameBits(values, b[name]!), `${name} (SEED=${seed})`).toBe(true);
}

test.each(shapes)('$kind: two and three threads give what one gives', async (shape) => {
  const { team, memory } = kernels();
  setThreads(1);
  const alone = everything(shape);
  for (const count of [2, 3]) {
    await ready(team!, count);
    const together = everything(shape);
    for (const [name, values] of Object.entries(alone)) {
      const ours = together[name]!;
      if (!['dKernel', 'dRecurrent', 'dBias'].includes(name)) {
        expect(sameBits(ours, values), `${name}, to the bit (SEED=${seed})`).toBe(true);
        continue;
      }
      // Sums over the samples, in another order: 1400 terms, each sum off by some 2^-24 of its partial sums.
      const scale = Math.max(...Array.from(values, Math.abs));
      expect(Math.max(...Array.from(values, (v, n) => Math.abs(v - ours[n]!))), `${name} (SEED=${seed})`).toBeLessThan(2e-6 * scale);
    }
  }
  expect(memory.used).toBe(0);
});

test('a worker that is not ready yet changes no bit: its share is done on the calling thread', async () => {
  vi.resetModules();
  const fresh = { ...await import('../../src/kernels/module.js'), ...await import('../../src/kernels/pass.js'), ...await import('../../src/kernels/threads.js') };
  const Pass = fresh.KernelPass as unknown as typeof KernelPass;
  const { team } = fresh.kernels();
  fresh.setThreads(2);
  const { start } = holdWorkers();
  const early = everything(shapes[0]!, Pass);
  expect(team!.helped, 'the worker does not run yet').toBe(0);
  start();
  await vi.waitFor(() => { expect(team!.size()).toBe(2); }, { timeout: 120_000 });
  expectSame(everything(shapes[0]!, Pass), early);
  expect(team!.helped).toBeGreaterThan(0);
});

test('without shared memory there is one thread, and the same results', async () => {
  setThreads(1);
  const alone = everything(shapes[0]!);
  vi.resetModules();
  vi.stubGlobal('SharedArrayBuffer', undefined);
  const fresh = { ...await import('../../src/kernels/module.js'), ...await import('../../src/kernels/pass.js'), ...await import('../../src/kernels/threads.js') };
  fresh.setThreads(4);
  expect(fresh.threads()).toBe(1);
  expect(fresh.kernels().team).toBeNull();
  expectSame(everything(shapes[0]!, fresh.KernelPass as unknown as typeof KernelPass), alone);
});

test('a worker that died gives an error, then one thread does it all', async () => {
  // Kernels of its own, since these are done with afterwards.
  vi.resetModules();
  const fresh = { ...await import('../../src/kernels/module.js'), ...await import('../../src/kernels/pass.js'), ...await import('../../src/kernels/threads.js') };
  const { team } = fresh.kernels();
  fresh.setThreads(2);
  await vi.waitFor(() => { expect(team!.size()).toBe(2); }, { timeout: 120_000 });
  team!.patience = 300;
  await team!.terminate();
  const Pass = fresh.KernelPass as unknown as typeof KernelPass;
  expect(() => everything(shapes[0]!, Pass)).toThrow('a worker thread of the kernels made no step in 0.3 s; from here on they run on one thread');
  expect(team!.size()).toBe(1);
  setThreads(1);
  expectSame(everything(shapes[0]!, Pass), everything(shapes[0]!));
});

test('threads are as many as were set, and a whole number', () => {
  setThreads(3);
  expect(threads()).toBe(3);
  for (const wrong of [0, 1.5, -2, NaN]) {
    expect(() => { setThreads(wrong); }).toThrow(new SeeRnnError(`threads: expected a whole number from 1 on, found ${wrong}`));
  }
  expect(() => { setThreads('a' as unknown as number); }).toThrow(new SeeRnnError("threads: expected a whole number from 1 on, found 'a'"));
  expect(threads()).toBe(3);
  setThreads(1000);
  expect(threads()).toBe(64);
});

test('waiting workers don\'t keep a program from ending', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'see-rnn-threads-'));
  try {
    const source = (file: string): string => JSON.stringify(fileURLToPath(new URL(`../../src/kernels/${file}`, import.meta.url)));
    const program = join(folder, 'program.js');
    writeFileSync(program, `
      import { kernels } from ${source('module.ts')};
      import { setThreads } from ${source('threads.ts')};
      setThreads(3);
      const asked = () => (kernels().team.size() === 3 ? console.log('ready') : setTimeout(asked, 5));
      asked();`);
    const bundle = await rolldown({ input: program, platform: 'neutral' });
    await bundle.write({ file: join(folder, 'bundle.mjs') });
    await bundle.close();
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'bundle.mjs')], { encoding: 'utf8', timeout: 120_000 });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'ready\n', stderr: '' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
