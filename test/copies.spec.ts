import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PROGRAM = join(ROOT, 'test/fixtures/copies.mjs');
const REDIS = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';

let folder: string;

async function copy(name: string, to: string): Promise<void> {
  for (const part of ['package.json', 'dist']) {
    const from = join(ROOT, 'packages', name, part);
    await cp(from, join(folder, to, part), { recursive: true });
  }
}

/** As a package manager installs them that resolves a peer dependency in two ways. */
beforeAll(async () => {
  folder = await mkdtemp(join(ROOT, 'node_modules/.copies-'));
  await copy('work', 'work');
  await copy('engine', 'work/node_modules/@nestcraft/engine');
  // One more of the engine alone, which an application imports by itself.
  await copy('engine', 'engine');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(['there', 'back'])(
  'what one copy of the packages decorates and injects, the module of another finds: %s',
  async (direction) => {
    const { stdout } = await run(process.execPath, [
      ...[PROGRAM, REDIS, `test-${randomUUID()}`, folder, direction],
    ]);
    const { lines, seen, ...said } = JSON.parse(stdout) as { lines: string[]; seen: unknown[] };
    expect(said).toEqual({ limit: 7, isOne: true });
    expect(seen.map(String).sort()).toEqual(['contract,2', 'heard', 'plain,1,true,true']);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^Nestcraft Work is loaded more than once: .*@nestcraft\/work 0\.1\.0 at .*\.copies-/,
    );
    expect(lines[0]).toContain(join(ROOT, 'packages/work/dist/base/other-copies.js'));
  },
);

it.each(['engine', 'work'])('%s knows its own version', async (name) => {
  const file = join(ROOT, 'packages', name, 'package.json');
  const { version } = JSON.parse(await readFile(file, 'utf8')) as { version: string };
  const place = name === 'engine' ? 'engine/src/base/copies.ts' : 'work/src/base/other-copies.ts';
  const code = await readFile(join(ROOT, 'packages', place), 'utf8');
  expect(code).toContain(`'${version}'`);
});
