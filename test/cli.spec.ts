import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Enqueuer } from '@nestcraft/engine';
import { LocalRedis } from '@nestcraft/local-redis';
import { Redis } from 'ioredis';
import { runCommand, type CommandRun } from './support/command.js';
import { eventually } from './support/eventually.js';

const CLI = fileURLToPath(new URL('../packages/cli/dist/main.js', import.meta.url));
const REDIS = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';

let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill('SIGKILL');
});

function run(given: { env?: object; input?: string }, ...args: string[]): CommandRun {
  const started = runCommand(CLI, given, ...args);
  child = started.child;
  return started;
}

describe('nestcraft', () => {
  it('prints JSON and ends, although it has a connection', async () => {
    const namespace = `test-${randomUUID()}`;
    const enqueuer = new Enqueuer({ redis: REDIS, namespace });
    await enqueuer.enqueue('n');
    await enqueuer.close();
    const { output, ended } = run(
      {},
      'queues',
      '--json',
      '--redis',
      REDIS,
      '--namespace',
      namespace,
    );
    expect((await ended)[0]).toBe(0);
    expect(JSON.parse(output())).toMatchObject([{ jobName: 'n', count: 1 }]);
  });

  it('ends a tail on Ctrl-C', async () => {
    const { output, ended } = run(
      {},
      'tail',
      '--redis',
      REDIS,
      '--namespace',
      `test-${randomUUID()}`,
    );
    await eventually(() => expect(output()).toContain('waiting 0'));
    child?.kill('SIGINT');
    expect((await ended)[0]).toBe(0);
  });

  it.each(['--redis-password-env', '--redis-password-stdin'])(
    'takes the password of Redis by %s',
    async (option) => {
      const server = await LocalRedis.start();
      const admin = new Redis(server.url);
      try {
        await admin.call('CONFIG', 'SET', 'requirepass', 'p@ss/w%rd');
        const args = ['queues', '--redis', server.url, option];
        const { output, ended } = option.endsWith('env')
          ? run({ env: { REDIS_SECRET: 'p@ss/w%rd' } }, ...args, 'REDIS_SECRET')
          : run({ input: 'p@ss/w%rd\n' }, ...args);
        expect([(await ended)[0], output()]).toEqual([0, 'There are no queues.\n']);
      } finally {
        admin.disconnect();
        await server.stop();
      }
    },
  );

  it('says why it may not ask, in one line', async () => {
    const { output, ended } = run({}, 'empty', 'n', '--redis', REDIS, '--namespace', 'test-none');
    expect((await ended)[0]).toBe(1);
    expect(output()).toBe(
      'Delete 0 waiting jobs of n? Nobody can answer here: give --yes to do it.\n',
    );
  });
});
