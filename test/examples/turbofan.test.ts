import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SeeRnnError } from '../../src/core/errors.js';
import { choose, numbers } from '../../src/examples/all.js';
import { readTurbofan } from '../../src/examples/turbofan.js';
import { saveArray } from '../../src/files/arrays.js';
import { describeWithModels } from '../models.js';
import { writeEngines } from './small.js';

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'see-rnn-turbofan-')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
const at = (...names: string[]): string => join(folder, ...names);

const zeros = (...shape: number[]) => ({ data: new Float32Array(shape.reduce((a, b) => a * b)), shape });

describe('the engine data', () => {
  it('are read from the folder that is named', async () => {
    await writeEngines(at('good'));
    expect((await readTurbofan(at('good'))).x.shape).toEqual([10, 7, 3]);
    const { examples, leftOut } = await choose([8], at('good'));
    expect(examples.map(({ number }) => number)).toEqual([8]);
    expect(leftOut).toEqual([]);
  });

  it.each([
    ['no x', null, [1, 0], 'x.npy: no such file'],
    ['no y', zeros(2, 3, 4), null, 'y_fails_within_30.npy: no such file'],
    ['flat x', zeros(2, 3), [1, 0], 'x.npy: expected shape (engines, timesteps, features), found (2, 3)'],
    ['another y', zeros(2, 3, 4), [1, 0, 1], 'y_fails_within_30.npy: expected a number for each of 2 engines, found shape (3,)'],
    ['few', zeros(6, 3, 4), [1, 0, 1, 0, 0, 0], 'y_fails_within_30.npy: expected 0 and 1 alone, and at least 4 of each, found 4 and 2 of 6'],
    ['other values', zeros(9, 3, 4), [1, 0, 1, 0, 0, 0, 1, 1, 7], 'y_fails_within_30.npy: expected 0 and 1 alone, and at least 4 of each, found 4 and 4 of 9'],
  ])('are refused where they are not such: %s', async (name, x, y, message) => {
    mkdirSync(at(name));
    if (x !== null) await saveArray(at(name, 'x.npy'), x);
    if (y !== null) await saveArray(at(name, 'y_fails_within_30.npy'), y);
    await expect(choose([8], at(name))).rejects.toThrow(`${at(name)}/${message}`);
  });
});

const absent = 'Example 8 is left out: it needs engine data (x.npy and y_fails_within_30.npy), which are not in ../shared/models/turbofan; --data names another folder.';

describe('the choice of examples', () => {
  it('leaves the engines out where their data are not there, and says so in one line', async () => {
    const { examples, leftOut } = await choose(numbers, null, [at('nowhere')]);
    expect(examples.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(leftOut).toEqual([absent]);
    await expect(choose([8], null, [at('nowhere')])).rejects.toThrow(new SeeRnnError(absent));
  });

  it('takes the data from the first of the usual folders that has some', async () => {
    await writeEngines(at('usual'));
    expect((await choose([8], null, [at('nowhere'), at('usual'), at('good')])).examples[0].program(1)).toContain(`const folder = '${at('usual')}';`);
  });

  it('knows eight, in their order', async () => {
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect((await choose([3, 1], null)).examples.map(({ number }) => number)).toEqual([1, 3]);
  });
});

describeWithModels('the engine data of NASA', (models) => {
  it('are found beside the checkout, and have four engines of either sort', async () => {
    const { x } = await readTurbofan(join(models, 'turbofan'));
    expect(x.shape).toEqual([93, 50, 25]);
    expect((await choose([8], null)).examples).toHaveLength(1);
  });
});
