import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Example } from './example.js';

describe('the example webhooks', () => {
  const example = new Example('webhooks');
  const { client } = example;

  beforeAll(() => example.transpile());
  afterAll(() => example.close());

  /** The dead jobs: whose receiver each was for, and how often it has failed. */
  const dead = async (): Promise<Record<string, number | undefined>> => {
    const { jobs } = await client.dead.list();
    const entries = jobs.map(({ job }) => [String(job?.args.url).split('/').at(-1), job?.fails]);
    return Object.fromEntries(entries) as Record<string, number | undefined>;
  };

  it('retries, snoozes and kills by the response, and is repaired by hand', async () => {
    const app = example.start();
    const dashboard = await app.url();
    expect((await fetch(`${dashboard}/api/snapshot`)).status).toBe(200);

    await app.prints(/Delivered \S+ to \S+healthy/);
    await app.prints(/"deliver_webhook" .* failed \(1\).*503/);
    await app.prints(/Delivered \S+ to \S+restarting/);
    await app.prints(/Delivered \S+ to \S+busy/);
    expect(app.output).not.toMatch(/failed.*429/);
    await eventually(async () => expect(await dead()).toEqual({ gone: 1, broken: 3 }));

    await fetch(new URL('/receiver/repair', dashboard), { method: 'POST' });
    const { jobs } = await client.dead.list();
    const broken = jobs.find(({ job }) => String(job?.args.url).endsWith('broken'));
    if (broken === undefined) throw new Error('The broken receiver has no dead job');
    expect(await client.dead.runNow(broken)).toEqual({ status: 'enqueued' });
    await app.prints(/Delivered \S+ to \S+broken/);
    expect(await dead()).toEqual({ gone: 1 });
    expect(await app.stop()).toBe('SIGTERM');
  });
});
