import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import { saveArray } from '../../src/files/arrays.js';
import { loadModel } from '../../src/from/keras/load-model.js';
import { report } from '../../src/report/report.js';
import { said } from '../cli/said.js';
import { kerasHdf5 } from '../files/writers/keras-hdf5.js';
import { kerasZip } from '../files/writers/keras-store.js';
import { F, named, T, U } from '../from/keras/loaded.js';
import { input, of, rnn } from '../from/keras/keras-3-config.js';
import { dense, gru, lstm, numbers } from '../from/keras/stored.js';
import { itOnPage } from './page.js';
import type * as nothing from './pages/nothing.js';

// Models as files whose every name is meant to do harm, from the file to the page.

/** Ends a script, begins an element that runs something, quotes, a line break, and marks that turn the writing direction. */
const evil = (name: string): string => `${name}</script><img src=x onerror="document.title='got in'"><!--'"&\n\u202e${name}\u2066`;
/** As the page shows it. */
const shown = (name: string): string => evil(name).replace('\n', '\\u000a').replace('\u202e', '\\u202e').replace('\u2066', '\\u2066');
/** What a file's name may hold. */
const safe = /^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u;

const [first, second, head, title] = [evil('first'), evil('second'), evil('head'), evil('model')];
const trained = { loss: evil('loss'), optimizer_config: { class_name: evil('optimizer'), config: { learning_rate: 0.001 } } };

const hdf5 = (): Promise<Uint8Array> => {
  const recurrent = (name: string, also: object = {}): object => ({ class_name: 'LSTM', config: { name, trainable: true, units: U, activation: 'tanh', recurrent_activation: 'sigmoid', use_bias: true, return_sequences: true, ...also } });
  const [a, b, c] = [lstm(F, U), lstm(U, U), dense(U, 1)];
  const roles = ['kernel:0', 'recurrent_kernel:0', 'bias:0'];
  return kerasHdf5({ class_name: 'Sequential', config: { name: title, layers: [
    recurrent(first, { batch_input_shape: [null, T, F] }), recurrent(second, { return_sequences: false }), { class_name: 'Dense', config: { name: head, trainable: true, units: 1, activation: 'linear', use_bias: true } },
  ] } }, [named(first, roles, a), named(second, roles, b), named(head, ['kernel:0', 'bias:0'], c)], { kerasVersion: '2.4.0', training: trained });
};

const zip = (): Promise<Uint8Array> => kerasZip({
  ...of('Sequential', { name: title, layers: [input(evil('x'), [null, T, F]), rnn('LSTM', first, {}), rnn('GRU', second, { return_sequences: false }), of('Dense', { name: head, units: 1, activation: 'linear', use_bias: true })] }),
  compile_config: { loss: evil('loss'), optimizer: { module: 'keras.optimizers', class_name: evil('optimizer'), config: { learning_rate: 0.001 } } },
}, { 'layers/lstm/cell': lstm(F, U), 'layers/gru/cell': gru(U, U), 'layers/dense': dense(U, 1) }, { kerasVersion: '3.8.0' });

let folder: string;
const at = (name: string): string => join(folder, name);
const array = (...shape: number[]): NamedArray => ({ ...numbers(...shape), axes: shape.map(String) });
const [x, y] = [array(4, T, F), array(4, 1)];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'see-rnn-evil-'));
  writeFileSync(at('model.h5'), await hdf5());
  writeFileSync(at('model.keras'), await zip());
  await Promise.all([saveArray(at('x.npy'), x), saveArray(at('y.npy'), y)]);
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** Opens a page, and looks for anything that got in. */
async function look(page: Page, html: string): Promise<void> {
  const asked: string[] = [];
  const address = new URL('/report.html', page.url()).href;
  await page.route(address, (route) => route.fulfill({ body: html, contentType: 'text/html' }));
  page.on('request', (request) => { if (!/^(data|blob):/.test(request.url()) && request.url() !== address) asked.push(request.url()); });
  page.on('dialog', (dialog) => { asked.push(`a dialog: ${dialog.message()}`); void dialog.dismiss(); });
  await page.goto(address);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  expect(await page.locator('h1').textContent()).toBe(shown('model'));
  expect(await page.locator('.layer-section h2').allTextContents()).toEqual([expect.stringContaining(shown('first')), expect.stringContaining(shown('second'))]);
  expect(await page.locator('#model').textContent()).toContain(shown('head'));
  expect(await page.locator('#model > p').first().textContent()).toContain(`‘${shown('model')}’`);
  const figures = page.locator('main figure.view');
  for (let i = 0, count = await figures.count(); i < count; i++) {
    await figures.nth(i).scrollIntoViewIfNeeded();
    await expect.poll(() => figures.nth(i).locator('canvas').first().evaluate((canvas: HTMLCanvasElement) => canvas.width), { timeout: 60_000 }).toBeGreaterThan(300);
  }
  // The file's name, and its SVG, in which the layer's name is text.
  const [download] = await Promise.all([page.waitForEvent('download'), figures.first().getByRole('button', { name: 'Save the picture as SVG' }).click()]);
  expect(download.suggestedFilename()).toMatch(safe);
  expect(readFileSync(await download.path(), 'utf8')).not.toMatch(/<(img|script)/);
  await page.waitForTimeout(100); // an image that can't be loaded would say so by now
  expect(await page.locator('img, main script, main iframe, main object, main svg image').count()).toBe(0);
  expect(await page.locator('[onerror], [onload], [onclick]').count()).toBe(0);
  expect(await page.title()).not.toBe('got in');
  expect(asked).toEqual([]);
}

for (const [kind, file] of [['Keras HDF5', 'model.h5'], ['a .keras zip', 'model.keras']] as const) {
  itOnPage<typeof nothing>(`${kind}: nothing of its names gets in, by the function`, 'nothing.ts', async ({ page }) => {
    const warnings: string[] = [];
    const model = await loadModel(at(file), { warn: (line) => warnings.push(line) });
    const made = await report(model, x, y, { loss: 'meanSquaredError', dynamics: false });
    model.dispose();
    expect(warnings.length, 'loss and optimiser are not known').toBeGreaterThan(0);
    await look(page, made.html());
  });

  itOnPage<typeof nothing>(`${kind}: nor by the command`, 'nothing.ts', async ({ page }) => {
    const { code, stdout, stderr } = await said(['report', at(file), '--x', at('x.npy'), '--y', at('y.npy'), '--out', at(`${file}.html`), '--no-dynamics', '--loss', 'mse']);
    expect(code, stderr).toBe(0);
    // A line each, and none that a terminal would take for an order.
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/);
    expect(stdout.split('\n')).toHaveLength(2);
    await look(page, readFileSync(at(`${file}.html`), 'utf8'));
  });
}

it('the page of such a model holds one script that runs', async () => {
  const model = await loadModel(at('model.keras'), { warn: () => undefined });
  const html = (await report(model, x, y, { loss: 'meanSquaredError', dynamics: false })).html();
  model.dispose();
  expect([...html.matchAll(/<script([^>]*)>/g)].filter(([, attributes]) => attributes === '')).toHaveLength(1);
  expect(html).not.toMatch(/<img/i);
});
