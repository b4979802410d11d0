import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { features1DFigure } from '../../src/figures/features1d.js';
import { features2DFigure } from '../../src/figures/features2d.js';
import { loadArray, saveArray, saveArrays } from '../../src/files/arrays.js';
import { Drawing } from '../../src/paint/drawing.js';
import { describeWithModels } from '../models.js';
import { said } from './said.js';

let folder: string;
const at = (name: string): string => join(folder, name);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'see-rnn-plot-'));
  const wave = { data: Float32Array.from({ length: 2 * 10 * 4 }, (_, i) => Math.sin(i / 3)), shape: [2, 10, 4] };
  await saveArray(at('x.npy'), wave);
  await saveArray(at('last.npy'), { data: wave.data.slice(0, 8), shape: [2, 4] });
  await saveArrays(at('one.npz'), { x: wave });
  await saveArrays(at('two.npz'), { x: wave, weights: [1, 2, 3] });
});
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

const inputs = ['last.npy', 'one.npz', 'two.npz', 'x.npy'];
const done = { code: 0, stdout: '', stderr: '' };

describe('see-rnn plot', () => {
  it.each([['0d', 'last.npy'], ['1d', 'x.npy'], ['2d', 'x.npy'], ['hist', 'x.npy']])('%s draws PNG, SVG and PDF, by name', async (kind, data) => {
    for (const [name, begins] of [['a.png', '\x89PNG'], ['a.SVG', '<svg'], ['a.pdf', '%PDF']]) {
      expect(await said(['plot', kind, at(data), '--out', at(name)])).toEqual(done);
      expect(readFileSync(at(name), 'latin1').slice(0, begins.length)).toBe(begins);
    }
    expect(readdirSync(folder).sort()).toEqual(['a.SVG', 'a.pdf', 'a.png', ...inputs].sort());
  });

  it('draws what the functions draw, with the same options', async () => {
    const argv = ['--rows', '2', '--norm', '-0.5,0.5', '--color-map', 'viridis', '--title', 'outputs', '--no-color-bar', '--tight', '--axes', 'samples,time,channels'];
    expect(await said(['plot', '2d', at('x.npy'), '--out', at('a.svg'), ...argv])).toEqual(done);
    const figure = features2DFigure(await loadArray(at('x.npy')), {
      rows: 2, norm: [-0.5, 0.5], colorMap: 'viridis', title: 'outputs', colorBar: false, tight: true, axes: ['samples', 'time', 'channels'],
    });
    expect(readFileSync(at('a.svg'), 'utf8')).toBe(new Drawing(figure).svg());
  });

  it('draws a part of the data', async () => {
    expect(await said(['plot', '1d', at('x.npy'), '--out', at('a.svg'), '--samples', '1', '--units', ':2', '--timesteps', '5:'])).toEqual(done);
    const { data } = await loadArray(at('x.npy'));
    const part = Float32Array.from({ length: 5 * 2 }, (_, i) => data[40 + (5 + (i >> 1)) * 4 + i % 2]);
    expect(readFileSync(at('a.svg'), 'utf8')).toBe(new Drawing(features1DFigure({ data: part, shape: [1, 5, 2] })).svg());
  });

  it('takes the parts by the names that the axes are given', async () => {
    expect(await said(['plot', '1d', at('last.npy'), '--out', at('a.svg'), '--axes', 'samples,timesteps', '--samples', '0'])).toEqual(done);
    expect(await said(['plot', '1d', at('last.npy'), '--out', at('a.svg'), '--samples', '0'])).toEqual({
      code: 1, stdout: '',
      stderr: `see-rnn: ${at('last.npy')}: has no axis of samples to take --samples 0 of, its shape is (2, 4): (timesteps, units)\n`,
    });
  });

  it('takes the array of a .npz file: the only one, or by its key', async () => {
    expect(await said(['plot', '1d', at('one.npz'), '--out', at('a.svg')])).toEqual(done);
    expect(await said(['plot', '1d', at('two.npz'), '--out', at('b.svg'), '--key', 'x'])).toEqual(done);
    expect(readFileSync(at('a.svg'), 'utf8')).toBe(readFileSync(at('b.svg'), 'utf8'));
  });

  it('replaces a figure that is there', async () => {
    writeFileSync(at('a.svg'), 'old');
    expect(await said(['plot', 'hist', at('x.npy'), '--out', at('a.svg'), '--bins', '5'])).toEqual(done);
    expect(readFileSync(at('a.svg'), 'utf8')).toMatch(/^<svg/);
  });
});

describe('bad input: one line, 1, and no file', () => {
  const failure = async (...argv: string[]): Promise<string> => {
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await said(['plot', ...argv]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(readdirSync(folder)).toEqual(before);
    const [, message] = /^see-rnn: (.*)\n$/.exec(stderr.replaceAll(`${folder}/`, '')) ?? [];
    return message;
  };

  it('no such file, a folder, not an array, truncated', async () => {
    expect(await failure('1d', at('none.npy'), '--out', at('a.png'))).toBe('none.npy: no such file');
    expect(await failure('1d', `${folder}/.`, '--out', at('a.png'))).toBe('.: is a folder, expected a file');
    writeFileSync(at('page.npy'), '<html>');
    expect(await failure('1d', at('page.npy'), '--out', at('a.png')))
      .toBe('page.npy: is neither a .npy file (those begin with \\x93NUMPY) nor a .npz file (those begin with PK)');
    writeFileSync(at('cut.npy'), readFileSync(at('x.npy')).subarray(0, 300));
    expect(await failure('1d', at('cut.npy'), '--out', at('a.png'))).toBe('cut.npy: truncated: float32 of shape (2, 10, 4) takes 320 bytes, found 172');
  });

  it('data of another rank, and without numbers', async () => {
    expect(await failure('0d', at('x.npy'), '--out', at('a.png'))).toBe('features0D: data must be (samples, units) or (units), found shape (2, 10, 4)');
    await saveArray(at('empty.npy'), { data: new Float32Array(0), shape: [0, 3, 2] });
    expect(await failure('1d', at('empty.npy'), '--out', at('a.png'))).toBe('features1D: data is empty, found shape (0, 3, 2)');
  });

  it('a key that is not there, or not said', async () => {
    expect(await failure('1d', at('two.npz'), '--out', at('a.png'))).toBe('two.npz: holds 2 arrays, name one by its key; there are: x, weights');
    expect(await failure('1d', at('two.npz'), '--key', 'wieghts', '--out', at('a.png'))).toBe("two.npz: holds no array 'wieghts'; did you mean 'weights'?");
    expect(await failure('1d', at('x.npy'), '--key', 'x', '--out', at('a.png'))).toBe("x.npy: is a .npy file, which holds one array without a key; found key 'x'");
  });

  it('more than it may unpack to', async () => {
    expect(await failure('1d', at('one.npz'), '--max-bytes', '100', '--out', at('a.png'))).toBe('one.npz: unpacks to 448 bytes, more than the 100 allowed (option maxBytes)');
  });

  it('a part that is not there', async () => {
    expect(await failure('1d', at('x.npy'), '--units', '4', '--out', at('a.png'))).toBe('x.npy: --units 4 is beyond its 4 units');
    expect(await failure('hist', at('x.npy'), '--samples', '2:', '--out', at('a.png'))).toBe('x.npy: --samples 2: takes none of its 2 samples');
  });

  it('a figure that cannot be written', async () => {
    expect(await failure('1d', at('x.npy'), '--out', at('none/a.png'))).toBe(`none/a.png: cannot be written: ${at('none')} does not exist`.replace(`${folder}/`, ''));
    expect(await failure('1d', at('x.npy'), '--out', at('x.npy/a.png'))).toBe('x.npy/a.png: cannot be written: x.npy is no folder');
    expect(await failure('1d', at('x.npy'), '--out', at('a.jpg'))).toBe("cannot save 'a.jpg': the name must end in .png, .svg or .pdf");
  });

  it.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    chmodSync(at('x.npy'), 0);
    expect(await failure('1d', at('x.npy'), '--out', at('a.png'))).toBe('x.npy: cannot be read: permission denied');
  });
});

describe('options that cannot be: one line, 2, and no file', () => {
  it.each([
    [['1d', '--rows', '9'], "features1D: option 'rows' must be at most the number of panels (4), found 9"],
    [['1d', '--axes', 'a,b'], "features1D: option 'axes' must name 3 dimensions for data of shape (2, 10, 4), found 2 (a, b)"],
    [['2d', '--norm', '1,-1'], '--norm must be min,max with min below max, or \'auto\' or \'none\', found "1,-1"'],
  ])('%j', async ([kind, ...argv], message) => {
    expect(await said(['plot', kind, at('x.npy'), '--out', at('a.png'), ...argv])).toEqual({ code: 2, stdout: '', stderr: `see-rnn: ${message}\n` });
    expect(readdirSync(folder)).toEqual(inputs);
  });
});

describeWithModels('real data', (models) => {
  it('draws four engines of the turbofan windows', async () => {
    expect(await said(['plot', '2d', join(models, 'turbofan/x.npy'), '--samples', '0:4', '--out', at('a.png')])).toEqual(done);
    expect(readdirSync(folder)).toContain('a.png');
  });
});
