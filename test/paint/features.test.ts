import { expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { besideFigure } from '../../src/figures/beside.js';
import { featuresHistFigure } from '../../src/figures/features-hist.js';
import { features0DFigure } from '../../src/figures/features0d.js';
import { features1DFigure } from '../../src/figures/features1d.js';
import { features2DFigure } from '../../src/figures/features2d.js';
import { beside, features0D, features1D, features2D, featuresHist } from '../../src/paint/features.js';
import { pixelsOf } from '../golden.js';

const sequence = [[0.1, -0.2], [0.3, 0.1], [-0.4, 0.2]];

it('hand out each figure, with its options, ready to draw', async () => {
  expect(features0D(sequence, { title: 'a' }).figure).toEqual(features0DFigure(sequence, { title: 'a' }));
  expect(features1D(sequence, { rows: 2 }).figure).toEqual(features1DFigure(sequence, { rows: 2 }));
  expect(features2D(sequence, { colorMap: 'greys' }).figure).toEqual(features2DFigure(sequence, { colorMap: 'greys' }));
  expect(featuresHist(sequence, { bins: 4 }).figure).toEqual(featuresHistFigure(sequence, { bins: 4 }));
  const both = beside([features1D(sequence), features2D(sequence)], { labels: ['one', 'two'] });
  expect(both.figure).toEqual(besideFigure([features1DFigure(sequence), features2DFigure(sequence)], { labels: ['one', 'two'] }));

  const { width, height } = both.figure;
  const scale = both.figure.dpi / 96;
  expect(await pixelsOf(await both.png())).toMatchObject({ width: Math.round(width * scale), height: Math.round(height * scale) });
});

it('refuse what their figure refuses', () => {
  const given: object = { bin: 4 };
  expect(() => featuresHist(sequence, given)).toThrow(new UsageError("featuresHist: unknown option 'bin'; did you mean 'bins'?"));
});
