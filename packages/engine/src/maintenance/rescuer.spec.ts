import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Scripts } from '../scripts/scripts.js';
import { Rescuer } from './rescuer.js';
import { startupWarnings } from '../pool/startup-checks.js';
import { callSizes } from '../testing/call-sizes.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';

let ns: TestNamespace;

beforeEach(() => {
  ns = new TestNamespace();
});

afterEach(async () => {
  await ns.close();
});

async function goPool(jobNames: string): Promise<void> {
  await ns.redis.sadd(ns.keys.workerPools, 'go');
  await ns.redis.hset(ns.keys.heartbeat('go'), { heartbeat_at: 1, job_names: jobNames });
}

function dead(name: string, id: string, more = '', error = 'unknown job when requeueing'): string {
  return `{"name":"${name}","id":"${id}","t":1,"args":{"n":1.0}${more},"err":"${error}","failed_at":2}`;
}

function aRescuer(onRescued: (count: number) => void = () => undefined): Rescuer {
  const clock = new FakeClock(7);
  return new Rescuer({
    connection: ns.connection,
    keys: ns.keys,
    scripts: new Scripts(ns.keys, clock),
    clock,
    onRescued,
  });
}

it('brings back large jobs some at a time', async () => {
  await goPool('n');
  await ns.redis.sadd(ns.keys.knownJobs, 'n');
  const large = `,"text":"${'x'.repeat(1_500_000)}"`;
  for (const id of ['1', '2', '3']) await ns.redis.zadd(ns.keys.dead, 5, dead('n', id, large));
  const sizes = callSizes(ns.connection);
  expect(await aRescuer().rescue()).toBe(3);
  expect(Math.max(...sizes)).toBeLessThan(4 * 1024 * 1024);
});

it('revives jobs of unknown names that a Go requeuer declared dead, if a pool handles them, with their failures', async () => {
  await goPool('n');
  await ns.redis.sadd(ns.keys.knownJobs, 'n', 'other');
  for (const entry of [
    dead('n', '1'),
    dead('n', '2', ',"fails":2'),
    dead('other', '3'),
    dead('n', '4', ',"fails":4', 'boom'),
    'not JSON',
  ]) {
    await ns.redis.zadd(ns.keys.dead, 5, entry);
  }
  let told = 0;
  const rescuer = aRescuer((count) => (told += count));
  expect(await rescuer.rescue()).toBe(2);
  expect(told).toBe(2);
  expect((await ns.queue('n')).sort()).toEqual([
    '{"name":"n","id":"1","t":7,"args":{"n":1.0}}',
    '{"name":"n","id":"2","t":7,"args":{"n":1.0},"fails":2,"err":"unknown job when requeueing","failed_at":2}',
  ]);
  expect(await ns.redis.zcard(ns.keys.dead)).toBe(3);
  expect(await rescuer.rescue()).toBe(0);
});

it('warns of Go pools that do not know a job, unless such jobs are rescued', async () => {
  await ns.connection.ready();
  const clock = new FakeClock();
  const warnings = (jobNames: string[], rescueUnknownJobs = false): Promise<string[]> =>
    startupWarnings({
      settings: { rescueUnknownJobs },
      ...{ jobNames, schedules: [], connection: ns.connection, keys: ns.keys, clock },
      scripts: new Scripts(ns.keys, clock),
    });
  expect(await warnings(['n'])).toEqual([]);
  await goPool('n,m');
  expect(await warnings(['n'])).toEqual([]);
  expect(await warnings(['n', 'x'])).toEqual([
    expect.stringContaining('A Go pool of this namespace does not know "x"'),
  ]);
  expect(await warnings(['n', 'x'], true)).toEqual([]);
});
