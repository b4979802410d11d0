import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../../src/model/backend.js';
import { literal } from '../../src/examples/code.js';
import type { Example } from '../../src/examples/example.js';
import { runExamples } from '../../src/examples/run.js';
import { builtPackage } from '../built.js';
import { settings, silent, small, smallEngines, writeEngines } from './small.js';

// Inside the checkout, where a program's `import 'see-rnn'` finds the package.
const out = fileURLToPath(new URL('../out', import.meta.url));
let folder: string;
let examples: Example[];

const codeOf = (example: Example): string => example.program(example.iterations.usual);

beforeAll(async () => {
  builtPackage();
  await startBackend();
  mkdirSync(out, { recursive: true });
  folder = mkdtempSync(join(out, 'programs-'));
  await writeEngines(join(folder, 'engines'));
  examples = [...small(1, 2, 3, 4, 5, 6, 7), await smallEngines(join(folder, 'engines'))];
  await runExamples(examples, settings(join(folder, 'run')), silent);
  for (const example of examples) {
    mkdirSync(join(folder, String(example.number)));
    writeFileSync(join(folder, String(example.number), 'program.mjs'), codeOf(example));
  }
}, 180_000);
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

describe('the programs shown with the examples', () => {
  // One process for all: most of a program's time goes into loading TF.js.
  it('run, each in a folder of its own, and say nothing', () => {
    const script = `
      for (const number of ${JSON.stringify(examples.map(({ number }) => number))}) {
        process.chdir(${JSON.stringify(folder)} + '/' + number);
        await import(${JSON.stringify(pathToFileURL(folder).href)} + '/' + number + '/program.mjs');
      }`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('make the very figures of example %i', (number) => {
    const made = readdirSync(join(folder, String(number))).filter((name) => name.endsWith('.png'));
    expect(made).toEqual(readdirSync(join(folder, 'run')).filter((name) => name.startsWith(`${number}-`) && name.endsWith('.png')));
    for (const name of made) {
      expect(readFileSync(join(folder, String(number), name)).equals(readFileSync(join(folder, 'run', name))), name).toBe(true);
    }
  });

  it('have lines that a page can show', () => {
    for (const example of examples) expect(Math.max(...codeOf(example).split('\n').map((line) => line.length)), example.title).toBeLessThan(140);
  });
});

it('values are written as JavaScript reads them', () => {
  const values = { text: `it's "quoted"\\ and\nbroken \u2028`, list: [-0.0001, 1e-7, true], inner: { none: 'none' } };
  expect(new Function(`return ${literal(values)}`)()).toEqual(values);
});
