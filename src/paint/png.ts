import { platform } from '#platform';
import type { Figure } from '../figures/figure.js';

/** A figure as a PNG file's bytes, at the figure's dots per inch. */
export const toPng = (figure: Figure): Promise<Uint8Array> => platform.png(figure);
