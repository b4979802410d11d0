import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtPackage } from '../built.js';

const examples = fileURLToPath(new URL('../../examples', import.meta.url));
let folder: string;
beforeAll(() => {
  builtPackage();
  folder = mkdtempSync(join(tmpdir(), 'see-rnn-readable-'));
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

describe('the programs for reading', () => {
  it('are those that their README lists', () => {
    const listed = [...readFileSync(join(examples, 'README.md'), 'utf8').matchAll(/\]\((.+?\.mjs)\)/g)].map((match) => match[1]).sort();
    expect(readdirSync(examples).filter((name) => name.endsWith('.mjs')).sort()).toEqual(listed);
  });

  it.each([
    ['two-ways-to-remember', ['lower-remembers.png', 'upper-remembers.png'], /^upper-remembers\.png: loss 0\.0\d+, .*\nlower-remembers\.png: loss 0\.0\d+, .*\n$/],
    ['in-see-rnns-words', ['grads-0d.png', 'grads-1d.png', 'grads-2d.png', 'outputs-1d.png', 'outputs-hist.png'], /^lower: .*\(16, 100, 6\)\nupper: .*\(16, 6\)\n$/],
  ])('run: %s', (name, figures, says) => {
    const place = mkdtempSync(join(folder, name));
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(examples, `${name}.mjs`)], { cwd: place, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(says);
    expect(readdirSync(place).sort()).toEqual(figures);
  });
});
