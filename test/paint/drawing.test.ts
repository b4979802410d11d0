import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SeeRnnError } from '../../src/core/errors.js';
import { Drawing } from '../../src/paint/drawing.js';
import { pixelsOf } from '../golden.js';
import { figure, line, panel, text } from './figures.js';

const drawing = new Drawing(figure([panel([line([1, 2, 3])])], { texts: [text('Words', 10, 12)] }));

describe('saving', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'see-rnn-')); });
  afterEach(() => { rmSync(folder, { recursive: true }); });

  it('picks the format by the name, whatever its case', async () => {
    for (const name of ['a.png', 'b.svg', 'c.pdf', 'D.PNG']) await drawing.save(join(folder, name));
    const start = (name: string, length: number): string => readFileSync(join(folder, name)).subarray(0, length).toString('latin1');
    expect([start('a.png', 4), start('b.svg', 4), start('c.pdf', 4), start('D.PNG', 4)]).toEqual(['\x89PNG', '<svg', '%PDF', '\x89PNG']);
    expect(readdirSync(folder), 'and nothing else is left').toHaveLength(4);
    expect(readFileSync(join(folder, 'b.svg'), 'utf8')).toBe(drawing.svg());
  });

  it('replaces what was there', async () => {
    writeFileSync(join(folder, 'a.svg'), 'x'.repeat(1e6));
    await drawing.save(join(folder, 'a.svg'));
    expect(readFileSync(join(folder, 'a.svg'), 'utf8')).toBe(drawing.svg());
  });

  it.each([
    ['x.gif', "cannot save 'x.gif': the name must end in .png, .svg or .pdf"],
    ['png', "cannot save 'png': the name must end in .png, .svg or .pdf"],
    ['a\nb.jpg', "cannot save 'a\\u000ab.jpg': the name must end in .png, .svg or .pdf"],
    ['', "cannot save '': the name must end in .png, .svg or .pdf"],
  ])('refuses %j', async (name, message) => {
    await expect(drawing.save(name)).rejects.toThrow(new SeeRnnError(message));
  });

  it('says when the folder is missing', async () => {
    const path = join(folder, 'none', 'a.png');
    await expect(drawing.save(path)).rejects.toThrow(new SeeRnnError(`${path}: cannot be written: ${join(folder, 'none')} does not exist`));
  });

  it('says when the name is a folder\'s, and leaves nothing', async () => {
    mkdirSync(join(folder, 'a.png'));
    await expect(drawing.save(join(folder, 'a.png'))).rejects.toThrow(new SeeRnnError(`${join(folder, 'a.png')}: is a folder`));
    expect(readdirSync(folder)).toEqual(['a.png']);
  });
});

describe('PNG', () => {
  it('has the figure\'s size at its dots per inch, and says so', async () => {
    for (const [dpi, width, height] of [[96, 220, 130], [144, 330, 195], [300, 688, 406], [40, 92, 54]]) {
      const png = await new Drawing({ ...drawing.figure, dpi }).png();
      expect(await pixelsOf(png)).toMatchObject({ width, height });
      const file = Buffer.from(png);
      const at = file.indexOf('pHYs');
      expect(file.readUInt32BE(at + 4)).toBe(Math.round(dpi / 0.0254));
      expect(file[at + 12], 'counted by the metre').toBe(1);
    }
  });

  it('is the same each time', async () => {
    expect(Buffer.from(await drawing.png()).equals(Buffer.from(await drawing.png()))).toBe(true);
  });

  it('too large for a canvas is refused', async () => {
    await expect(new Drawing({ ...drawing.figure, width: 40_000, height: 10_000 }).png()).rejects.toThrow(
      new SeeRnnError('a PNG of 40000 x 10000 pixels is too large (the most is 268435456 in all); use a lower dpi or a smaller figure, or save as .svg'),
    );
  });

  it('shows a figure of any description and words', async () => {
    const odd = new Drawing({ ...drawing.figure, description: 'a\0b 中 \ud800' });
    expect((await pixelsOf(await odd.png())).width).toBe(220);
    expect(Buffer.from(await odd.pdf()).subarray(0, 4).toString()).toBe('%PDF');
  });
});

describe('drawing on a canvas', () => {
  afterEach(() => { vi.unstubAllGlobals(); });

  it('gives it the figure\'s size and picture', async () => {
    const canvas = createCanvas(1, 1);
    await drawing.drawOn(canvas);
    expect([canvas.width, canvas.height]).toEqual([220, 130]);
    const { data } = await pixelsOf(await drawing.png());
    expect(Buffer.from(canvas.getContext('2d').getImageData(0, 0, 220, 130).data).equals(Buffer.from(data))).toBe(true);
  });

  it('uses each device pixel of a fine screen, at the same size in CSS pixels', async () => {
    vi.stubGlobal('devicePixelRatio', 2);
    const canvas = Object.assign(createCanvas(1, 1), { style: { width: '', height: '' } });
    await drawing.drawOn(canvas);
    expect([canvas.width, canvas.height, canvas.style]).toEqual([440, 260, { width: '220px', height: '130px' }]);
    const { data } = await pixelsOf(await new Drawing({ ...drawing.figure, dpi: 192 }).png());
    expect(Buffer.from(canvas.getContext('2d').getImageData(0, 0, 440, 260).data).equals(Buffer.from(data))).toBe(true);
  });

  it('says when the canvas has another kind of context', async () => {
    await expect(drawing.drawOn({ width: 1, height: 1, getContext: () => null })).rejects.toThrow(
      new SeeRnnError('the canvas has no 2D context: it is in use with another one'),
    );
  });
});
