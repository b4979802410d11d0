import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import '../backends.js';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const page = readFileSync(at('docs/weights.md'), 'utf8');
const blocks = (language: string): string[] => [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, block]) => block!);

describe('docs/weights.md', () => {
  let folder: string;
  beforeAll(() => {
    mkdirSync(at('test/out'), { recursive: true });
    folder = mkdtempSync(join(at('test/out'), 'weights-'));
  });
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

  it('has a program that runs and prints what the page says', async () => {
    const program = join(folder, 'program.mjs');
    const figure = join(folder, 'norms.png');
    // As a reader has it, but for where the package and the figure are.
    writeFileSync(program, blocks('js').join('\n').replace("'see-rnn'", `'${at('src/index.ts')}'`).replace("'norms.png'", JSON.stringify(figure)));
    const printed: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((...words: unknown[]) => { printed.push(words.map((word) => (typeof word === 'string' ? word : inspect(word))).join(' ')); });
    try {
      await import(program);
    } finally {
      log.mockRestore();
    }
    expect(printed.join('\n').trim().split('\n')).toEqual(blocks('text').join('').trim().split('\n'));
    expect(statSync(figure).size).toBeGreaterThan(10_000);
  });
});
