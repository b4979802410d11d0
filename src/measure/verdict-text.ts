import { printable } from '../core/printable.js';
import type { Verdict } from './analysis.js';

/**
 * A verdict as lines of text: the sentence and how sure it is, the figures that it rests on, what speaks against it, and what to try.
 *
 * @example
 * console.log(verdictText(await verdict(model, x, y)));
 */
export function verdictText({ sentence, sureness, figures, doubts, advice }: Verdict): string {
  const list = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  - ${line}`)]);
  return [
    sureness === 'unsure' ? sentence : `${sentence} (${sureness})`,
    ...list('It rests on', figures.map(({ text }) => text)), ...list('Doubts', doubts), ...list('What to try', advice),
  ].map(printable).join('\n');
}
