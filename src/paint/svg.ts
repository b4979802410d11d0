import type { Figure } from '../figures/figure.js';
import { paint } from './paint.js';
import { SvgContext } from './svg-context.js';

/** A figure as SVG text. Words stay words; the same figure gives the same text. */
export function toSvg(figure: Figure): string {
  const context = new SvgContext(figure.width, figure.height, figure.description);
  paint(figure, context, 1, context);
  return context.finish();
}
