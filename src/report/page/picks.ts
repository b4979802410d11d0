/** Samples as they are written: `all`, `3`, `0-3, 8`. */
export function writePicks(picked: readonly number[], count: number): string {
  if (picked.length === count && count > 1) return 'all';
  const parts: string[] = [];
  for (let i = 0; i < picked.length;) {
    let last = i;
    while (picked[last + 1] === picked[last]! + 1) last++;
    parts.push(last === i ? String(picked[i]) : `${picked[i]}-${picked[last]}`);
    i = last + 1;
  }
  return parts.join(', ');
}

/**
 * Reads them again; each once, in ascending order.
 *
 * @returns what is wrong, in a sentence, where they can't be read
 */
export function readPicks(text: string, count: number): number[] | string {
  if (/^\s*(all)?\s*$/i.test(text)) return Array.from({ length: count }, (_, i) => i);
  const picked = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last = first] = /^\s*(\d{1,9})\s*(?:[-–:]\s*(\d{1,9})\s*)?$/.exec(part) ?? [];
    if (first === undefined) return 'write samples as 0-3, 8';
    const [from, to] = [Number(first), Number(last)];
    if (from > to) return `${from}-${to} runs backwards`;
    if (to >= count) return `there are ${count}: 0 to ${count - 1}`;
    for (let sample = from; sample <= to; sample++) picked.add(sample);
  }
  return [...picked].sort((a, b) => a - b);
}
