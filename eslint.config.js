import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  {
    ignores: [
      ...['**/dist/', '**/public/', '**/node_modules/', '**/.cache/', '**/.temp/', 'coverage/'],
      'jest.config.ts',
    ],
  },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: ['eslint.config.js', 'packages/dashboard/web/vite.config.ts'],
        },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      // Nest modules and test fixtures are classes that only carry decorators.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/prefer-nullish-coalescing': 'error',
    },
  },
  {
    // An example's own tsconfig.json finds the packages as a user's does: built. This one finds their sources.
    files: ['examples/**/*.ts'],
    ignores: ['examples/commonjs-jest/'],
    languageOptions: {
      parserOptions: { projectService: false, project: 'examples/tsconfig.json' },
    },
  },
  {
    // Its types are those of Nest 11, and only there once its own packages are installed.
    files: ['examples/commonjs-jest/**/*.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { process: 'readonly' } },
    extends: [tseslint.configs.disableTypeChecked],
    rules: {
      'no-undef': 'off', // TypeScript checks them.
      '@typescript-eslint/no-extraneous-class': 'off', // Decorators are called on classes as functions.
    },
  },
  {
    // Constructor types of Nest classes are read at run time, so they must be value imports.
    files: [
      'packages/work/**/*.ts',
      'packages/bench/src/drivers/nest.ts',
      'packages/dashboard/src/**/*.ts',
      'apps/**/*.ts',
      'examples/**/*.ts',
      'test/**/*.ts',
    ],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'off',
      // Nest's options are classes by type and plain objects by custom.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    // Jest's own types are in namespaces, which ours are added to.
    files: ['packages/work/src/testing/jest.ts'],
    rules: { '@typescript-eslint/no-namespace': ['error', { allowDeclarations: true }] },
  },
);
