import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from '@jest/globals';

const FIXTURE = fileURLToPath(new URL('fixtures/cls.mjs', import.meta.url));
const REDIS = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';

// In a process of its own, because nestjs-cls requires Nest, whose modules Jest can only import.
let output: { found: unknown[]; dead: number; refused: string };

beforeAll(async () => {
  const { stdout } = await promisify(execFile)('node', [FIXTURE, REDIS, `test-${randomUUID()}`]);
  output = JSON.parse(stdout) as typeof output;
});

it("a job's guard and handler find a request's values in nestjs-cls: those that were asked for, and its id", () => {
  expect(output.found[0]).toEqual({ id: 'request-1', tenant: 'acme' });
});

it('every job has a store of its own, also one that carries nothing', () => {
  expect(output.found[1]).toEqual({ active: true });
});

it('a job that comes from elsewhere does without: here the guard says no', () => {
  expect(output).toMatchObject({ found: { length: 2 }, dead: 1 });
});

it('what JSON cannot hold is refused', () => {
  expect(output.refused).toBe('PropagatorCaptureError');
});
