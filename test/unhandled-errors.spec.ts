import { execFile } from 'node:child_process';
import { expect, it } from '@jest/globals';

const config = {
  rootDir: process.cwd(),
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/fixtures/unhandled/*.mjs'],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2023' }, module: { type: 'es6' } }],
  },
  setupFilesAfterEnv: ['<rootDir>/test/late-errors.ts'],
};

interface Results {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

/** What Jest says of the fixtures. */
async function results(): Promise<Results> {
  const jest = ['node_modules/jest/bin/jest.js', '--config', JSON.stringify(config), '--json'];
  const args = ['--experimental-vm-modules', '--no-warnings', ...jest, '--runInBand'];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, (_error, stdout) => resolve(stdout));
  });
  return JSON.parse(output) as Results;
}

it('fails the test, or the file, under which nobody hears of an error', async () => {
  const { testResults } = await results();
  const [errors, late] = ['errors.mjs', 'late.mjs'].map((name) =>
    testResults.find((file) => file.name.endsWith(name)),
  );
  expect(errors?.assertionResults.map(({ title, status }) => `${title}: ${status}`)).toEqual([
    'rejects while it runs: failed',
    'throws in a timer: failed',
    'is fine: passed',
  ]);
  expect(errors?.message).toMatch(/unheard[^]*uncaught/);
  expect(late).toMatchObject({ status: 'failed', message: expect.stringContaining('late') });
});
