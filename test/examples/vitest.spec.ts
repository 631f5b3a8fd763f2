import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Example } from './example.js';

const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

describe('the example vitest', () => {
  const example = new Example('vitest');

  beforeAll(() => example.transpile());
  afterAll(() => example.close());

  it('passes its own tests', async () => {
    // Not as a part of this run: what Jest says of itself there would be taken for what Vitest says.
    const tests = example.run(['node', VITEST, 'run', '--reporter', 'json'], {
      JEST_WORKER_ID: undefined,
    });
    expect(await tests.exit()).toBe(0);
    expect(tests.output).toContain('"numPassedTests":5');
    expect(tests.output).toContain('"numTotalTests":5');
  });

  it('runs', async () => {
    const app = example.start();
    expect(await app.exit()).toBe(0);
    expect(app.output).toContain('To ada@example.com: Welcome!');
    expect(await example.client.counts()).toMatchObject({ scheduled: 1, dead: 0 });
  });
});
