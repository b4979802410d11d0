import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadArray } from '../../src/files/arrays.js';
import { readModelFile } from '../../src/files/model-file.js';
import '../backends.js';
import { legacyWeights } from '../files/writers/keras-hdf5.js';
import { describeWithModels } from '../models.js';
import { said } from './said.js';

describeWithModels('a file of weights alone', (models) => {
  const turbofan = (name: string): string => join(models, 'turbofan', name);
  let folder: string;
  const at = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'see-rnn-architecture-'));
    const whole = await readModelFile(turbofan('regression_model.h5'));
    if (whole.weights.kind !== 'by-layer') throw new Error('expected weights by layer');
    const layers = whole.weights.layers.map(({ name, weights }) => ({ name, weights: weights.map((weight) => ({ name: weight.name, shape: weight.shape, data: weight.read() })) }));
    writeFileSync(at('weights.h5'), await legacyWeights(layers, { kerasVersion: '2.0.5' }));
    writeFileSync(at('model.json'), JSON.stringify(whole.config));
    whole.close();
  });
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

  it('runs with --architecture, as JSON or as a whole model, and predicts what Keras did', async () => {
    const expected = await loadArray(turbofan('regression_keras_predictions.npy'));
    for (const architecture of [at('model.json'), turbofan('regression_model.h5')]) {
      const outcome = await said(['outputs', at('weights.h5'), '--architecture', architecture, '--x', turbofan('x.npy'), '--out', at('y.npy')]);
      expect(outcome.code, outcome.stderr).toBe(0);
      const { data } = await loadArray(at('y.npy'));
      expect(Math.max(...Array.from(data, (value, n) => Math.abs(value - expected.data[n]!)))).toBeLessThan(1e-3);
    }
  });

  it('is refused without it', async () => {
    expect(await said(['outputs', at('weights.h5'), '--x', turbofan('x.npy'), '--out', at('none.npy')])).toEqual({
      code: 1, stdout: '',
      stderr: `see-rnn: ${at('weights.h5')}: holds weights alone: give the model that they belong to as 'architecture' (--architecture on the command line), e.g. the JSON that Keras's to_json() writes\n`,
    });
  });
});
