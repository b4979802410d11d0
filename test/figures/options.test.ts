import { describe, expect, it } from 'vitest';
import { readOptions } from '../../src/core/options.js';
import { besideOptions } from '../../src/figures/beside.js';
import { figureKinds } from './kinds.js';
import { features1DOptions } from '../../src/figures/features1d.js';
import { features2DOptions } from '../../src/figures/features2d.js';
import { featuresHistGridOptions } from '../../src/figures/features-hist-grid.js';
import { rnnHeatmapOptions } from '../../src/figures/rnn-heatmap.js';
import { rnnHistogramOptions } from '../../src/figures/rnn-histogram.js';
import { saturationPlotOptions } from '../../src/figures/saturation-plot.js';

/** A command line's text for an option, as the option reads it. */
const fromText = (spec: { parse?: (text: string) => unknown; read: (value: unknown) => unknown }, text: string): unknown => {
  const asJson = (): unknown => { try { return JSON.parse(text) as unknown; } catch { return text; } };
  return spec.read(spec.parse ? spec.parse(text) : asJson());
};

describe('the tables of options', () => {
  it.each([...Object.entries(figureKinds).map(([kind, { options }]) => [kind, options] as const), 
    ['beside', besideOptions], ['rnnHeatmap', rnnHeatmapOptions], ['rnnHistogram', rnnHistogramOptions], ['featuresHistGrid', featuresHistGridOptions], ['saturationPlot', saturationPlotOptions],
  ] as const)('%s: every default is of the form its option asks for, and every option says what it does', (_, specs) => {
    for (const [name, spec] of Object.entries(specs)) {
      expect(spec.read(spec.default), name).toEqual(spec.default);
      expect(spec.help, name).toMatch(/^\S.*[^.]$/);
      expect(spec.form, name).not.toBe('');
    }
    expect(Object.keys(readOptions('it', specs))).toEqual(Object.keys(specs));
  });

  it('reads the text of a command line', () => {
    const { norm, rows, annotations, title, colorBar, colorMap } = { ...features2DOptions };
    expect(fromText(norm, '-1e-4,1e-4')).toEqual([-1e-4, 1e-4]);
    expect(fromText(norm, '[-1, 1]')).toEqual([-1, 1]);
    expect(fromText(norm, 'auto')).toBe('auto');
    expect(fromText(norm, '1')).toBeUndefined();
    expect(fromText(norm, ',1')).toBeUndefined();
    expect(fromText(norm, 'a,b')).toBeUndefined();
    expect(fromText(rows, '4')).toBe(4);
    expect(fromText(rows, 'auto')).toBe('auto');
    expect(fromText(rows, '1.5')).toBeUndefined();
    expect(fromText(annotations, 'a, b,c')).toEqual(['a', 'b', 'c']);
    expect(fromText(annotations, 'none')).toBe('none');
    expect(fromText(title, '2024')).toBe('2024');
    expect(fromText(colorBar, 'false')).toBe(false);
    expect(fromText(colorMap, 'RdBu')).toBe('RdBu');
    const { colors, borderColor, yLimits } = features1DOptions;
    expect(fromText(colors, 'red, rgb(1, 2, 3),#abc')).toEqual(['#ff0000', '#010203', '#aabbcc']);
    expect(fromText(colors, 'auto')).toBe('auto');
    expect(fromText(colors, 'red,bleu')).toBeUndefined();
    expect(fromText(borderColor, 'teal')).toBe('#008080');
    expect(fromText(yLimits, '0,1')).toEqual([0, 1]);
  });
});
