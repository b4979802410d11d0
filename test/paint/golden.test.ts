import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Drawing } from '../../src/paint/drawing.js';
import { expectGolden } from '../golden.js';
import { axis, everything, figure, line, panel } from './figures.js';

// A comparison that passes whatever is drawn would be worse than none.

const out = (name: string): string => join(fileURLToPath(new URL('../out/paint/', import.meta.url)), name);
const updating = process.env['UPDATE_GOLDEN'] === '1';

it.skipIf(updating)('a picture that differs fails, and is kept with its difference', async () => {
  const changed = new Drawing({ ...everything, swatches: [] });
  await expect(expectGolden(changed, 'everything')).rejects.toThrow('paint/golden/everything.png: 100 of 199800 pixels differ; see test/out/paint');
  for (const file of ['everything.png', 'everything.difference.png']) {
    expect(existsSync(out(file))).toBe(true);
    rmSync(out(file));
  }
});

it.skipIf(updating)('a thin line moved by a pixel fails', async () => {
  const changed = figure([panel([line([0, 1, 2, 3, 4].map((y) => y + 0.05))], { y: axis([4, 0], [0, 4]) })]);
  await expect(expectGolden(new Drawing(changed), 'line-downwards')).rejects.toThrow(/pixels differ/);
  for (const file of ['line-downwards.png', 'line-downwards.difference.png']) rmSync(out(file));
});

it.skipIf(updating)('another size, other SVG text and a missing golden picture fail', async () => {
  await expect(expectGolden(new Drawing({ ...everything, width: 541 }), 'everything'))
    .rejects.toThrow('paint/golden/everything.png: is 540 x 370 pixels, drawn were 541 x 370; see test/out/paint');
  rmSync(out('everything.png'));
  await expect(expectGolden('<svg/>', 'everything')).rejects.toThrow('paint/golden/everything.svg: the SVG text differs; see test/out/paint');
  rmSync(out('everything.svg'));
  await expect(expectGolden('<svg/>', 'nowhere')).rejects.toThrow('there is no paint/golden/nowhere.svg yet; UPDATE_GOLDEN=1 makes it');
});
