import { beforeAll, expect } from 'vitest';
import '../backends.js';
import { RECURRENT_KINDS } from '../trace/seeded.js';
import { itOnPage, PATIENCE, type LoadedPage } from './page.js';
import * as here from './pages/recurrent.js';

type Page = LoadedPage<typeof here>;
type Found = Awaited<ReturnType<typeof here.everything>>;

/** What Node gives on one thread, with plain SIMD. */
const inNode = new Map<string, Found>();
beforeAll(async () => {
  here.plain();
  await here.useThreads(1);
  for (const kind of RECURRENT_KINDS) inNode.set(kind, await here.everything(kind));
});

const decoded = (base64: string): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);

/**
 * Expects Node's numbers.
 *
 * @param rounding by which part of the largest value an array may differ, by its name
 */
function expectNodes(kind: string, found: Found, rounding: (name: string) => number): void {
  const expected = inNode.get(kind)!;
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, text] of Object.entries(expected)) {
    const what = `${kind}: ${name}`;
    const [a, b] = [decoded(found[name]!), decoded(text)];
    expect(a.length, what).toBe(b.length);
    let [most, apart] = [0, 0];
    b.forEach((value, n) => {
      most = Math.max(most, Math.abs(value));
      apart = Math.max(apart, Math.abs(value - a[n]!));
    });
    expect(most, what).toBeGreaterThan(0);
    expect(apart / most, what).toBeLessThanOrEqual(rounding(name));
  }
}

/** Weight gradients are sums over samples, whose order depends on the number of threads. */
const threaded = (name: string): number => (name.startsWith('weight') ? 2e-6 : 0);
const exactly = (): number => 0;
/** With fused multiply-add, products are rounded once, not twice: over 120 steps. */
const fused = (): number => 1e-5;

async function expectAll(call: Page['call'], rounding: (name: string) => number): Promise<void> {
  for (const kind of RECURRENT_KINDS) expectNodes(kind, await call('everything', kind), rounding);
}

itOnPage<typeof here>('a page that is not isolated has one thread, and the numbers of Node', 'recurrent.ts', async ({ call }) => {
  await call('plain');
  expect(await call('useThreads', 3)).toEqual({ fused: false, isolated: false, threads: 1, working: 1, helped: 0 });
  await expectAll(call, exactly);
});

itOnPage<typeof here>('an isolated page has threads, and the numbers of Node', 'recurrent.ts', async ({ call }) => {
  await call('plain');
  expect(await call('useThreads', 3)).toEqual({ fused: false, isolated: true, threads: 3, working: 3, helped: 0 });
  await expectAll(call, threaded);
  const { helped } = await call('state');
  expect(helped).toBeGreaterThan(0);
  await call('useThreads', 1);
  await expectAll(call, exactly);
  expect((await call('state')).helped).toBe(helped);
}, { isolated: true });

for (const isolated of [false, true]) {
  itOnPage<typeof here>(`the build with fused multiply-add is taken where there is one, ${isolated ? '' : 'not '}isolated`, 'recurrent.ts', async ({ call }) => {
    expect(await call('useThreads', 2)).toMatchObject({ fused: true, working: isolated ? 2 : 1 });
    await expectAll(call, fused);
  }, { isolated });
}

// What a page may forbid. Its own scripts are allowed, and the one in its HTML.
const scripts = "script-src 'self' 'unsafe-inline'";

itOnPage<typeof here>('a policy without blob: workers leaves one thread', 'recurrent.ts', async ({ call }) => {
  await call('plain');
  await call('useThreads', 3);
  expect(await call('state')).toEqual({ fused: false, isolated: true, threads: 1, working: 1, helped: 0 });
  await expectAll(call, exactly);
}, { isolated: true, policy: `${scripts} 'wasm-unsafe-eval'; worker-src 'self'`, expected: /^console error: .*Content Security Policy/ });

itOnPage<typeof here>('a policy without WebAssembly leaves the reference cells', 'recurrent.ts', async ({ call }) => {
  expect(await call('useThreads', 3)).toMatchObject({ fused: null, working: 1 });
  // The reference cells compute in another order.
  expectNodes('gru', await call('everything', 'gru'), () => 1e-5);
}, { isolated: true, policy: scripts, expected: /^console error: .*Content Security Policy/ });

for (const how of ['in its source', 'in being made'] as const) {
  itOnPage<typeof here>(`a worker that fails ${how} leaves one thread`, 'recurrent.ts', async ({ call }) => {
    await call('plain');
    await call('breakWorkers', how);
    expect(await call('useThreads', 3)).toEqual({ fused: false, isolated: true, threads: 1, working: 1, helped: 0 });
    expectNodes('lstm', await call('everything', 'lstm'), exactly);
  }, { isolated: true });
}

itOnPage<typeof here>('a worker that died gives an error, then one thread does it all', 'recurrent.ts', async ({ call }) => {
  await call('plain');
  expect(await call('useThreads', 2)).toMatchObject({ working: 2 });
  await call('endWorkers');
  // Until they have ended, the workers work.
  const ends = (): Promise<string> => call('everything', 'lstm').then(() => 'well', (error: unknown) => (error as Error).message);
  await expect.poll(ends, { timeout: PATIENCE }).toContain('a worker thread of the kernels made no step in 0.3 s; from here on they run on one thread');
  expect(await call('state')).toMatchObject({ threads: 1, working: 1 });
  expectNodes('lstm', await call('everything', 'lstm'), exactly);
}, { isolated: true });

itOnPage<typeof here>('threads work in a worker of the page too', 'recurrent.ts', async ({ call }) => {
  const { found, state } = await call('inWorker', 'gru');
  expect(state).toMatchObject({ isolated: true, threads: 2, working: 2 });
  expect(state.helped).toBeGreaterThan(0);
  expectNodes('gru', found, threaded);
}, { isolated: true });

itOnPage<typeof here>('a page can be left while its workers wait, and come back to', 'recurrent.ts', async ({ call, page }) => {
  for (let visit = 0; visit < 2; visit++) {
    await call('plain');
    expect(await call('useThreads', 2)).toMatchObject({ working: 2 });
    expectNodes('lstm', await call('everything', 'lstm'), threaded);
    expect((await call('state')).helped).toBeGreaterThan(0);
    await page.goto(new URL('/elsewhere', page.url()).href);
    await expect.poll(() => page.workers().length, { timeout: PATIENCE }).toBe(0);
    await page.goBack();
    await page.waitForFunction(() => 'loaded' in globalThis);
  }
}, { isolated: true });
