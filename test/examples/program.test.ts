import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { literal } from '../../src/examples/code.js';
import type { Example } from '../../src/examples/example.js';
import { runExamples } from '../../src/examples/run.js';
import { builtPackage } from '../built.js';
import { settings, silent, small, smallEngines, smallKerasEngines, writeEngines, writeKerasEngines } from './small.js';

// Inside the checkout, where a program's `import 'see-rnn'` finds the package.
const out = fileURLToPath(new URL('../out', import.meta.url));
let folder: string;
/** By a name each: example 8 is one of two. */
let examples: Map<string, Example>;

const codeOf = (example: Example): string => example.program(example.iterations.usual);

beforeAll(async () => {
  builtPackage();
  mkdirSync(out, { recursive: true });
  folder = mkdtempSync(join(out, 'programs-'));
  await writeEngines(join(folder, 'engines'));
  await writeKerasEngines(join(folder, 'keras'));
  const trained = [...small(1, 2, 3, 4, 5, 6, 7), await smallEngines(join(folder, 'engines'))];
  const published = await smallKerasEngines(join(folder, 'keras'));
  examples = new Map([...trained.map((example): [string, Example] => [String(example.number), example]), ['8, published', published]]);
  await runExamples(trained, settings(join(folder, 'run')), silent);
  await runExamples([published], settings(join(folder, 'run, published')), silent);
  for (const [name, example] of examples) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'program.mjs'), codeOf(example));
  }
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

describe('the programs shown with the examples', () => {
  // One process for all: most of a program's time goes into starting one.
  it('run, each in a folder of its own, and say nothing', () => {
    const script = `
      for (const name of ${JSON.stringify([...examples.keys()])}) {
        process.chdir(${JSON.stringify(folder)} + '/' + name);
        await import(${JSON.stringify(pathToFileURL(folder).href)} + '/' + name + '/program.mjs');
      }`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it.each(['1', '2', '3', '4', '5', '6', '7', '8', '8, published'])('make the very figures of example %s', (example) => {
    const run = join(folder, example === '8, published' ? 'run, published' : 'run');
    const made = readdirSync(join(folder, example)).filter((name) => name.endsWith('.png'));
    expect(made).not.toEqual([]);
    expect(made).toEqual(readdirSync(run).filter((name) => name.startsWith(`${example[0]}-`) && name.endsWith('.png')));
    for (const name of made) {
      expect(readFileSync(join(folder, example, name)).equals(readFileSync(join(run, name))), name).toBe(true);
    }
  });

  it('have lines that a page can show', () => {
    for (const example of examples.values()) expect(Math.max(...codeOf(example).split('\n').map((line) => line.length)), example.title).toBeLessThan(140);
  });
});

it('values are written as JavaScript reads them', () => {
  const values = { text: `it's "quoted"\\ and\nbroken \u2028`, list: [-0.0001, 1e-7, true], inner: { none: 'none', empty: {} } };
  expect(new Function(`return ${literal(values)}`)()).toEqual(values);
});
