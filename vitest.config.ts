import { defineConfig } from 'vitest/config';

/** Where a report for machines goes as well, if anywhere: see `.ci/run`. */
const results = process.env['TEST_RESULTS'];

export default defineConfig({
  // Tests run the TypeScript sources: package.json maps '#platform' to src/ under this condition.
  resolve: { conditions: ['see-rnn-source'] },
  ssr: { resolve: { conditions: ['see-rnn-source', 'node', 'import', 'module', 'default'] } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/out/**'],
    setupFiles: ['test/setup.ts'],
    reporters: results === undefined ? ['default'] : ['default', ['json', { outputFile: results }]],
    testTimeout: 60_000,
  },
});
