import { expect } from 'vitest';
import { itInBrowser, withPage } from './page.js';
import type * as faults from './pages/faults.js';

/** What opening the page of faults and calling one of its exports ends with. */
const after = async (name: keyof typeof faults): Promise<unknown> =>
  await withPage<typeof faults>('faults.ts', async ({ call }) => { await call(name); }).catch((error: unknown) => (error as Error).message);

itInBrowser('a page test fails by what the page says, throws and asks for', async () => {
  expect(await after('complain')).toBe('in the page: console error: something is wrong');
  expect(await after('warn')).toBe('in the page: console warning: something may be wrong');
  expect(await after('askElsewhere')).toMatch(/^in the page: a request to http:\/\/example\.invalid\/data; /);
  expect(await after('askForNothing')).toMatch(/^in the page: .*status 404: http:\/\/127\.0\.0\.1:\d+\/nothing/);
  expect(await after('throwLater')).toBe('in the page: uncaught: too late');
});
