import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const PROGRAM = fileURLToPath(new URL('./fixtures/enqueue.mjs', import.meta.url));

/** What the program has said. Fails when it does not end by itself. */
async function run(redis: string): Promise<string> {
  const args = [PROGRAM, redis, `test-${randomUUID()}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  return stdout.trim();
}

it('a program that enqueues, and closes nothing, ends when it is done', async () => {
  expect(await run(process.env.NESTCRAFT_TEST_REDIS_URL ?? '')).toBe('1');
});

it('a program ends, too, when Redis is out of reach', async () => {
  expect(await run('redis://127.0.0.1:1')).toBe('EnqueueRejectedError');
});
