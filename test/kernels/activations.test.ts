import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { activations } from '../../src/cells/activations.js';
import { kernelActivations } from '../../src/kernels/activations.js';

const page = readFileSync(new URL('../../docs/speed.md', import.meta.url), 'utf8');

test('docs/speed.md lists the activations that have no kernel, and no others', () => {
  const list = /^- The activations (.*?)(?=^- )/ms.exec(page)![1]!;
  const named = [...activations.keys()].filter((name) => new RegExp(`\\b${name}\\b`).test(list));
  expect(named).toEqual([...activations.keys()].filter((name) => !kernelActivations.has(name)));
});
