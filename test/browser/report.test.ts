import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { readNpy } from '../../src/files/npy.js';
import type { ReportContent } from '../../src/report/content.js';
import { reportHtml } from '../../src/report/html.js';
import { pixelsOf } from '../golden.js';
import { content } from '../report/content.js';
import { itOnPage, PATIENCE, type PageOptions } from './page.js';
import type * as nothing from './pages/nothing.js';

const sizes = { samples: 3, timesteps: 20, units: 6 };
const evil = '<img src=x onerror="document.title=1">';

/** Opens a report, and says what it asked for. */
async function open(page: Page, shown: ReportContent): Promise<string[]> {
  const asked: string[] = [];
  const address = new URL('/report.html', page.url()).href;
  await page.route(address, (route) => route.fulfill({ body: [...reportHtml(shown)].join(''), contentType: 'text/html' }));
  page.on('request', (request) => { if (!/^(data|blob):/.test(request.url())) asked.push(request.url().replace(address, 'the report')); });
  await page.goto(address);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  return asked;
}

/** What a page does it does soon, but on a busy machine not at once. */
const eventually = <T>(read: () => T | Promise<T>): ReturnType<typeof expect.poll<T>> => expect.poll(read, { timeout: PATIENCE });

const view = (page: Page, heading: string, within = 'main'): Locator => page.locator(`${within} figure.view`).filter({ has: page.locator('.head').getByText(heading, { exact: true }) }).first();
const readout = (of: Locator): Locator => of.locator('.readout');
const itOnReport = (name: string, body: (page: Page, asked: readonly string[]) => Promise<void>, options?: PageOptions): void => {
  itOnPage<typeof nothing>(name, 'nothing.ts', async ({ page }) => { await body(page, await open(page, content(['lstm'], sizes))); }, options);
};

/** Moves the pointer over the middle of a figure's plot, by shares of its width and height. */
async function hover(of: Locator, across: number, down: number): Promise<{ x: number; y: number }> {
  await of.locator('.plot').scrollIntoViewIfNeeded();
  await eventually(() => of.locator('canvas').first().evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBeGreaterThan(300);
  const box = (await of.locator('canvas').first().boundingBox())!;
  const at = { x: box.x + across * box.width, y: box.y + down * box.height };
  await of.page().mouse.move(at.x, at.y);
  return at;
}

/** Whether anything stands on a figure's overlay. */
const isMarked = (of: Locator): Promise<boolean> => of.locator('canvas.overlay').evaluate((canvas: HTMLCanvasElement) => {
  const empty = document.createElement('canvas');
  [empty.width, empty.height] = [canvas.width, canvas.height];
  return canvas.toDataURL() !== empty.toDataURL();
});

itOnReport('a report opens with its verdict first, and asks for nothing', async (page, asked) => {
  expect(await page.locator('main h2').first().textContent()).toBe('Verdict');
  expect(await page.locator('main .sentence').first().textContent()).toBe('The gradient vanishes: a tenth is left after 3 steps.');
  expect(await page.locator('h1').textContent()).toBe('A model');
  expect(await page.getByText('model.h5').count(), 'the file without its folders').toBe(1);
  expect(await page.getByText('somewhere').count()).toBe(0);
  // Every figure is drawn once it is in sight.
  const figures = page.locator('figure.view');
  const count = await figures.count();
  expect(count).toBeGreaterThan(12);
  for (let i = 0; i < count; i++) {
    await figures.nth(i).scrollIntoViewIfNeeded();
    await eventually(() => figures.nth(i).locator('canvas').first().evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBeGreaterThan(300);
  }
  expect(asked).toEqual(['the report']);
});

itOnReport('its policy lets nothing out, and nothing in', async (page) => {
  expect(await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content')).toMatch(/^default-src 'none'; script-src 'sha256-[A-Za-z0-9+/=]+';/);
  const blocked = await page.evaluate(async () => {
    const seen: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => { seen.push(event.effectiveDirective); });
    const refused = async (act: () => unknown): Promise<boolean> => { try { await act(); return false; } catch { return true; } };
    const request = await refused(() => fetch('/elsewhere'));
    const html = await refused(() => { document.createElement('p').innerHTML = '<b>x</b>'; });
    await new Promise((next) => { setTimeout(next, 50); });
    return { request, html, seen };
  });
  expect(blocked).toMatchObject({ request: true, html: true });
  expect(blocked.seen).toContain('connect-src');
}, { expected: /Content Security Policy|TrustedHTML/ });

itOnPage<typeof nothing>('a layer named as HTML shows as text', 'nothing.ts', async ({ page }) => {
  const shown = content([evil, 'a</script><script>document.title=2</script>'], sizes, `${evil}\u202e`);
  await open(page, shown);
  expect(await page.locator('h1').textContent()).toBe(`${evil}\\u202e`);
  expect(await page.locator('.layer-section h2').first().textContent()).toBe(`${evil} LSTM`);
  expect(await page.locator('nav a').last().textContent()).toBe('a</script><script>document.title=2</script>');
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.title()).toBe(`${evil}\u202e`);
});

itOnReport('hovering reads sample, time, unit and value, and a crosshair links the figures', async (page) => {
  const heatmaps = view(page, 'Over time, as heatmaps');
  await hover(heatmaps, 0.15, 0.5);
  // The values say where they stand.
  await eventually(() => readout(heatmaps).textContent()).toMatch(/^sample 0, timestep \d+, unit \d: /);
  const [, sample, timestep, unit, value] = /sample (\d+), timestep (\d+), unit (\d+): ([\d.]+)/.exec((await readout(heatmaps).textContent())!)!;
  expect(Number(value)).toBeCloseTo(Number(sample) + Number(timestep) / 100 + Number(unit) / 10000, 4);
  const lines = view(page, 'Over time, unit by unit');
  await lines.scrollIntoViewIfNeeded();
  await hover(lines, 0.2, 0.3);
  await eventually(() => readout(lines).textContent()).toMatch(/^unit \d, sample \d, timestep \d+: /);
  await eventually(() => isMarked(heatmaps)).toBe(true);
  await page.mouse.move(2, 2);
  await eventually(() => isMarked(heatmaps)).toBe(false);
  expect(await readout(lines).textContent()).toBe('');
});

itOnReport('dragging zooms the time of all figures, the wheel too where a figure has the focus; a button shows all', async (page) => {
  const flow = view(page, 'How much gradient is where');
  const heatmaps = view(page, 'Over time, as heatmaps');
  const from = await hover(flow, 0.4, 0.5);
  await page.mouse.down();
  await page.mouse.move(from.x + 150, from.y, { steps: 4 });
  await page.mouse.up();
  await eventually(() => flow.getByRole('button', { name: 'Show all' }).isVisible()).toBe(true);
  expect(await page.locator('dialog').count(), 'a drag is no click').toBe(0);
  await heatmaps.scrollIntoViewIfNeeded();
  await eventually(() => heatmaps.getByRole('button', { name: 'Show all' }).isVisible()).toBe(true);
  await heatmaps.getByRole('button', { name: 'Show all' }).click();
  await eventually(() => heatmaps.getByRole('button', { name: 'Show all' }).isVisible()).toBe(false);

  await hover(flow, 0.5, 0.5);
  const before = await page.evaluate(() => scrollY);
  await flow.locator('.plot').focus();
  await page.mouse.wheel(0, -300);
  await eventually(() => flow.getByRole('button', { name: 'Show all' }).isVisible()).toBe(true);
  expect(await page.evaluate(() => scrollY)).toBe(before);
});

itOnReport('a click enlarges a panel, Escape closes it, and the focus is back', async (page) => {
  const heatmaps = view(page, 'Over time, as heatmaps');
  await hover(heatmaps, 0.15, 0.5);
  await page.mouse.down();
  await page.mouse.up();
  const dialog = page.locator('dialog[open]');
  await eventually(() => dialog.count()).toBe(1);
  const large = view(page, 'Over time, as heatmaps', 'dialog');
  await hover(large, 0.5, 0.5);
  await eventually(() => readout(large).textContent()).toMatch(/^sample 0, timestep \d+, unit \d: /);
  await page.keyboard.press('Escape');
  await eventually(() => page.locator('dialog').count()).toBe(0);
  expect(await heatmaps.locator('.plot').evaluate((plot) => plot === document.activeElement)).toBe(true);
});

itOnReport('keys reach everything: the crosshair, panels, zoom, enlarging', async (page) => {
  const heatmaps = view(page, 'Over time, as heatmaps');
  const plot = heatmaps.locator('.plot');
  await heatmaps.scrollIntoViewIfNeeded();
  await eventually(() => heatmaps.locator('canvas').first().evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBeGreaterThan(300);
  await plot.focus();
  for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'ArrowDown', 'PageDown']) await page.keyboard.press(key);
  // The first key sets the crosshair down in the middle.
  expect(await readout(heatmaps).textContent()).toBe('sample 1, timestep 11, unit 1: 1.1101');
  expect(await readout(heatmaps).getAttribute('aria-live')).toBe('polite');
  await page.keyboard.press('End');
  expect(await readout(heatmaps).textContent()).toBe('sample 1, timestep 19, unit 1: 1.1901');
  await page.keyboard.press('+');
  await eventually(() => heatmaps.getByRole('button', { name: 'Show all' }).isVisible()).toBe(true);
  await page.keyboard.press('0');
  await eventually(() => heatmaps.getByRole('button', { name: 'Show all' }).isVisible()).toBe(false);
  await page.keyboard.press('Enter');
  await eventually(() => page.locator('dialog[open]').count()).toBe(1);
  await page.keyboard.press('Escape');
  await eventually(() => page.locator('dialog').count()).toBe(0);
  await page.keyboard.press('Escape');
  expect(await readout(heatmaps).textContent()).toBe('');
  // What is not a figure is a button, a field, a choice or a link, each with a name.
  const unnamed = await page.evaluate(() => [...document.querySelectorAll('button, select, input, [tabindex="0"]')].filter((one) =>
    !(one.getAttribute('aria-label') ?? (one.textContent || (one as HTMLInputElement).labels?.[0]?.textContent))).length);
  expect(unnamed).toBe(0);
});

itOnReport('samples are picked, and colours changed', async (page) => {
  const heatmaps = view(page, 'Over time, as heatmaps');
  await hover(heatmaps, 0.15, 0.5);
  const image = (): Promise<string> => heatmaps.locator('canvas').first().evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const all = await image();
  const field = page.getByRole('textbox', { name: 'Samples' });
  expect(await field.inputValue()).toBe('all');
  await field.fill('2');
  await field.press('Enter');
  await eventually(async () => (await image()) === all).toBe(false);
  await hover(heatmaps, 0.4, 0.5);
  await eventually(() => readout(heatmaps).textContent()).toMatch(/^sample 2, timestep/);
  await field.fill('3');
  await field.press('Enter');
  expect(await page.locator('.controls .wrong').textContent()).toBe('there are 3: 0 to 2');
  const blue = await image();
  await page.getByRole('combobox', { name: 'Colours', exact: true }).selectOption('viridis');
  await eventually(async () => (await image()) === blue).toBe(false);
  const light = await image();
  await page.getByRole('combobox', { name: 'Page' }).selectOption('dark');
  await eventually(async () => (await image()) === light).toBe(false);
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(18, 18, 20)');
});

itOnReport('a figure is saved as PNG and SVG, and its numbers as .npy', async (page) => {
  const heatmaps = view(page, 'Over time, as heatmaps');
  await hover(heatmaps, 0.15, 0.5);
  const saved = async (name: string): Promise<{ name: string; bytes: Buffer }> => {
    const [download] = await Promise.all([page.waitForEvent('download'), heatmaps.getByRole('button', { name }).click()]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };
  const png = await saved('Save the picture as PNG');
  expect(png.name).toBe('lstm-heatmap-gradient-hidden-sample.png');
  expect((await pixelsOf(png.bytes)).width).toBeGreaterThan(900);
  const svg = await saved('Save the picture as SVG');
  expect(svg.bytes.toString()).toMatch(/^<svg .*lstm: gradient by hidden/s);
  const { shape, data } = readNpy((await saved('Save its numbers as .npy')).bytes, 'saved');
  expect(shape).toEqual([3, 20, 6]);
  expect(data[6 * 20 + 6 + 1]).toBeCloseTo(1.0101, 5);
});

itOnReport('the norm of gradients against time can be chosen, and what is saved follows', async (page) => {
  const flow = view(page, 'How much gradient is where');
  await hover(flow, 0.5, 0.5);
  const plot = flow.locator('.plot');
  const read = async (): Promise<number> => {
    await plot.focus();
    for (const key of ['Escape', 'Home', 'End']) await page.keyboard.press(key);
    await eventually(() => readout(flow).textContent()).toMatch(/timestep 19: /);
    return Number(/: ([\d.]+)$/.exec((await readout(flow).textContent())!)![1]);
  };
  const description = (): Promise<string | null> => flow.locator('figcaption .unseen').textContent();
  const norm = page.getByRole('combobox', { name: 'Norm' });
  const euclidean = await read();
  expect(await description()).toMatch(/^L2 norm of the gradient by outputs, hidden, cell/);
  for (const [key, name, times] of [['L', 'L1', 4], ['m', 'maximum', 0.25]] as const) {
    // By the keyboard: the list answers to letters.
    await norm.focus();
    if (key === 'm') await page.keyboard.press('m');
    else await page.keyboard.press('ArrowDown');
    await eventually(description).toMatch(new RegExp(`^${name === 'L1' ? 'L1' : 'Maximum'} norm of the gradient`));
    expect(await read() / euclidean).toBeCloseTo(times, 3);
    const [download] = await Promise.all([page.waitForEvent('download'), flow.getByRole('button', { name: 'Save the picture as SVG' }).click()]);
    expect(download.suggestedFilename()).toBe(`lstm-flow-${name}-norm-together.svg`);
    expect((await readFile(await download.path())).toString()).toContain(`>${name} norm of the gradient<`);
  }
});

itOnReport('gates have colours of their own', async (page) => {
  const [gates, heatmaps] = [view(page, 'Gates over time, by unit'), view(page, 'Over time, as heatmaps')];
  await hover(heatmaps, 0.15, 0.5);
  await hover(gates, 0.15, 0.5);
  const image = (of: Locator): Promise<string> => of.locator('canvas').first().evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  await page.mouse.move(2, 2);
  const viridis = await image(gates);
  await page.getByRole('combobox', { name: 'Gates’ colours' }).selectOption('greys');
  await eventually(async () => (await image(gates)) === viridis).toBe(false);
  const greys = await image(gates);
  await page.getByRole('combobox', { name: 'Colours', exact: true }).selectOption('viridis');
  await page.waitForTimeout(200);
  expect(await image(gates), 'these lie about zero').toBe(greys);
});

itOnReport('figures have their height before they are drawn, so that nothing moves when they are', async (page) => {
  const tops = (): Promise<number[]> => page.evaluate(() => [...document.querySelectorAll('main h3, main figure.view')].map((one) => Math.round(one.getBoundingClientRect().top + scrollY)));
  const drawn = (): Promise<number> => page.locator('figure.view canvas:first-child').evaluateAll((all) => (all as HTMLCanvasElement[]).filter(({ width }) => width > 300).length);
  const before = await tops();
  const figures = page.locator('main figure.view');
  const count = await figures.count();
  expect(await drawn()).toBeLessThan(count);
  for (let i = 0; i < count; i++) {
    await figures.nth(i).scrollIntoViewIfNeeded();
    await eventually(() => figures.nth(i).locator('canvas').first().evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBeGreaterThan(300);
  }
  expect(await tops()).toEqual(before);
});

itOnReport('what is out of sight is drawn for printing, on white, and given back', async (page) => {
  await page.getByRole('combobox', { name: 'Page' }).selectOption('dark');
  const blank = (): Promise<number> => page.locator('main figure.view canvas:first-child').evaluateAll((all) => (all as HTMLCanvasElement[]).filter(({ width }) => width <= 300).length);
  expect(await blank()).toBeGreaterThan(0);
  await page.emulateMedia({ media: 'print' });
  await eventually(blank).toBe(0);
  const corners = await page.locator('main figure.view canvas:first-child').evaluateAll((all) => (all as HTMLCanvasElement[]).map((canvas) => canvas.getContext('2d')!.getImageData(1, 1, 1, 1).data.join()));
  expect(new Set(corners)).toEqual(new Set(['255,255,255,255']));
  await page.emulateMedia({ media: 'screen' });
  await eventually(blank).toBeGreaterThan(0);
});
