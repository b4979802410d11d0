import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Where a report for machines goes as well, if anywhere: see `.ci/run`. */
const results = process.env['TEST_RESULTS'];

/** Files that take longest, and would leave all but one core waiting at the end. Vitest itself goes by size where it has no times from before. */
const LONG = ['test/files/damage', 'test/keras-sweep/', 'test/browser/', 'test/from/tfjs/', 'test/trace/', 'test/measure/'];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((part) => moduleId.includes(part));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  // Tests run the TypeScript sources: package.json maps '#platform' to src/ under this condition.
  resolve: { conditions: ['see-rnn-source'] },
  ssr: { resolve: { conditions: ['see-rnn-source', 'node', 'import', 'module', 'default'] } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/out/**'],
    setupFiles: ['test/setup.ts'],
    sequence: { sequencer: LongFirst },
    reporters: results === undefined ? ['default'] : ['default', ['json', { outputFile: results }]],
    // All cores: left to itself Vitest keeps one free, which of two is half.
    maxWorkers: availableParallelism(),
    // A test that hangs is to end some time; one that is slow, on a machine that is, is no fault.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
