import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SeeRnnError } from '../../../src/core/errors.js';
import { Random } from '../../../src/examples/random.js';
import type { JsonObject } from '../../../src/files/json.js';
import { readModelFile } from '../../../src/files/model-file.js';
import { modelFromSaved } from '../../../src/from/keras/model-from-saved.js';
import { describeWithModels } from '../../models.js';
import { seed } from '../../seed.js';

/**
 * Real configurations with parts of them changed, taken out or swapped: each loads, or is refused in one line that names the file.
 */
const VALUES: readonly unknown[] = [null, true, -1, 0, 1e9, 2 ** 53, 0.5, '', 'tanh', 'LSTM', '__proto__', [], [[]], {}, [null, 3], [null, 50, 25], { class_name: 'LSTM', config: {} }, 'lstm_1', [['x', 0, 0]], NaN];

/** Every place in a value, as the object that holds it and its key. */
function places(value: unknown, found: [Record<string, unknown>, string][] = []): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push([value as Record<string, unknown>, key]);
    places((value as Record<string, unknown>)[key], found);
  }
  return found;
}

function damage(config: object, random: Random): void {
  for (let times = 1 + random.index(2); times > 0; times--) {
    const all = places(config);
    const pick = (): [Record<string, unknown>, string] => all[random.index(all.length)]!;
    const [object, key] = pick();
    switch (random.index(3)) {
      case 0: object[key] = structuredClone(VALUES[random.index(VALUES.length)]); break;
      case 1: if (Array.isArray(object)) object.splice(Number(key), 1); else Reflect.deleteProperty(object, key); break;
      default: {
        const [from, name] = pick();
        object[key] = structuredClone(from[name]);
      }
    }
  }
}

describeWithModels('damaged configurations', (folder) => {
  test.each(['turbofan/regression_model.h5', 'keras2/disease_text_gru.h5', 'keras3/price_gru.h5', 'keras3/emg_lstm.keras', 'keras3/qqq_gru.keras', 'tfjs/model.json'])('%s', async (file) => {
    const random = new Random(seed);
    const saved = await readModelFile(join(folder, file));
    let loaded = 0;
    for (let i = 0; i < 250; i++) {
      const config = structuredClone(saved.config) as unknown as JsonObject;
      damage(config, random);
      try {
        modelFromSaved({ ...saved, config });
        loaded++;
      } catch (error) {
        if (!(error instanceof SeeRnnError)) throw new Error(`${JSON.stringify(config)}: ${String(error)}`, { cause: error });
        expect(error.message.startsWith(`${saved.file}: `), error.message).toBe(true);
        expect(error.message).not.toMatch(/\n|undefined|\[object|Cannot read|is not a function|is not iterable/);
      }
    }
    expect(loaded).toBeGreaterThan(10);
    saved.close();
  });
});
