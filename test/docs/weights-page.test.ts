import { statSync } from 'node:fs';
import { expect, it } from 'vitest';
import '../backends.js';
import { blocks, programFolder, runProgram } from './program.js';

const { path } = programFolder();

it('docs/weights.md has a program that runs and prints what the page says', async () => {
  const figure = path('norms.png');
  const { printed } = await runProgram(path('program.mjs'), blocks('docs/weights.md', 'js').join('\n'), { 'norms.png': figure });
  expect(printed).toEqual(blocks('docs/weights.md', 'text').join('').trim().split('\n'));
  expect(statSync(figure).size).toBeGreaterThan(10_000);
});
