import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { featuresHistGridFigure } from '../../src/figures/features-hist-grid.js';
import { saveArray, saveArrays } from '../../src/files/arrays.js';
import { Drawing } from '../../src/paint/drawing.js';
import { Random } from '../random.js';
import { said } from './said.js';

let folder: string;
const at = (name: string): string => join(folder, name);
const done = { code: 0, stdout: '', stderr: '' };
const see = (line: string): ReturnType<typeof said> => said(`plot hist-grid ${line}`.split(' ').map((word) => (/\.(np[yz]|svg|png|pdf)$/.test(word) ? at(word) : word)));
const drawn = (name: string): string => readFileSync(at(name), 'utf8');
const random = new Random(1);
const numbers = (...shape: number[]): { data: Float64Array; shape: number[] } => ({ data: random.normals(shape.reduce((a, b) => a * b)), shape });

const names = ['forward/kernel', 'forward/bias', 'backward/kernel', 'backward/bias'];
const [before, after] = [0, 1].map(() => Object.fromEntries(names.map((name) => [name, numbers(20, 4)])));
const cube = numbers(2, 3, 2, 30);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'see-rnn-hist-grid-'));
  await saveArrays(at('before.npz'), before!);
  await saveArrays(at('after.npz'), after!);
  await saveArrays(at('fewer.npz'), { 'forward/kernel': [1, 2], 'forward/bias': [3] });
  await saveArrays(at('uneven.npz'), { 'forward/kernel': [1, 2], 'forward/bias': [3], 'backward/kernel': [1] });
  await saveArray(at('cube.npy'), cube);
  await saveArray(at('a.npy'), [1, 2, 2, 3]);
  await saveArray(at('b.npy'), [2, 3, 3, 4]);
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

describe('see-rnn plot hist-grid', () => {
  it('draws the arrays of files by their keys: rows before the slash, columns after it, files on one another', async () => {
    expect(await see('before.npz after.npz --out x.svg --bins 12')).toEqual(done);
    const cell = (key: string): { data: Float64Array; shape: number[] }[] => [before![key]!, after![key]!];
    const grid = ['forward', 'backward'].map((row) => ['kernel', 'bias'].map((column) => cell(`${row}/${column}`)));
    const figure = featuresHistGridFigure(grid, { columnTitles: ['kernel', 'bias'], sideAnnotations: ['forward', 'backward'], labels: ['before', 'after'], bins: 12 });
    expect(drawn('x.svg')).toBe(new Drawing(figure).svg());
    expect(await see('before.npz after.npz --out y.svg --bins 12 --labels was,is --column-titles none')).toEqual(done);
    expect(drawn('y.svg')).toBe(new Drawing(featuresHistGridFigure(grid, { sideAnnotations: ['forward', 'backward'], labels: ['was', 'is'], bins: 12 })).svg());
  });

  it('draws one array as (rows, columns, histograms, ...), and several .npy files in one cell', async () => {
    expect(await see('cube.npy --out cube.svg')).toEqual(done);
    expect(drawn('cube.svg')).toBe(new Drawing(featuresHistGridFigure(cube)).svg());
    expect(await see('a.npy b.npy --out ab.svg --bins 3')).toEqual(done);
    expect(drawn('ab.svg')).toBe(new Drawing(featuresHistGridFigure([[[[1, 2, 2, 3], [2, 3, 3, 4]]]], { labels: ['a', 'b'], bins: 3 })).svg());
  });

  it.each([
    ['a.npy --out c.png', 1, 'see-rnn: featuresHistGrid: data must be (rows, columns, histograms, ...), found 1 dimension\n'],
    ['before.npz fewer.npz --out c.png', 1, 'see-rnn: FOLDER/fewer.npz: must hold the arrays that FOLDER/before.npz does, forward/kernel, forward/bias, backward/kernel, backward/bias; found forward/kernel, forward/bias\n'],
    ['uneven.npz --out c.png', 1, "see-rnn: FOLDER/uneven.npz: holds no array 'backward/bias': the grid has the rows forward, backward and the columns kernel, bias\n"],
    ['before.npz --out c.png --bins 0', 2, 'see-rnn: --bins must be a whole number from 1 to 10000, found "0"\n'],
    ['before.npz --out c.png --x-limits -1,1 --center-on-zero', 2, "see-rnn: featuresHistGrid: options 'xLimits' and 'centerOnZero' both set the x axis; give one of them\n"],
    ['none.npz --out c.png', 1, 'see-rnn: FOLDER/none.npz: no such file\n'],
    ['--out c.png', 2, "see-rnn: missing required argument 'data'\n"],
  ])('%s: one line, and no file', async (line, code, message) => {
    expect(await see(line)).toEqual({ code, stdout: '', stderr: message.replaceAll('FOLDER', folder) });
    expect(readdirSync(folder)).not.toContain('c.png');
  });
});
