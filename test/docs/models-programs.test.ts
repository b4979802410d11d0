import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import type { Model } from '../../src/model/model.js';
import { named } from '../from/keras/loaded.js';
import { dense, numbers } from '../from/keras/stored.js';
import { legacyWeights } from '../files/writers/keras-hdf5.js';
import { describeWithModels } from '../models.js';
import { blocks, programFolder, runProgram } from './program.js';

const { path } = programFolder();
const page = 'docs/models.md';

it('docs/models.md has a layer of one\'s own that computes what it says', async () => {
  const [T, F, U] = [4, 3, 2];
  const [w, head] = [numbers(F, 1), dense(F, U)];
  writeFileSync(path('weights.hdf5'), await legacyWeights([named('attention', ['W:0'], [w]), named('head', ['kernel:0', 'bias:0'], head)]));
  writeFileSync(path('architecture.json'), JSON.stringify({ class_name: 'Sequential', keras_version: '2.2.4', config: { name: 'made', layers: [
    { class_name: 'AttentionWeightedAverage', config: { name: 'attention', batch_input_shape: [null, T, F] } }, { class_name: 'Dense', config: { name: 'head', units: U } },
  ] } }));
  const program = blocks(page, 'js').find((block) => block.includes('AttentionWeightedAverage'))!;
  const { exports } = await runProgram(path('own.mjs'), `${program}\nexport { model };\n`, { 'weights.hdf5': path('weights.hdf5'), 'architecture.json': path('architecture.json') });
  const x = numbers(5, T, F);
  const { data, shape } = await (exports['model'] as Model).predict({ ...x }) as NamedArray;
  expect(shape).toEqual([5, U]);
  const at = (sample: number, t: number, feature: number): number => x.data[(sample * T + t) * F + feature]!;
  const sum = (count: number, of: (i: number) => number): number => Array.from({ length: count }, (_, i) => of(i)).reduce((a, b) => a + b, 0);
  for (let sample = 0; sample < 5; sample++) {
    const scores = Array.from({ length: T }, (_, t) => Math.exp(sum(F, (feature) => at(sample, t, feature) * w.data[feature]!)));
    const averaged = Array.from({ length: F }, (_, feature) => sum(T, (t) => scores[t]! * at(sample, t, feature)) / sum(T, (t) => scores[t]!));
    for (let unit = 0; unit < U; unit++) expect(data[sample * U + unit]).toBeCloseTo(head[1].data[unit]! + sum(F, (feature) => averaged[feature]! * head[0].data[feature * U + unit]!), 5);
  }
});

describeWithModels('programs on a published model', (models) => {
  const engines = (name: string): string => join(models, 'turbofan', name);

  it('docs/models.md has one that loads, traces and draws', async () => {
    const [program] = blocks(page, 'ts');
    const names = ['regression_model.h5', 'x.npy', 'y_remaining_cycles.npy'];
    const { printed } = await runProgram(path('first.mjs'), program!, { ...Object.fromEntries(names.map((name) => [`../shared/models/turbofan/${name}`, engines(name)])), 'grads.png': path('grads.png') });
    expect(printed[0]).toMatch(/^Sequential model 'sequential' of .*regression_model\.h5 \(Keras, HDF5; version 2\.0\.5; backend tensorflow\)$/);
    expect(printed.join('\n')).toContain("format: 'keras-hdf5'");
    expect(statSync(path('grads.png')).size).toBeGreaterThan(10_000);
  });

  it('README.md has another', async () => {
    const [program] = blocks('README.md', 'ts');
    const figures = ['grads-1d.png', 'grads-2d.svg'];
    const { exports } = await runProgram(path('readme.mjs'), `${program!}\nexport { gradient };\n`, {
      ...Object.fromEntries(['regression_model.h5', 'x.npy', 'y_remaining_cycles.npy'].map((name) => [name, engines(name)])), ...Object.fromEntries(figures.map((name) => [name, path(name)])),
    });
    // As the comment in it says.
    const { shape, axes } = exports['gradient'] as NamedArray;
    expect(program).toContain(`shape: [${shape.join(', ')}], axes: [${axes.map((axis) => `'${axis}'`).join(', ')}]`);
    for (const name of figures) expect(statSync(path(name)).size, name).toBeGreaterThan(10_000);
  });
});
