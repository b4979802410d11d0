import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';

const folder = fileURLToPath(new URL('../../shared/models', import.meta.url));
const ABSENT = 'the real models are not here: ../shared/models is absent';

/** The folder of real models that other people trained, or null where this checkout has none beside it. */
export const modelsFolder = (): string | null => (existsSync(folder) ? folder : null);

/**
 * A `describe` whose tests read the real models. Without them it is one skipped test that says so; in CI, which must
 * have them, that test fails.
 *
 * @param tests gets the models' folder
 */
export function describeWithModels(name: string, tests: (models: string) => void): void {
  const models = modelsFolder();
  describe(name, () => {
    if (models !== null) tests(models);
    else it('has the real models to read', ({ skip }) => { skipUnlessCI(skip, ABSENT); });
  });
}

/** Skips a test for want of something on this machine; in CI, where nothing may be wanting, fails it instead. */
export function skipUnlessCI(skip: (note: string) => never, reason: string): never {
  if (process.env['CI'] === 'true') throw new Error(reason);
  return skip(reason);
}
