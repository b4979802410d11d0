import js from '@eslint/js';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['dist/', 'dist.new-*/', 'coverage/', 'src/kernels/generated/', 'src/paint/generated/', 'src/report/generated/', 'src/kernels/assembly/', 'see-rnn-examples/', 'test/out/'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  {
    rules: {
      // Typed-array arithmetic indexes by computed offsets; `!` on every element would say nothing.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-dynamic-delete': 'off',
      'no-console': 'error',
      // A method of a base class may have arguments for the classes derived from it alone.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  { files: ['test/setup.ts', 'test/backends.ts'], rules: { 'no-console': 'off' } },
  { files: ['scripts/**', 'bench/**', 'examples/**'], languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' } }, rules: { 'no-console': 'off' } },
);
