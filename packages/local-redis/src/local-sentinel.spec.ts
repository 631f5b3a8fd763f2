import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../test/support/eventually.js';
import { ask } from './ask.js';
import { RedisStateError } from './errors.js';
import { LocalSentinel } from './local-sentinel.js';

let local: LocalSentinel;

beforeAll(async () => {
  local = await LocalSentinel.start();
}, 60_000);

afterAll(() => local.stop());

describe('LocalSentinel', () => {
  it('puts a replica in the place of a master that is killed', async () => {
    const [first, second] = local.servers;
    expect(await local.master()).toBe(first);
    expect(local.options).toMatchObject({ sentinels: { length: 3 }, name: 'mymaster' });
    await first?.kill();
    await eventually(async () => expect(await local.master()).toBe(second));
    await eventually(async () => {
      expect(await ask(second?.port ?? 0, 'INFO replication')).toContain('role:master');
    });
  });

  it('says so when no Sentinel answers', async () => {
    await Promise.all(local.sentinels.map((sentinel) => sentinel.kill()));
    await expect(local.master()).rejects.toThrow(RedisStateError);
    const [one] = local.sentinels;
    await one?.restart();
    expect(await local.master()).toBe(local.servers[1]);
  });
});
