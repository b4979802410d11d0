// Makes docs/images/report.png: the report on a published model and 16 real engines, as Chromium shows it. Reads ../shared/models/turbofan.
// Run: npm run build && node scripts/report-picture.mjs     (CHROMIUM_PATH says where the browser is)

/* global document */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { loadArray, loadModel, report } from 'see-rnn';
import { chromiumPath } from './chromium.mjs';
import { at } from './fresh.mjs';

const ENGINES = 16;
const first = ({ data, shape: [count, ...rest], axes }) => ({ data: data.slice(0, (ENGINES * data.length) / count), shape: [ENGINES, ...rest], axes });
const models = at('..', 'shared', 'models', 'turbofan');
const [x, y] = (await Promise.all(['x.npy', 'y_remaining_cycles.npy'].map((name) => loadArray(`${models}/${name}`)))).map(first);
const made = await report(await loadModel(`${models}/regression_model.h5`), x, y, { title: 'Flights that a jet engine has left: LSTM 100 under LSTM 50' });

const folder = mkdtempSync(join(tmpdir(), 'see-rnn-picture-'));
const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  await made.save(join(folder, 'report.html'));
  const page = await browser.newPage({ viewport: { width: 1240, height: 1500 }, deviceScaleFactor: 1.5 });
  await page.goto(pathToFileURL(join(folder, 'report.html')).href);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  // The first layer with its verdict, its curves and what is below: what people look at first.
  await page.evaluate(() => { [...document.querySelectorAll('h2')].find((heading) => heading.textContent.includes('lstm_1')).scrollIntoView(); });
  await page.waitForTimeout(3000);
  await page.screenshot({ path: join(at('docs', 'images'), 'report.png') });
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
