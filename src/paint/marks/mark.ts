import type { Mark } from '../../figures/figure.js';
import type { Frame } from '../frame.js';
import { paintBand } from './band.js';
import { paintBars } from './bars.js';
import { paintImage } from './image.js';
import { paintLine } from './line.js';
import { paintPoints } from './points.js';
import { paintRule } from './rule.js';

/** Every kind of mark, and what paints it. */
const painters: { readonly [Kind in Mark['kind']]: (mark: Extract<Mark, { kind: Kind }>, frame: Frame) => void } = {
  line: paintLine, image: paintImage, bars: paintBars, points: paintPoints, rule: paintRule, band: paintBand,
};

export const paintMark = (mark: Mark, frame: Frame): void => {
  (painters[mark.kind] as (mark: Mark, frame: Frame) => void)(mark, frame);
};
