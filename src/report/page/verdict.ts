import type { Verdict } from '../../measure/analysis.js';
import { element } from './dom.js';

const sureness: Readonly<Record<Verdict['sureness'], string>> = { sure: 'sure', likely: 'likely', unsure: 'not sure' };

/** A verdict: the sentence, how sure it is, what it rests on, what speaks against it, and what to try. */
export function verdictSection({ kind, sentence, figures, sureness: sure, doubts, advice }: Verdict, heading: string, level: 'h2' | 'h3'): HTMLElement {
  const list = (title: string, items: readonly string[], ordered = false): HTMLElement[] =>
    (items.length === 0 ? [] : [element('h4', {}, title), element(ordered ? 'ol' : 'ul', {}, ...items.map((item) => element('li', {}, item)))]);
  return element('section', { class: `verdict ${kind.replace(/[^a-z]+/g, '-')}`, 'aria-label': heading },
    element(level, {}, heading),
    element('p', { class: 'badges' }, element('strong', {}, kind[0]!.toUpperCase() + kind.slice(1)), ...(kind === "can't tell" ? [] : [' ', element('span', { class: 'quiet' }, sureness[sure])])),
    element('p', { class: 'sentence' }, sentence),
    ...(figures.length === 0 ? [] : [element('dl', { class: 'rests' }, ...figures.map(({ name, text }) => element('div', {}, element('dt', {}, name), element('dd', {}, text))))]),
    ...list('What speaks against it', doubts), ...list('What to try', advice, true));
}
