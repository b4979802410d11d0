import type { Text } from '../figures/figure.js';
import { CAP_HEIGHT, cssFont, DESCENT, drawable } from './font.js';
import type { Stage } from './stage.js';

// How far below y the baseline lies, in parts of the font size. Counted from Inter's own measures, not by the
// context's textBaseline, which browsers, Skia and SVG viewers each take differently.
const baselines: Readonly<Record<Text['baseline'], number>> = {
  top: CAP_HEIGHT, middle: CAP_HEIGHT / 2, alphabetic: 0, bottom: -DESCENT,
};

export function paintText(text: Text, stage: Stage): void {
  if (text.text === '') return;
  const { context } = stage;
  const x = stage.size(text.x);
  const y = stage.size(text.y);
  const below = stage.size(text.size * baselines[text.baseline]);
  context.font = cssFont(stage.size(text.size), text.weight);
  context.fillStyle = text.color;
  context.textAlign = text.align;
  context.textBaseline = 'alphabetic';
  if (text.rotate === 0) {
    context.fillText(drawable(text.text), x, y + below);
    return;
  }
  context.save();
  context.translate(x, y);
  context.rotate((text.rotate * Math.PI) / 180);
  context.fillText(drawable(text.text), 0, below);
  context.restore();
}
