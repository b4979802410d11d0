import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import type { NamedArray } from '../core/array.js';
import type { Call } from '../graph/graph.js';
import type { RecurrentQuantity } from '../trace/quantities.js';

/** An array of what goes on inside a layer's recurrences: its key in an answer, and where it is found. */
export interface InsideKey {
  readonly key: string;
  readonly part: string;
}

/**
 * The keys of a recurrent layer's arrays: the quantity's name for its one `hidden` or `cell`, or its parts' names; gates' or weights'
 * names, after the part's and a slash.
 *
 * @throws SeeRnnError for a layer without them
 */
export async function insideKeys({ label, layer }: Call, quantity: RecurrentQuantity): Promise<InsideKey[]> {
  const { requireRecurrent } = await import('../model/recurrent-parts.js');
  const parts = requireRecurrent(`--of ${quantity}`, layer).map(({ part, cell: { recurrence: { cell }, weights } }) =>
    ({ part, cell, within: (name: string): string => (part === '' ? name : `${part}/${name}`), hasBias: weights.length > 2 }));
  switch (quantity) {
    case 'hidden': return parts.map(({ part }) => ({ part, key: part === '' ? quantity : part }));
    case 'cell': {
      const found = parts.filter(({ cell }) => cell.hasCellState).map(({ part }) => ({ part, key: part === '' ? quantity : part }));
      if (found.length === 0) throw new SeeRnnError(`--of cell: layer '${printable(label)}' has no cell state: only an LSTM has one`);
      return found;
    }
    case 'gates': return parts.flatMap(({ part, cell, within }) => cell.gates.map((gate) => ({ part, key: within(gate) })));
    case 'weight-steps': return parts.flatMap(({ part, within, hasBias }) => ['kernel', 'recurrent_kernel', ...(hasBias ? ['bias'] : [])].map((name) => ({ part, key: within(name) })));
  }
}

/** Arrays under their keys. */
export const underInsideKeys = (keys: readonly InsideKey[], read: (part: string) => NamedArray): Record<string, NamedArray> =>
  Object.fromEntries(keys.map(({ key, part }) => [key, read(part)]));
