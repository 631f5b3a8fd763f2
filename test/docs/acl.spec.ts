import { Client, Enqueuer, WorkerPool, type Logger } from '@nestcraft/engine';
import { LocalRedis } from '@nestcraft/local-redis';
import { expect, it } from '@jest/globals';
import { restrictedUser } from '../support/acl.mjs';
import { eventually } from '../support/eventually.js';

it('the access that the page names is enough for everything', async () => {
  const server = await LocalRedis.start();
  const redis = await restrictedUser(server.url, 'my_app:*');
  const source = { redis, namespace: 'my_app' };
  const [errors, done]: [string[], string[]] = [[], []];
  const note = (text: string): void => void errors.push(text);
  const logger: Logger = { log: () => undefined, warn: () => undefined, error: note };
  const pool = new WorkerPool({ ...source, logger, timing: { metrics: 50, audit: 50, reap: 50 } })
    .periodicallyEnqueue('* * * * * *', 'tick', { overlap: 'skip' })
    .job('tick', ({ id }) => done.push(id.split(':')[0] ?? ''))
    .job('mail', { backoff: () => 0, maxConcurrency: 1 }, (job) => {
      job.checkin('begins');
      if (job.fails === 0) throw new Error('once more');
      done.push(job.argString('to'));
    });
  const [enqueuer, client] = [new Enqueuer(source), new Client(source)];
  try {
    await pool.start();
    await enqueuer.enqueueMany([{ name: 'mail', args: { to: 'many' } }, { name: 'unheard_of' }]);
    await enqueuer.enqueue('mail', { to: 'unique' }, { unique: { key: { n: 1 } } });
    await enqueuer.enqueue('mail', { to: 'later' }, { in: '1s' });
    const { id } = await enqueuer.enqueue('mail', { to: 'never' }, { in: '1000s' });
    expect(await enqueuer.cancel(id)).toMatchObject({ status: 'removed' });
    const expected = expect.arrayContaining(['many', 'unique', 'later', 'periodic']);
    await eventually(() => expect(done).toEqual(expected));
    expect((await client.queues.list()).map(({ jobName }) => jobName).sort()).toEqual([
      ...['mail', 'tick', 'unheard_of'],
    ]);
    expect(await client.integrity()).toBeDefined();
    expect(await client.server.info()).toBeDefined();
    expect(await client.explain({ job: 'mail' })).toMatchObject({ state: 'empty' });
    expect((await client.dead.runAll()).done).toBe(0);
    expect((await pool.health()).status).not.toBe('down');
    await pool.stop();
    expect(errors).toEqual([]);
  } finally {
    await pool.stop();
    await enqueuer.close();
    client.close();
    await server.stop();
  }
});
