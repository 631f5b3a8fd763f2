import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Enqueuer, silentLogger, WorkerPool } from '@nestcraft/engine';
import { Redis } from 'ioredis';
import { eventually } from '../../../test/support/eventually.js';
import { runIn, type Ran, type Surroundings } from './testing/fake-terminal.js';

const REDIS = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';
const ADMIN_REDIS = process.env.NESTCRAFT_TEST_ADMIN_URL ?? '';

const UNREACHABLE = ['redis://u:s3cret@127.0.0.1:1', '--timeout', '200ms'];

let namespace: string;
let redis: Redis;
let enqueuer: Enqueuer;

beforeEach(() => {
  namespace = `test-${randomUUID()}`;
  redis = new Redis(ADMIN_REDIS);
  enqueuer = new Enqueuer({ redis: REDIS, namespace });
});

afterEach(async () => {
  const keys = await redis.keys(`${namespace}:*`);
  if (keys.length > 0) await redis.del(keys);
  redis.disconnect();
  await enqueuer.close();
});

function inTerminal(surroundings: Surroundings, ...args: string[]): Promise<Ran> {
  return runIn(surroundings, ...args, '--redis', REDIS, '--namespace', namespace);
}

function run(...args: string[]): Promise<Ran> {
  return inTerminal({}, ...args);
}

/** What a command prints as JSON. Fails unless it succeeds. */
async function json(...args: string[]): Promise<unknown> {
  const { code, out, err } = await run(...args, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
}

async function addDead(count: number, name = 'n'): Promise<void> {
  const entry = (id: number): string =>
    `{"name":"${name}","id":"${name}${id}","t":1,"args":{"a":1},"fails":4,"err":"boom","failed_at":5}`;
  await redis.sadd(`${namespace}:known_jobs`, name);
  for (let id = 0; id < count; id++) await redis.zadd(`${namespace}:dead`, 10 + id, entry(id));
}

describe('enqueue', () => {
  it('enqueues now, later, and once', async () => {
    expect(await json('enqueue', 'n', '{"to":"ada"}')).toMatchObject({ status: 'enqueued' });
    expect(await json('enqueue', 'n', '--in', '10m')).toMatchObject({ status: 'scheduled' });
    expect(await json('enqueue', 'n', '--at', '2100-01-01T00:00:00Z')).toMatchObject({
      runAt: '2100-01-01T00:00:00.000Z',
    });
    expect(await json('enqueue', 'u', '--unique')).toMatchObject({ status: 'enqueued' });
    expect(await json('enqueue', 'u', '--unique')).toMatchObject({ status: 'duplicate' });
    expect((await run('enqueue', 'n')).out).toMatch(/^Enqueued: [0-9a-f]{24}\n$/);
  });

  it.each([
    [['n', '[1]'], 2, 'not a JSON object'],
    [['n', '{'], 2, 'not a JSON object'],
    [['n', '--at', 'soon'], 2, '--at soon is not a time'],
    [['n', '--in', 'soon'], 1, '"in"'],
    [['a,b'], 1, 'a,b'],
    [[], 2, "missing required argument 'name'"],
  ])('refuses %j', async (args, code, reason) => {
    const ran = await run('enqueue', ...args);
    expect(ran).toMatchObject({ code, out: '' });
    expect(ran.err).toContain(reason);
  });
});

describe('queues', () => {
  it('are listed, paused, limited and emptied', async () => {
    await enqueuer.enqueueMany([{ name: 'n' }, { name: 'n' }]);
    expect((await run('pause', 'n', '--for', '10m')).out).toBe('Paused n.\n');
    expect((await run('limit', 'n', '3')).out).toBe('At most 3 of n run.\n');
    expect(await json('queues')).toMatchObject([
      { jobName: 'n', count: 2, inProgress: 0, maxConcurrency: 3, paused: true },
    ]);
    expect((await run('queues')).out).toMatch(/^n +2 +\S+ s +0 +3 +paused, ends in 10 min$/m);
    expect(await json('resume', 'n')).toEqual({ status: 'resumed', jobName: 'n' });
    expect((await run('resume', 'n')).out).toBe('n was not paused.\n');
    expect((await run('limit', 'n', '0')).out).toBe('n has no limit.\n');
    expect(await json('empty', 'n', '--yes')).toMatchObject({ total: 2, done: 2, aborted: false });
    expect((await run('limit', 'n', 'many')).err).toBe('The limit many is not a whole number.\n');
  });

  it('say that there are none', async () => {
    expect((await run('queues')).out).toBe('There are no queues.\n');
    expect(await json('queues')).toEqual([]);
  });
});

describe('jobs', () => {
  it('are listed in pages', async () => {
    await enqueuer.enqueueMany(Array.from({ length: 5 }, (_, i) => ({ name: 'n', args: { i } })));
    const { out } = await run('jobs', 'n', '--limit', '2');
    expect(out).toMatch(/^1 .*\{"i":0\}$/m);
    expect(out).toContain('5 in all. Continue with --from 2.');
    expect(await json('jobs', 'n', '--from', '4')).toMatchObject({
      total: 5,
      next: null,
      jobs: [{ position: 5, name: 'n', args: { i: 4 }, lastError: null, fails: 0 }],
    });
    expect((await run('jobs', 'other')).out).toBe('No job of other waits.\n');
  });

  it('of sets are listed', async () => {
    await addDead(2);
    await enqueuer.enqueue('n', { b: 2 }, { in: '1h' });
    expect((await run('dead')).out).toMatch(/^n1 +n +.* ago +4 +boom$/m);
    expect((await run('scheduled')).out).toMatch(/ in 1 h +\{"b":2\}$/m);
    expect((await run('retries')).out).toBe('There are no retry jobs here.\n');
    expect(await json('dead', '--limit', '1')).toMatchObject({
      total: 2,
      next: 1,
      jobs: [{ id: 'n1', at: '1970-01-01T00:00:11.000Z', lastError: 'boom' }],
    });
  });

  it('are shown, with their attempts', async () => {
    await addDead(1);
    expect((await run('job', 'n0')).out).toMatch(/State +dead since .* ago\n/);
    expect(await json('job', 'n0')).toMatchObject({ state: 'dead', position: null, attempts: [] });
    expect(await run('job', 'none')).toMatchObject({
      code: 1,
      err: 'There is no job none: it is done or deleted, or has another id.\n',
    });
  });

  it('cannot control the terminal', async () => {
    await redis.sadd(`${namespace}:known_jobs`, 'n');
    const entry = JSON.stringify({
      name: 'n',
      id: 'x',
      t: 1,
      err: '\u001b]0;evil\u0007\u202eboom',
    });
    await redis.zadd(`${namespace}:dead`, 1, entry);
    for (const args of [['dead'], ['job', 'x']]) {
      // eslint-disable-next-line no-control-regex
      expect((await run(...args)).out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    }
  });

  it('cannot control the terminal in a question, an error, JSON or a repair', async () => {
    const evil = 'evil\u001b[2J\u009b31m\u202e';
    const entry = JSON.stringify({ name: evil, id: 'x', t: 1, args: null });
    await redis.sadd(`${namespace}:known_jobs`, evil);
    await redis.set(`${namespace}:jobs:${evil}:lock`, 5);
    await redis.zadd(`${namespace}:dead`, 1, entry);
    const asked = await inTerminal({ isTTY: true, answers: ['n'] }, 'delete', 'x');
    const refused = await run('delete', 'x');
    const listed = await run('dead', '--json');
    const repaired = await run('repair', '--dry-run');
    const shown = [...asked.questions, refused.err, listed.out, repaired.out];
    for (const text of shown) {
      expect(text).toContain('evil');
      // eslint-disable-next-line no-control-regex
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u0080-\u009f\u202e]/);
    }
    expect(JSON.parse(listed.out)).toMatchObject({ jobs: [{ name: evil }] });
  });

  it('run again, run now, and are cancelled', async () => {
    await addDead(2);
    expect((await run('retry', 'n0')).out).toBe('n0 is in its queue.\n');
    expect(await run('retry', 'n0')).toMatchObject({
      code: 1,
      err: 'n0 already waits in its queue.\n',
    });
    expect((await run('retry', '--all')).out).toBe('1 enqueued\n');
    const { id } = await enqueuer.enqueue('n', {}, { in: '1h' });
    expect(await json('run', id)).toEqual({ status: 'enqueued', id });
    await enqueuer.enqueue('n', {}, { in: '1h' });
    expect(await json('run', '--all', '--name', 'n')).toMatchObject({ done: 1 });
    expect((await run('cancel', id, '--yes')).out).toBe(`${id}: cancelled before it ran.\n`);
    expect(await run('cancel', id, '--yes')).toMatchObject({ code: 1 });
  });

  it.each([
    [['retry'], 'Give the id of a job, or --all.'],
    [['retry', 'x', '--all'], 'Give an id or --all, not both.'],
    [['retry', '--all', '--set', 'scheduled'], '--set scheduled is unknown: give dead, retry.'],
    [['delete', '--all'], '--all needs --set: scheduled, retry or dead.'],
    [['dead', '--limit', 'x'], '--limit x is not a whole number.'],
    [['tail', '--interval', '5'], '--interval 5 is too short: give at least 100.'],
    [['explain'], 'Give the id of a job, or --name.'],
    [['completion', 'tcsh'], 'The shell tcsh is unknown: give bash, zsh, fish.'],
  ])('%j is refused', async (args, reason) => {
    expect(await run(...args)).toEqual({ code: 2, out: '', err: `${reason}\n`, questions: [] });
  });
});

describe('what destroys', () => {
  it('refuses where nobody can answer', async () => {
    await addDead(1);
    for (const args of [
      ['delete', 'n0'],
      ['delete', '--all', '--set', 'dead'],
      ['cancel', 'n0'],
    ]) {
      const { code, err } = await run(...args);
      expect(code).toBe(1);
      expect(err).toContain('Nobody can answer here: give --yes to do it.');
    }
    expect(await redis.zcard(`${namespace}:dead`)).toBe(1);
  });

  it('asks', async () => {
    await addDead(2);
    const no = await inTerminal({ isTTY: true, answers: ['no'] }, 'delete', 'n0');
    expect(no).toMatchObject({ code: 1, questions: ['Delete n n0? [y/N] '] });
    expect(no.err).toContain('Nothing was done.');
    const yes = await inTerminal({ isTTY: true, answers: ['y'] }, 'delete', 'n0');
    expect(yes).toMatchObject({ code: 0, out: 'Deleted n0.\n' });
    const all = await inTerminal(
      { isTTY: true, answers: ['yes'] },
      'delete',
      '--all',
      '--set',
      'dead',
    );
    expect(all).toMatchObject({ code: 0, questions: ['Delete 1 dead jobs? [y/N] '] });
    expect(await redis.zcard(`${namespace}:dead`)).toBe(0);
  });

  it('stops after the current batch, and says what it has done', async () => {
    await addDead(600);
    const ran = await inTerminal(
      { onListening: (press) => setImmediate(press) },
      ...['delete', '--all', '--set', 'dead', '--yes'],
    );
    expect(ran.code).toBe(130);
    const left = await redis.zcard(`${namespace}:dead`);
    expect(left).toBeGreaterThan(0);
    expect(ran.err).toBe(`Stopped after ${600 - left} of 600 jobs. The rest is unchanged.\n`);
    expect(ran.out).toBe(`${600 - left} deleted\n`);
  });
});

describe('pools and schedules', () => {
  it('are listed, with the jobs that run', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const pool = new WorkerPool({ redis: REDIS, namespace, concurrency: 2, logger: silentLogger })
      .periodicallyEnqueue('0 0 * * *', 'n')
      .job('n', () => held);
    await pool.start();
    await enqueuer.enqueue('n');
    await eventually(async () =>
      expect(await json('pools')).toMatchObject([{ busy: 1, concurrency: 2, jobNames: ['n'] }]),
    );
    expect((await run('pools')).out).toMatch(/nestcraft +1\/2 /);
    expect(await json('schedules')).toMatchObject([
      { jobName: 'n', spec: '0 0 * * *', pools: 1, last: null },
    ]);
    expect((await run('schedules')).out).toMatch(/^n +0 0 \* \* \* +in \d+ (h|min|s) +1 +–$/m);
    release();
    await pool.stop();
  });
});

describe('doctor', () => {
  it('exits with 2 for errors, and with 1 for warnings if it is strict', async () => {
    const ignored = ['evictionPolicy', 'evictions', 'roundTrip', 'clock', 'scriptCache', 'memory'];
    const calm = ignored.flatMap((code) => ['--ignore', code]);
    expect((await run('doctor', ...calm)).code).toBe(0);
    expect((await run('doctor', ...calm, '--strict')).code).toBe(1); // The append-only file is off.
    await enqueuer.enqueue('n');
    const { code, out } = await run('doctor');
    expect(code).toBe(2);
    expect(out).toMatch(/^✗ No running pool handles n \(1 job\): these jobs wait\.\n {2}→ Start/m);
    expect(out).toMatch(/✓ \d+ checks found nothing\.\n$/);
    const report = JSON.parse((await run('doctor', '--json')).out) as object;
    expect(report).toMatchObject({ level: 'error', server: { role: 'master' } });
  });

  it('keeps within its width', async () => {
    await enqueuer.enqueue('n');
    const { out } = await inTerminal({ columns: 50 }, 'doctor', '--all');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(50);
  });

  it('repairs locks, and says before what it would do', async () => {
    await redis.sadd(`${namespace}:known_jobs`, 'n');
    await redis.set(`${namespace}:jobs:n:lock`, 7);
    const plan = 'The lock of n would be set from 7 to 0.\n';
    expect((await run('repair', '--dry-run')).out).toBe(plan);
    expect((await run('repair', '--dry-run')).out).toBe(plan);
    expect((await run('repair')).out).toBe('The lock of n was set from 7 to 0.\n');
    expect((await run('repair')).out).toBe('All locks are correct.\n');
  });
});

describe('explain', () => {
  it('says why a job does not start', async () => {
    const { id } = await enqueuer.enqueue('n');
    const { out } = await run('explain', id);
    expect(out).toContain(`n ${id} (in its queue, position 1)\n`);
    expect(out).toContain('It does not start before somebody acts.');
    expect(out).toMatch(/^1\. .*pool/m);
    expect(await json('explain', '--name', 'n')).toMatchObject({
      verdict: 'blocked',
      reasons: expect.arrayContaining([expect.objectContaining({ code: 'noLivePool' })]),
    });
  });
});

describe('tail', () => {
  it('shows what happens, until Ctrl-C', async () => {
    let press: () => void = () => undefined;
    let printed = '';
    const surroundings: Surroundings = {
      onListening: (one) => (press = one),
      onPrinted: (text) => (printed += text),
    };
    const tailing = inTerminal(surroundings, 'tail', '--json', '--interval', '100');
    await eventually(() => expect(printed).toContain('"counts"'));
    await addDead(1);
    await eventually(() => expect(printed).toContain('"event":"dead"'));
    press();
    expect((await tailing).code).toBe(0);
    const events = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'dead', jobName: 'n', id: 'n0', error: 'boom' }),
    );
  });
});

describe('the command line', () => {
  it('colours on a terminal, unless NO_COLOR is set', async () => {
    await enqueuer.enqueue('n');
    const coloured = await inTerminal({ isTTY: true, columns: 80 }, 'queues');
    expect(coloured.out).toContain('\u001b[');
    const plain = await inTerminal({ isTTY: true, columns: 80, env: { NO_COLOR: '1' } }, 'queues');
    expect(plain.out).not.toContain('\u001b[');
    const forced = await inTerminal({ env: { FORCE_COLOR: '1' } }, 'queues');
    expect(forced.out).toContain('\u001b[');
  });

  it('cuts long cells on a terminal, and nothing in a pipe', async () => {
    await enqueuer.enqueue('n', { text: 'x'.repeat(300) });
    const narrow = await inTerminal(
      { isTTY: true, columns: 80, env: { NO_COLOR: '1' } },
      'jobs',
      'n',
    );
    expect(Math.max(...narrow.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect((await run('jobs', 'n')).out).toContain('x'.repeat(300));
  });

  it('says in one sentence that Redis does not answer, without its password', async () => {
    const { code, out, err } = await runIn({}, 'queues', '--redis', ...UNREACHABLE);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain('Redis');
    expect(err).not.toContain('s3cret');
  });

  it('shows a stack only if it is asked for', async () => {
    const args = ['queues', '--redis', ...UNREACHABLE];
    for (const ran of [
      await runIn({}, ...args, '--verbose'),
      await runIn({ env: { DEBUG: '1' } }, ...args),
    ]) {
      expect(ran.err).toMatch(/^ +at /m);
      expect(ran.err).not.toContain('s3cret');
    }
  });

  it('takes the password of Redis from the environment or the input', async () => {
    const args = ['queues', '--redis', 'redis://127.0.0.1:1'];
    const missing = await runIn({}, ...args, '--redis-password-env', 'NO_SUCH');
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('NO_SUCH') });
    const odd = await runIn(
      { input: 'x' },
      'queues',
      '--redis',
      'localhost',
      '--redis-password-stdin',
    );
    expect(odd).toMatchObject({ code: 2, err: expect.stringContaining('needs a URL') });
  });

  it('names the command that was meant, and lists all in its help', async () => {
    expect(await run('ques')).toMatchObject({ code: 2, err: expect.stringContaining('queues') });
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    expect(out).toContain('doctor [options]');
    expect((await run('dead', '--help')).out).toContain('--namespace');
  });

  it.each(['bash', 'zsh', 'fish'])('completes in %s', async (shell) => {
    const { out } = await run('completion', shell);
    for (const word of ['queues', 'doctor', 'dry-run', 'namespace']) expect(out).toContain(word);
  });
});
