import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadArray } from '../../src/files/arrays.js';
import { writeNpy } from '../../src/files/npy.js';
import { describeWithModels } from '../models.js';

describeWithModels('arrays beside the real models', (models) => {
  const at = (name: string): string => join(models, 'turbofan', name);

  it('the turbofan windows', async () => {
    const { data, shape } = await loadArray(at('x.npy'));
    expect(shape).toEqual([93, 50, 25]);
    expect(data).toBeInstanceOf(Float32Array);
    // as NumPy reads it
    expect(data[(40 * 50 + 20) * 25 + 3]).toBe(0.11911357194185257);
    expect(Math.max(...data)).toBe(1.0833333730697632);
    expect([...data].reduce((sum, value) => sum + value, 0)).toBeCloseTo(37584.037763531785, 6);
  });

  it('which engines fail', async () => {
    const fails = await loadArray(at('y_fails_within_30.npy'));
    const cycles = await loadArray(at('y_remaining_cycles.npy'));
    expect(fails.data.length).toBe(93);
    expect([...fails.data]).toEqual([...cycles.data].map((left) => (left <= 30 ? 1 : 0)));
  });

  it.each(['x.npy', 'y_fails_within_30.npy', 'y_remaining_cycles.npy', 'regression_keras_predictions.npy'])('%s: written again, the same bytes', async (name) => {
    expect(Buffer.from(writeNpy(await loadArray(at(name)))).equals(readFileSync(at(name)))).toBe(true);
  });
});
