import type { ArrayInput } from '../../src/core/array.js';
import type { OptionSpecs } from '../../src/core/options.js';
import { featuresHistFigure, featuresHistOptions } from '../../src/figures/features-hist.js';
import { features0DFigure, features0DOptions } from '../../src/figures/features0d.js';
import { features1DFigure, features1DOptions } from '../../src/figures/features1d.js';
import { features2DFigure, features2DOptions } from '../../src/figures/features2d.js';
import type { Figure } from '../../src/figures/figure.js';

interface Kind { readonly options: OptionSpecs; readonly figure: (data: ArrayInput, options: Readonly<Record<string, unknown>>) => Figure }

/** Every kind of figure, for tests that hold for all of them. */
export const figureKinds: Readonly<Record<string, Kind>> = {
  '0d': { options: features0DOptions, figure: features0DFigure },
  '1d': { options: features1DOptions, figure: features1DFigure },
  '2d': { options: features2DOptions, figure: features2DFigure },
  'hist': { options: featuresHistOptions, figure: featuresHistFigure },
};
