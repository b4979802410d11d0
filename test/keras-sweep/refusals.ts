/** The table of refusals in docs/models.md, under the heading `## Refused`: what is refused, and in the last column, as code, what the message holds; one of several may be. */

export interface Refusal { readonly what: string; /** Pieces that the message holds, in this order. */ readonly pieces: readonly string[] }

export function refusals(page: string): readonly Refusal[] {
  const [, section = ''] = page.split(/^## Refused$/m);
  const rows = section.split(/^## /m)[0]!.split('\n').filter((line) => line.startsWith('|')).slice(2);
  return rows.flatMap((row) => {
    const cells = row.split('|').slice(1, -1).map((cell) => cell.trim());
    return [...cells.at(-1)!.matchAll(/`([^`]+)`/g)].map(([, message]) => ({ what: cells[0]!, pieces: message!.split('…').map((piece) => piece.trim()).filter((piece) => piece !== '') }));
  });
}

/** The row that a message is of; null where it is of none. */
export function refusalOf(table: readonly Refusal[], message: string): Refusal | null {
  return table.find(({ pieces }) => {
    let at = 0;
    return pieces.length > 0 && pieces.every((piece) => {
      const found = message.indexOf(piece, at);
      at = found + piece.length;
      return found >= 0;
    });
  }) ?? null;
}
