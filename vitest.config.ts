import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Tests run the TypeScript sources: package.json maps '#platform' to src/ under this condition.
  resolve: { conditions: ['see-rnn-source'] },
  ssr: { resolve: { conditions: ['see-rnn-source', 'node', 'import', 'module', 'default'] } },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
  },
});
