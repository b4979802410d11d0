// How a report opens and how smooth it is, in Chromium: by default the big case, an LSTM of 512 units over 1,000 steps and 16 samples.
//
//     node bench/report.mjs [FILE.html] [--pixels N]     (after a build; CHROMIUM_PATH says where the browser is)
//
// Without a file the report is made first, in a process of its own, and its time and memory are told. Then, on a screen of 1400 x 1200:
// when the page is ready; how long each heatmap takes after it was scrolled to; and, while the wheel zooms over sixteen of them, how many
// frames there are a second. Gaps between frames are the time that the page answered nobody.

/* global document, Event, requestAnimationFrame, performance, innerHeight */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { chromiumPath } from '../scripts/chromium.mjs';

const size = { units: 512, timesteps: 1000, samples: 16, features: 16 };
const ms = (time) => `${Math.round(time).toLocaleString('en')} ms`;
const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

const [first, second, third] = process.argv.slice(2);
if (first === '--make') await make(second);
else if (first !== undefined && !first.startsWith('--')) await measure(first, Number(third ?? 1));
else {
  const folder = await mkdtemp(join(tmpdir(), 'see-rnn-report-'));
  try {
    const path = join(folder, 'big.html');
    const { time, written, peak } = JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--make', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
    console.log(`making: ${ms(time)}, writing: ${ms(written)}, most memory ${mib(peak)}, size ${mib((await stat(path)).size)}`);
    await measure(path, Number(second ?? 1));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Makes the big report, and says what that took. */
async function make(path) {
  const { kerasModel, report } = await import('../dist/index.js');
  const { initialize, Random } = await import('../dist/examples/index.js');
  const { units, timesteps, samples, features } = size;
  const model = kerasModel({ name: 'big', layers: [
    { class_name: 'LSTM', config: { name: 'lstm', units, return_sequences: true, batch_shape: [null, timesteps, features] } },
    { class_name: 'Dense', config: { name: 'head', units: 1 } },
  ] }, { loss: 'mean_squared_error' });
  initialize(model, new Random(1));
  const random = new Random(2);
  const x = { data: random.normals(samples * timesteps * features), shape: [samples, timesteps, features] };
  const y = { data: random.normals(samples * timesteps), shape: [samples, timesteps, 1] };
  const start = performance.now();
  const made = await report(model, x, y);
  const time = performance.now() - start;
  await made.save(path);
  const peak = process.platform === 'linux' ? Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) : process.resourceUsage().maxRSS;
  console.log(JSON.stringify({ time, written: performance.now() - start - time, peak: peak * 1024 }));
}

async function measure(path, pixels) {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1200 }, deviceScaleFactor: pixels });
    page.setDefaultTimeout(120_000);
    page.on('pageerror', (error) => { throw error; });
    await page.addInitScript(watch);
    await page.goto(pathToFileURL(path).href, { waitUntil: 'commit' });
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    const opened = await page.evaluate(() => ({ ready: globalThis.seen.ready - 0, verdict: globalThis.seen.verdict }));
    // At once, while the rest of the file may still be on its way.
    const early = await page.evaluate(() => globalThis.appears('Over time, as heatmaps'));
    await page.waitForLoadState('load');
    const loaded = await page.evaluate(() => performance.timing.loadEventEnd - performance.timing.navigationStart);
    console.log(`verdict after ${ms(opened.verdict)}, ready after ${ms(opened.ready)}, whole after ${ms(loaded)}`);
    console.log(`heatmaps scrolled to at once: ${appeared(early)}`);
    await page.waitForTimeout(3000);
    console.log(`longest gap while it opened: ${ms(await page.evaluate(() => Math.max(...globalThis.seen.gaps)))}`);
    for (const heading of ['Gates over time, by unit', 'Over time, unit by unit', 'Weights', 'Gradient by the weights']) {
      console.log(`'${heading}' scrolled to: ${appeared(await page.evaluate((text) => globalThis.appears(text), heading))}`);
      await page.waitForTimeout(500);
    }
    for (const choice of ['gradient outputs', 'value hidden', 'gradient hidden']) {
      await page.evaluate(() => globalThis.appears('Over time, as heatmaps'));
      await page.waitForTimeout(500);
      const before = await page.evaluate((value) => globalThis.choose('Over time, as heatmaps', value), choice);
      console.log(`heatmaps of ${choice} chosen: ${appeared(before)}`);
      await page.waitForTimeout(1000);
    }
    for (const heading of ['Over time, as heatmaps', 'Gates over time, by unit', 'Over time, unit by unit']) await zoom(page, heading);
    await scroll(page);
  } finally {
    await browser.close();
  }
}

function appeared({ some, all, gap }) {
  return `something after ${ms(some)}, all of it after ${ms(all)}, longest gap ${ms(gap)}`;
}

/** Turns the wheel over a figure, in and out again, as fast as a wheel turns. */
async function zoom(page, heading) {
  await page.evaluate((text) => globalThis.appears(text), heading);
  await page.waitForTimeout(1000);
  const at = await page.evaluate((text) => globalThis.middle(text), heading);
  await page.mouse.move(at.x, at.y);
  await page.keyboard.down('Control');
  await page.evaluate(() => { globalThis.seen.gaps = []; });
  for (let round = 0; round < 120; round++) {
    await page.mouse.wheel(0, round % 60 < 30 ? -40 : 40);
    await page.waitForTimeout(12);
  }
  await told(page, `wheel over '${heading}'`);
  await page.keyboard.up('Control');
}

/** Scrolls down the whole page and up again. */
async function scroll(page) {
  await page.evaluate(() => { document.activeElement?.blur(); });
  await page.mouse.move(4, 600);
  await page.evaluate(() => { globalThis.seen.gaps = []; });
  for (let round = 0; round < 200; round++) {
    await page.mouse.wheel(0, round < 100 ? 120 : -120);
    await page.waitForTimeout(12);
  }
  await told(page, 'scrolling');
}

async function told(page, what) {
  const gaps = await page.evaluate(() => globalThis.seen.gaps);
  const sum = gaps.reduce((all, gap) => all + gap, 0);
  const sorted = gaps.toSorted((a, b) => a - b);
  console.log(`${what}: ${(1000 * gaps.length / sum).toFixed(0)} frames a second, nineteen in twenty gaps below ${ms(sorted[Math.floor(0.95 * sorted.length)])}, longest ${ms(sorted.at(-1))}`);
}

/** In the page, before its own script: keeps the gaps between frames, and finds out when figures appear. */
function watch() {
  const seen = { gaps: [], verdict: 0, ready: 0 };
  globalThis.seen = seen;
  let last = performance.now();
  const frame = () => {
    const now = performance.now();
    seen.gaps.push(now - last);
    last = now;
    if (seen.verdict === 0 && document.querySelector('main .sentence')) seen.verdict = now;
    if (seen.ready === 0 && document.documentElement?.dataset.ready !== undefined) seen.ready = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);

  const view = (heading) => [...document.querySelectorAll('main figure.view')].find((one) => one.querySelector('.head h4').textContent === heading);
  /** Which of some places on the screen that belong to the figure's canvas hold something. */
  const picture = (figure) => {
    const canvas = figure.querySelector('canvas');
    const { top, width, height } = canvas.getBoundingClientRect();
    if (canvas.width < 301 || width === 0) return null;
    const context = canvas.getContext('2d');
    const [from, to] = [Math.max(0, -top), Math.min(height, innerHeight - top)];
    const rows = [];
    for (let y = from; y < to; y += 16) rows.push(context.getImageData(0, Math.round(y * canvas.height / height), canvas.width, 1).data);
    return rows;
  };
  const filled = (rows) => rows !== null && rows.some((row) => {
    let kinds = 0;
    for (let i = 4; i < row.length; i += 4) if (row[i] !== row[i - 4] || row[i + 1] !== row[i - 3]) kinds++;
    return kinds > 60;
  });
  /** When something of it is there, and when it is as it stays. */
  const followed = async (figure) => {
    const start = performance.now();
    seen.gaps = [];
    let [some, all, before] = [0, 0, ''];
    while (some === 0 ? performance.now() - start < 10_000 : performance.now() - all < 1000) {
      await new Promise(requestAnimationFrame);
      const rows = picture(figure);
      if (some === 0 && filled(rows)) some = performance.now();
      const now = rows === null ? '' : rows.map((row) => row.reduce((sum, value, i) => (sum + value * (1 + i % 251)) % 1e9, 0)).join();
      if (now !== before) all = performance.now();
      before = now;
    }
    return { some: some - start, all: all - start, gap: Math.max(...seen.gaps) };
  };
  globalThis.appears = (heading) => {
    const figure = view(heading);
    figure.scrollIntoView({ block: 'start' });
    return followed(figure);
  };
  globalThis.choose = (heading, value) => {
    const figure = view(heading);
    const select = figure.querySelector('select');
    select.value = value;
    select.dispatchEvent(new Event('change'));
    return followed(figure);
  };
  globalThis.middle = (heading) => {
    const { top, left, width, height } = view(heading).querySelector('canvas').getBoundingClientRect();
    return { x: left + 0.45 * width, y: Math.max(60, top) + 0.3 * (Math.min(innerHeight, top + height) - Math.max(60, top)) };
  };
}
