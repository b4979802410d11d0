import leven from 'leven';

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
    const distance = leven(name.toLowerCase(), candidate.toLowerCase());
    const near = distance <= Math.max(2, Math.ceil(Math.max(name.length, candidate.length) / 3));
    if (near && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The end of an error message: `; did you mean 'norm'?`, or the list of what there is. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) return `; did you mean '${near}'?`;
  return known.length > 0 ? `; there are: ${known.join(', ')}` : '';
}
