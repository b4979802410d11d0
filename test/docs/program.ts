import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { afterAll, beforeAll, vi } from 'vitest';

/** A place in the repository. */
export const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The blocks of a language on a page, in order. */
export const blocks = (page: string, language: string): string[] => [...readFileSync(at(page), 'utf8').matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, block]) => block!);

/** A folder for the programs of a test file, while it runs. */
export function programFolder(): { readonly path: (name: string) => string } {
  let folder = '';
  beforeAll(() => {
    mkdirSync(at('test/out'), { recursive: true });
    folder = mkdtempSync(join(at('test/out'), 'program-'));
  });
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
  return { path: (name) => join(folder, name) };
}

/**
 * Runs a program as a reader has it, but for where the package and the files are.
 *
 * @param file where it is put
 * @param places where each file is that the program names, by how it names it
 * @returns the lines that it printed, and what it exports
 */
export async function runProgram(file: string, program: string, places: Readonly<Record<string, string>>): Promise<{ readonly printed: readonly string[]; readonly exports: Readonly<Record<string, unknown>> }> {
  let text = program.replace("'see-rnn'", `'${at('src/index.ts')}'`);
  for (const [name, place] of Object.entries(places)) text = text.replaceAll(`'${name}'`, JSON.stringify(place));
  writeFileSync(file, text);
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...words: unknown[]) => { printed.push(words.map((word) => (typeof word === 'string' ? word : inspect(word))).join(' ')); });
  try {
    const exports = await import(file) as Readonly<Record<string, unknown>>;
    return { printed: printed.join('\n').trim().split('\n'), exports };
  } finally {
    log.mockRestore();
  }
}
