import leven from 'leven';
import { namesText, nameText } from './printable.js';

/** Nobody mistypes a name of more letters: it was not typed. */
const LONGEST = 256;

/**
 * The known name closest to a mistyped one, or undefined when none is near enough to be what was meant.
 *
 * "Near" is an edit distance of at most a third of the longer name, ignoring case.
 *
 * @example nearest('nrom', ['norm', 'rows']) // 'norm'
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const longest = Math.max(name.length, candidate.length);
    const most = Math.max(2, Math.ceil(longest / 3));
    // Comparing takes as long as the product of the lengths: a file's names may be of any.
    if (longest > LONGEST || Math.abs(name.length - candidate.length) > most) continue;
    const distance = leven(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= most && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The end of an error message: `; did you mean 'norm'?`, or the list of what there is. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) return `; did you mean '${nameText(near)}'?`;
  return known.length > 0 ? `; there are: ${namesText(known)}` : '';
}
