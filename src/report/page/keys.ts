import type { Drawn } from '../figures/drawn.js';
import type { Cursor } from './crosshair.js';
import type { Store } from './state.js';
import { zoomed } from './stretch.js';

/** What the keys do in a figure, as its help says it. */
export const KEYS = 'Arrow keys move the crosshair, Page Up and Page Down go from panel to panel, Home and End to the first and last position shown; plus and minus zoom in and out, 0 shows all; Enter enlarges.';

interface Place { readonly cursor: Cursor | null; readonly drawn: Drawn; readonly store: Store }

/**
 * What a key does to the cursor.
 *
 * @returns the new cursor; undefined for a key that means nothing here
 */
export function afterKey(key: string, { cursor, drawn, store }: Place): Cursor | null | undefined {
  const { probe, figure } = drawn;
  if (probe === null) return undefined;
  const stretch = store.stretchOf(probe.group, probe.length);
  const [from, to] = stretch;
  const at = cursor ?? { panel: 0, row: 0, x: Math.floor((from + to) / 2) };
  const x = (to: number): Cursor => ({ ...at, x: Math.max(stretch[0], Math.min(stretch[1], to)) });
  const row = (to: number): Cursor => ({ ...at, row: Math.max(0, Math.min(probe.rows(at.panel) - 1, to)) });
  const panel = (to: number): Cursor => {
    const index = Math.max(0, Math.min(figure.panels.length - 1, to));
    return { ...at, panel: index, row: Math.min(at.row, probe.rows(index) - 1) };
  };
  const show = (factor: number): Cursor | null => {
    if (!probe.zooms) return cursor;
    store.show(probe.group, zoomed(stretch, at.x, factor, probe.length));
    const shown = store.stretchOf(probe.group, probe.length);
    return cursor && { ...cursor, x: Math.max(shown[0], Math.min(shown[1], cursor.x)) };
  };
  if (cursor === null && /^(Arrow|Page|Home|End)/.test(key)) return at;
  switch (key) {
    case 'ArrowLeft': return x(at.x - 1);
    case 'ArrowRight': return x(at.x + 1);
    case 'Home': return x(from);
    case 'End': return x(to);
    case 'ArrowUp': return row(at.row - 1);
    case 'ArrowDown': return row(at.row + 1);
    case 'PageUp': return panel(at.panel - 1);
    case 'PageDown': return panel(at.panel + 1);
    case '+': case '=': return show(1 / 1.6);
    case '-': return show(1.6);
    case '0':
      store.show(probe.group, null);
      return cursor;
    default: return undefined;
  }
}
