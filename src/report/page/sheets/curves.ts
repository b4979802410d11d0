import { lines, type Lines } from '../../figures/lines.js';
import type { Choice, Request, Sheet } from '../sheet.js';
import { wanted } from '../sheet.js';
import { valuesOf } from './common.js';

/** What a sheet of lines is made of, but for what the reader chose. */
export type Curves = Omit<Lines, 'stretch' | 'title'>;

export interface CurveSheet {
  readonly file: string;
  readonly heading: string;
  /** In the picture, above it. */
  readonly title: string;
  readonly about: string;
  readonly choices?: readonly Choice[];
  readonly follows?: Sheet['follows'];
  readonly wide?: boolean;
  readonly curves: (request: Request) => Curves;
}

/** A sheet of lines. */
export const curveSheet = ({ file, heading, title, about, choices = [], follows = [], wide = false, curves }: CurveSheet): Sheet => ({
  file, heading, about, choices, follows, wide,
  draw: (request) => {
    const made = curves(request);
    return lines({ ...made, panels: wanted(made.panels, request), title, stretch: request.store.stretchOf(`${made.xName} ${made.length}`, made.length) }, request.space);
  },
  data: (request) => valuesOf(curves(request)),
});
