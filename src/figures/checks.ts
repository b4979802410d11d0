import { UsageError } from '../core/errors.js';

/** Checks the options of a grid against the number of its panels. */
export function checkGrid(owner: string, panels: number, { rows, annotations }: { readonly rows: number | 'auto'; readonly annotations: readonly string[] | string }): void {
  if (rows !== 'auto' && rows > panels) {
    throw new UsageError(`${owner}: option 'rows' must be at most the number of panels (${panels}), found ${rows}`);
  }
  if (Array.isArray(annotations) && annotations.length > panels) {
    throw new UsageError(`${owner}: option 'annotations' must name at most ${panels} panels, found ${annotations.length} names`);
  }
}
