import { afterEach, beforeEach, expect } from 'vitest';

// A warning is a failure: whatever the libraries or we say on the console, a user would see too.
const said: string[] = [];

beforeEach(() => {
  said.length = 0;
  for (const level of ['warn', 'error'] as const) {
    console[level] = (...words: unknown[]) => { said.push(words.map(String).join(' ')); };
  }
});

afterEach(() => {
  expect(said, 'nothing is written to the console').toEqual([]);
});
