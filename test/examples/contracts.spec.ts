import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Example } from './example.js';

describe('the example contracts', () => {
  const example = new Example('contracts');

  beforeAll(() => example.transpile());
  afterAll(() => example.close());

  it('runs jobs of every version, and none that fits no version', async () => {
    const app = example.start();
    expect(await app.exit()).toBe(0);
    const mails = [...app.output.matchAll(/To (\S+): (.*)!/g)].map(([, to, text]) => [to, text]);
    expect(mails).toEqual([
      ['ada@example.com', 'Willkommen, Ada'],
      ['grace@example.com', 'Willkommen, Grace'],
      ['alan@example.com', 'Welcome, Alan'],
      ['kurt@example.com', 'Welcome, friend'],
    ]);
    expect(app.output).toContain('args.to.0.email: Invalid email address. Nothing was enqueued.');
    const { jobs: dead } = await example.client.dead.list();
    expect(dead.map(({ job }) => job?.args)).toEqual([{ fax: '+49 30 1234567' }]);
  });
});
