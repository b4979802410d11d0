import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Numbers } from '../../src/core/array.js';
import { SeeRnnError } from '../../src/core/errors.js';
import type { Example } from '../../src/examples/example.js';
import { publishedExample } from '../../src/examples/published-example.js';
import { runExamples, type Progress } from '../../src/examples/run.js';
import { settings, silent, small, smallData, smallEngines, writeEngines } from './small.js';

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'see-rnn-examples-')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const at = (...names: string[]): string => join(folder, ...names);
const contents = (name: string): Map<string, string> => new Map(readdirSync(at(name)).sort().map((file) => [file, readFileSync(at(name, file), 'latin1')]));
const pageOf = (name: string): string => readFileSync(at(name, 'index.html'), 'utf8');
const mentioned = (html: string): string[] => [...new Set([...html.matchAll(/(?:src|href)="([^"#:]+)"/g)].map((match) => match[1]))].sort();
const without = (html: string): string => html.replaceAll(/Took [\d.]+ s/g, 'Took');

describe('a run of the examples', () => {
  it('makes the same numbers, figures and page every time', async () => {
    await writeEngines(at('engines'));
    const all = async () => [...small(1, 2, 3, 4, 5, 6, 7), await smallEngines(at('engines'))];
    expect(await runExamples(await all(), settings(at('first')), silent)).toBe(at('first', 'index.html'));
    await runExamples(await all(), settings(at('second')), silent);
    const [first, second] = [contents('first'), contents('second')];
    expect([...second.keys()]).toEqual([...first.keys()]);
    for (const [name, bytes] of first) expect(without(second.get(name)!) === without(bytes), name).toBe(true);
  });

  it('has the same gradients to the bit also where there is enough to do for several threads', async () => {
    const example = publishedExample({ ...smallData[3], units: 48, iterations: { full: 4, usual: 4 } });
    const found: Numbers[] = [];
    const watched: Example = {
      ...example,
      async look(models, done) {
        const look = await example.look(models, done);
        found.push(look.gradients[0].data);
        return look;
      },
    };
    for (let run = 0; run < 3; run++) await runExamples([watched], settings(at('large')), silent);
    expect(found).toHaveLength(3);
    expect(found[0].some((value) => value !== 0)).toBe(true);
    // Not by toEqual, which takes minutes to describe a difference in so many numbers.
    for (const again of found) expect(again.every((value, i) => value === found[0][i])).toBe(true);
  });

  it('writes every figure as PNG and SVG, and a page that shows these and nothing else', () => {
    const names = [
      '1-lstm-6-units-grads-1d', '2-lstm-6-units-all-samples-grads-1d', '2-lstm-6-units-all-samples-grads-2d', '3-lstm-6-units-trained-grads-1d',
      '3-lstm-6-units-trained-grads-2d', '4-lstm-256-units-grads-1d', '4-lstm-256-units-grads-2d', '5-bidirectional-gru-256-units-grads-2d',
      '6-lstm-6-units-layer-2-grads-0d', '7-lstm-gru-simplernn-256-units-grads-2d', '8-turbofan-grads-1d', '8-turbofan-grads-2d',
    ];
    const files = names.flatMap((name) => [`${name}.png`, `${name}.svg`]).sort();
    expect(readdirSync(at('first')).sort()).toEqual([...files, 'index.html'].sort());
    expect(mentioned(pageOf('first'))).toEqual(files);
    for (const name of names) {
      expect(readFileSync(at('first', `${name}.png`)).subarray(1, 4).toString()).toBe('PNG');
      expect(readFileSync(at('first', `${name}.svg`), 'utf8')).toMatch(/^<svg [^]*<\/svg>\s*$/);
    }
  });

  it('makes a page that asks nobody for anything', () => {
    const html = pageOf('first');
    expect(html).toContain("default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'");
    expect(html).not.toMatch(/<script|https?:|url\(|@import|\son\w+=/i);
    expect(html.match(/<img [^>]*alt="[^"]{40,}"/g)).toHaveLength(12);
    expect(html.match(/<section/g)).toHaveLength(8);
  });

  it('says on the figure and on the page where it trained for less than was published', async () => {
    expect(readFileSync(at('first', '4-lstm-256-units-grads-2d.svg'), 'utf8')).toContain('after 2 of 5 iterations');
    expect(readFileSync(at('first', '7-lstm-gru-simplernn-256-units-grads-2d.svg'), 'utf8')).toContain('after 2 of 7 iterations');
    expect(readFileSync(at('first', '3-lstm-6-units-trained-grads-2d.svg'), 'utf8')).toContain('after 5 iterations');
    expect(pageOf('first')).toContain('Drawn after 2 of 5 iterations (--full trains all of them).');
    await runExamples(small(4), settings(at('full'), true), silent);
    expect(readFileSync(at('full', '4-lstm-256-units-grads-2d.svg'), 'utf8')).toContain('after 5 iterations');
    expect(pageOf('full')).toContain('Drawn after 5 iterations.');
  });

  it('trains once what examples share', async () => {
    const begun: [number, number, number][] = [];
    let trained: Progress[] = [];
    await runExamples(small(1, 2, 3, 6), settings(at('shared')), {
      begins: ({ number }, { done, total }) => { begun.push([number, done, total]); },
      trained: (progress) => { trained.push(progress); },
      ends: () => undefined,
    });
    expect(begun).toEqual([[1, 0, 1], [2, 1, 1], [3, 1, 5], [6, 5, 5]]);
    expect(trained.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5]);
    expect(trained.every(({ loss }) => loss > 0)).toBe(true);
    for (const [name, bytes] of contents('shared')) if (name !== 'index.html') expect(bytes === contents('first').get(name), name).toBe(true);

    // Alone, without what an earlier example trained, and where the other goes too far for it: the same figures.
    await runExamples(small(3), settings(at('alone')), silent);
    await runExamples(small(3, 1).reverse(), settings(at('backwards')), silent);
    for (const name of ['alone', 'backwards']) {
      expect(readFileSync(at(name, '3-lstm-6-units-trained-grads-1d.svg'), 'latin1')).toBe(contents('first').get('3-lstm-6-units-trained-grads-1d.svg'));
    }
    expect(readFileSync(at('backwards', '1-lstm-6-units-grads-1d.svg'), 'latin1')).toBe(contents('first').get('1-lstm-6-units-grads-1d.svg'));
    trained = [];
  });

  it('has a page after every example', async () => {
    const sections: number[] = [];
    await runExamples(small(1, 6), settings(at('growing')), { ...silent, ends: () => { sections.push(pageOf('growing').match(/<section/g)!.length); } });
    expect(sections).toEqual([1, 2]);
  });

  it('shows text as text', async () => {
    const odd = publishedExample({ ...smallData[0], title: '<b>"1" & 2</b>', about: ["a <i> isn't"] });
    await runExamples([odd], { ...settings(at('escaped')), leftOut: ['left <out>'] }, silent);
    const html = pageOf('escaped');
    expect(html).toContain('&#60;b&#62;&#34;1&#34; &#38; 2&#60;/b&#62;');
    expect(html).toContain('a &#60;i&#62; isn&#39;t');
    expect(html).toContain('left &#60;out&#62;');
    expect(html).not.toMatch(/<b>|<i>|<script|<out/);
  });

  it('refuses a folder that cannot be', async () => {
    writeFileSync(at('file'), '');
    await expect(runExamples([], settings(at('file')), silent)).rejects.toThrow(new SeeRnnError(`${at('file')}: the folder can't be made: a file is in its place`));
    await expect(runExamples([], settings(at('file', 'in')), silent)).rejects.toThrow(`${at('file', 'in')}: the folder can't be made: a file is in its place`);
    expect(existsSync(at('file', 'in'))).toBe(false);
  });
});
