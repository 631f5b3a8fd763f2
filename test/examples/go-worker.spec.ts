import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildGo, hasGo } from '../interop/go-process.js';
import { Example } from './example.js';

if (!hasGo) process.stderr.write('skipped: the example go-worker needs Go\n');

(hasGo ? describe : describe.skip)('the example go-worker', () => {
  const example = new Example('go-worker');

  beforeAll(async () => {
    await example.transpile();
    buildGo(join(example.folder, 'go'), join(example.folder, 'dist/worker'));
  }, 120_000);
  afterAll(() => example.close());

  it('runs what Nest enqueues in Go, and what Go enqueues in Nest', async () => {
    const worker = example.run(['dist/worker']);
    await worker.prints(/Go waits/);
    const app = example.start();
    await app.prints(/ada\.png has a width of 640 now/);
    await app.prints(/bob\.png has a width of 1280 now/);
    expect(worker.output).toContain('Go resizes ada.png to a width of 640');
    expect(worker.output).toContain('Go resizes bob.png to a width of 1280');
    expect(await app.stop()).toBe('SIGTERM');
    expect(await worker.stop()).toBe(0);
  });
});
