import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { OptionSpecs } from '../../src/core/options.js';
import { besideOptions } from '../../src/figures/beside.js';
import { featuresHistOptions } from '../../src/figures/features-hist.js';
import { features0DOptions } from '../../src/figures/features0d.js';
import { features1DOptions } from '../../src/figures/features1d.js';
import { features2DOptions } from '../../src/figures/features2d.js';
import { featuresHistGridOptions } from '../../src/figures/features-hist-grid.js';
import { rnnHeatmapOptions } from '../../src/figures/rnn-heatmap.js';
import { rnnHistogramOptions } from '../../src/figures/rnn-histogram.js';
import { saturationPlotOptions } from '../../src/figures/saturation-plot.js';

// docs/figures.md lists the options from the same tables by which the functions check their callers.
// UPDATE_GOLDEN=1 writes the lists anew.

const page = new URL('../../docs/figures.md', import.meta.url);
const tables: Readonly<Record<string, OptionSpecs>> = {
  features0D: features0DOptions, features1D: features1DOptions, features2D: features2DOptions, featuresHist: featuresHistOptions,
  rnnHeatmap: rnnHeatmapOptions, rnnHistogram: rnnHistogramOptions, featuresHistGrid: featuresHistGridOptions, saturationPlot: saturationPlotOptions, beside: besideOptions,
};

const cell = (text: string): string => text.replaceAll('|', '\\|');
const listOf = (specs: OptionSpecs): string => ['| option | default | takes | what it does |', '|---|---|---|---|',
  ...Object.entries(specs).map(([name, spec]) => `| \`${name}\` | \`${JSON.stringify(spec.default)?.replaceAll('"', "'")}\` | ${cell(spec.form)} | ${cell(spec.help)} |`)].join('\n');

function section(name: string): { from: number; to: number; text: string } {
  const text = readFileSync(page, 'utf8');
  const mark = `<!-- options: ${name} -->\n`;
  const from = text.indexOf(mark) + mark.length;
  return { from, to: text.indexOf('<!-- end -->', from), text };
}

test.each(Object.keys(tables))('docs/figures.md lists the options of %s as they are', (name) => {
  const wanted = `${listOf(tables[name]!)}\n`;
  let { from, to, text } = section(name);
  if (process.env['UPDATE_GOLDEN'] === '1' && !process.env['CI']) {
    writeFileSync(page, text.slice(0, from) + wanted + text.slice(to));
    ({ from, to, text } = section(name));
  }
  expect(text.slice(from, to)).toBe(wanted);
});
