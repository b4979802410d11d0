import { printable } from '../core/printable.js';

/**
 * The parts of Inter that the npm package splits the typeface into, most wanted first. A part is a family of its own
 * for Skia, which does not merge files of one name and weight.
 */
export const INTER_PARTS = ['latin', 'latin-ext', 'greek', 'cyrillic', 'vietnamese'] as const;
export const INTER_WEIGHTS = [400, 600] as const;

/** The family name that a part of Inter is registered under. */
export const familyOf = (part: (typeof INTER_PARTS)[number]): string => (part === 'latin' ? 'Inter' : `Inter ${part}`);

// A letter that Inter lacks comes from a font of the system; where the system has none either, Inter's box for unknown letters shows.
const FAMILIES = [...INTER_PARTS.map((part) => `"${familyOf(part)}"`), 'sans-serif'].join(', ');

/** The CSS font of a text, size in pixels. */
export const cssFont = (size: number, weight: number): string => `${weight} ${size}px ${FAMILIES}`;

/** Inter's measures, in parts of the font size: the height of capitals, and how far letters such as g hang down. */
export const CAP_HEIGHT = 0.727;
export const DESCENT = 0.205;

/** Text from outside made fit to draw: one line, well-formed Unicode, control characters shown as escapes. */
export const drawable = (text: string): string => printable(text).replace(/\p{Surrogate}|[\ufffe\uffff]/gu, '\ufffd');
