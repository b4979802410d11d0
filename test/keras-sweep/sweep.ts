import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/model/model.js';
import { compare, load, type Precision } from './compare.js';
import { PackedSweep } from './packed.js';
import { refusalOf, refusals } from './refusals.js';
import { isLost } from './roughness.js';

/** Names of the environment that pick some cases and say more, for whoever looks for a fault: `SWEEP='^rnn-lstm' npx vitest run test/keras-sweep`. */
const PICKED = new RegExp(process.env['SWEEP'] ?? '');

/** Holds every file of every case of one packed file to what Keras said. */
export function sweep(name: string): void {
  const packed = new PackedSweep(new URL(`./packed/${name}.br`, import.meta.url));
  const known = refusals(readFileSync(new URL('../../docs/models.md', import.meta.url), 'utf8'));
  describe(name, () => {
    it.each(packed.cases.filter((one) => PICKED.test(one.name)).map((one) => [one.name, one] as const))('%s', async (_, one) => {
      const wrong: string[] = [];
      let whole: Model | null = null;
      // Whole models first: those of weights alone take the loss from them.
      for (const format of Object.keys(one.files).sort((a, b) => one.files[a]!.length - one.files[b]!.length)) {
        if (isLost(one.name, format)) continue;
        const isWhole = one.files[format]!.length === 1;
        const loaded = await load(packed, one, format, whole);
        if ('model' in loaded && isWhole) whole ??= loaded.model;
        for (const precision of ['float64', 'float32'] satisfies Precision[]) {
          const { status, what, warnings } = 'model' in loaded ? await compare(packed, one, loaded, precision) : loaded;
          const allowed = status === 'agrees' || (status === 'refused' && refusalOf(known, what) !== null) || (status === 'noLoss' && (!isWhole || warnings.some((line) => line.includes('loss'))));
          if (!allowed) wrong.push(`${format}, ${precision}: ${status}: ${what}`);
        }
      }
      expect(wrong).toEqual([]);
    });
  });
}
