import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, it } from 'vitest';
import { builtPackage } from '../built.js';
import { skipUnlessCI } from '../models.js';

const chromiumPath = [
  process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));
/** Milliseconds to wait for a page: what is awaited comes, but on a busy machine late. */
export const PATIENCE = 120_000;
const NO_CHROMIUM = 'no Chromium here: set CHROMIUM_PATH, or install chromium, chromium-browser or google-chrome in /usr/bin';

/** A page in Chromium, with a page module loaded whose exports can be called. */
export interface LoadedPage<Exports> {
  readonly page: Page;
  /** Calls an export of the page module in the page. Arguments and result must be plain data. */
  call<Name extends keyof Exports & string>(name: Name, ...args: ArgumentsOf<Exports[Name]>): Promise<ResultOf<Exports[Name]>>;
}
type ArgumentsOf<F> = F extends (...args: infer Args) => unknown ? Args : never;
type ResultOf<F> = F extends (...args: never[]) => infer Result ? Awaited<Result> : never;

/** How a page is served, and what it may say. */
export interface PageOptions {
  /** Whether the page is cross-origin isolated, which shared memory needs. */
  readonly isolated?: boolean;
  /** The page's content security policy; scripts of its own and the one inside it must be allowed. */
  readonly policy?: string;
  /** Faults that are what is tested. */
  readonly expected?: RegExp;
}

/** A test that needs a Chromium: skipped where there is none, failed in CI. */
export function itInBrowser(name: string, body: () => Promise<void>): void {
  it(name, async ({ skip }) => {
    if (chromiumPath === undefined) skipUnlessCI(skip, NO_CHROMIUM);
    await body();
  });
}

/**
 * A test on a page, by {@link withPage}.
 *
 * @example
 * import type * as sums from './pages/sums.js'; // exports `sum`
 * itOnPage<typeof sums>('adds', 'sums.ts', async ({ call }) => { expect(await call('sum', 1, 2)).toBe(3); });
 */
export function itOnPage<Exports>(name: string, module: string, body: (loaded: LoadedPage<Exports>) => Promise<void>, options?: PageOptions): void {
  itInBrowser(name, () => withPage(module, body, options));
}

/**
 * Opens a page that loads one module of `pages/`, bundled with the built package, runs `body` and closes it.
 *
 * Page modules import the package's parts from `src/`, which is where their types are; the bundle takes the built
 * files of `dist/` for them.
 *
 * @param module a file of `pages/`
 * @throws Error where anything but a log is on the page's console, an error is uncaught, a request fails, or one goes
 *   anywhere but to this page's own server
 */
export async function withPage<Exports>(module: string, body: (loaded: LoadedPage<Exports>) => Promise<void>, options: PageOptions = {}): Promise<void> {
  const script = await bundled(module);
  const { origin, close } = await serve({
    '/': { type: 'text/html', body: PAGE },
    '/bundle.js': { type: 'text/javascript', body: script },
    '/elsewhere': { type: 'text/html', body: ELSEWHERE },
  }, {
    ...(options.isolated ? { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' } : {}),
    ...(options.policy === undefined ? {} : { 'content-security-policy': options.policy }),
  });
  const context = await (await startedBrowser()).newContext();
  context.setDefaultTimeout(PATIENCE);
  try {
    const page = await context.newPage();
    const faults: string[] = [];
    const fault = (what: string): void => { if (!options.expected?.test(what)) faults.push(what); };
    await context.route((url) => url.origin !== origin && url.protocol.startsWith('http'), async (route) => {
      fault(`a request to ${route.request().url()}`);
      await route.abort();
    });
    page.on('console', (message) => { if (message.type() !== 'log') fault(`console ${message.type()}: ${message.text()}`); });
    page.on('pageerror', (error) => { fault(`uncaught: ${error.message}`); });
    page.on('requestfailed', (request) => { fault(`failed request: ${request.url()} (${request.failure()?.errorText ?? 'unknown reason'})`); });
    page.on('response', (response) => { if (response.status() >= 400) fault(`status ${response.status()}: ${response.url()}`); });

    const judged = (error?: unknown): void => {
      if (faults.length > 0) throw new Error(`in the page: ${faults.join('; ')}`, { cause: error });
      if (error !== undefined) throw error as Error;
    };
    try {
      await page.goto(origin);
      await page.waitForFunction(() => 'loaded' in globalThis);
      await body({
        page,
        call: async (name, ...args) => await page.evaluate(
          ([name, args]) => (globalThis as unknown as { loaded: Record<string, (...args: unknown[]) => unknown> }).loaded[name]!(...args),
          [name, args as unknown[]] as const,
        ) as never,
      });
    } catch (error) {
      judged(error);
    }
    judged();
  } finally {
    await context.close();
    await close();
  }
}

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>See RNN test</title>
<link rel="icon" href="data:,">
<script type="module">
import * as loaded from '/bundle.js';
globalThis.loaded = loaded;
</script>
</html>
`;

/** Where a page can go to; it leads nowhere. */
const ELSEWHERE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Elsewhere</title><link rel="icon" href="data:,"></html>';

// One browser for a test file: each page has a context of its own, which shares nothing with the others.
let browser: Promise<Browser> | undefined;
function startedBrowser(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(NO_CHROMIUM);
  return (browser ??= chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    timeout: PATIENCE,
  }));
}
afterAll(async () => { await (await browser)?.close(); });

const bundles = new Map<string, Promise<string>>();
/** The {@link bundle} of a page module, made once in a test file. */
function bundled(module: string): Promise<string> {
  const made = bundles.get(module) ?? bundle(module);
  bundles.set(module, made);
  return made;
}

/** One ES module of a page module and all it imports. */
async function bundle(module: string): Promise<string> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const built = builtPackage() + sep;
  const source = join(root, 'src') + sep;
  const bundler = await rolldown({
    input: fileURLToPath(new URL(`pages/${module}`, import.meta.url)),
    platform: 'browser',
    onLog: (_level, log) => { throw new Error(`bundling ${module}: ${log.message}`); },
    plugins: [{
      name: 'built-for-source',
      resolveId(id, importer) {
        if (importer === undefined || !id.startsWith('.')) return null;
        const path = join(importer, '..', id);
        return path.startsWith(source) ? built + path.slice(source.length) : null;
      },
    }],
  });
  try {
    const { output } = await bundler.generate({ format: 'es', codeSplitting: false });
    return output[0].code;
  } finally {
    await bundler.close();
  }
}

interface Served { readonly type: string; readonly body: string }

async function serve(files: Readonly<Record<string, Served>>, headers: Readonly<Record<string, string>>): Promise<{ origin: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const file = files[request.url ?? ''];
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { ...headers, 'content-type': `${file.type}; charset=utf-8` }).end(file.body);
  });
  await new Promise<void>((resolve, reject) => { server.once('error', reject).listen(0, '127.0.0.1', resolve); });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => {
      server.close(() => { resolve(); });
      server.closeAllConnections();
    }),
  };
}
