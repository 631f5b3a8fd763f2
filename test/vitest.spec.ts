import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const run = promisify(execFile);
const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const PROJECT = fileURLToPath(new URL('./fixtures/vitest', import.meta.url));

it('the packages do in Vitest what they do in Jest', async () => {
  // Not as a part of this run: what Jest says of itself there would be taken for what Vitest says.
  const env = { ...process.env, JEST_WORKER_ID: undefined, NODE_OPTIONS: undefined };
  const args = [VITEST, 'run', '--root', PROJECT, '--reporter', 'json'];
  const { stdout } = await run(process.execPath, args, { env });
  const { numPassedTests, numFailedTests } = JSON.parse(stdout) as Record<string, number>;
  expect({ numPassedTests, numFailedTests }).toEqual({ numPassedTests: 6, numFailedTests: 0 });
}, 60_000);
