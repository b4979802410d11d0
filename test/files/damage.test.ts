import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { seed } from '../seed.js';

const script = fileURLToPath(new URL('../../scripts/fuzz.mjs', import.meta.url));

// `npm run fuzz` damages as many as are asked for; here it has half a minute.
it(`damaged models are read or refused, seed ${seed}`, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--seconds', '30', '--seed', String(seed)]).catch((error: unknown) => error as { stdout: string });
  const found = /^seed \d+, rounds 0 to \d+: (\d+) read, (\d+) refused, (\d+) failed;/m.exec(stdout);
  expect(found?.[3], stdout).toBe('0');
  expect(Number(found?.[1])).toBeGreaterThan(0);
  expect(Number(found?.[2])).toBeGreaterThan(0);
});
