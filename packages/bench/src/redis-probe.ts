import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** What Redis has spent so far. */
export interface RedisCosts {
  readonly cpuSeconds: number;
  /** Commands that clients sent, and those that scripts ran. */
  readonly commands: number;
}

/** Commands a second. */
export interface RedisTraffic {
  readonly sent: number;
  readonly inScripts: number;
}

// Moves everything in a sorted set into the past.
const TRAVEL = `
local members = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 1, #members, 2 do
  redis.call('ZADD', KEYS[1], 'XX', string.format('%.0f', members[i + 1] - ARGV[1]), members[i])
end`;

/** The benchmark's own connection to its Redis. */
export class RedisProbe {
  readonly #redis: Redis;

  constructor(url: string) {
    this.#redis = new Redis(url);
  }

  async version(): Promise<string> {
    return field(await this.#redis.info('server'), 'redis_version');
  }

  /** Bytes in use. */
  async memory(): Promise<number> {
    return Number(field(await this.#redis.info('memory'), 'used_memory'));
  }

  async costs(): Promise<RedisCosts> {
    const info = await this.#redis.info('cpu');
    const stats = await this.#redis.info('commandstats');
    const calls = [...stats.matchAll(/calls=(\d+)/g)].map(([, count]) => Number(count));
    return {
      cpuSeconds: Number(field(info, 'used_cpu_user')) + Number(field(info, 'used_cpu_sys')),
      commands: calls.reduce((sum, count) => sum + count, 0),
    };
  }

  /** Counts the commands that Redis gets for `seconds`. */
  async traffic(seconds: number): Promise<RedisTraffic> {
    const { host = '127.0.0.1', port = 6379 } = this.#redis.options;
    const socket = connect(port, host);
    let [sent, inScripts] = [-1, 0]; // the first line says OK
    createInterface({ input: socket }).on('line', (line) => {
      if (line.includes(' lua] ')) inScripts++;
      else sent++;
    });
    socket.write('MONITOR\r\n');
    await sleep(seconds * 1000);
    socket.destroy();
    return { sent: Math.max(0, sent) / seconds, inScripts: inScripts / seconds };
  }

  async lpush(key: string, entry: string): Promise<void> {
    await this.#redis.lpush(key, entry);
  }

  /** Moves all members of sorted sets back in time by `byScore`. */
  async age(sets: readonly string[], byScore: number): Promise<void> {
    for (const set of sets) await this.#redis.eval(TRAVEL, 1, set, byScore);
  }

  /** Returns the number of members of all sets together. */
  async members(sets: readonly string[]): Promise<number> {
    const counts = await Promise.all(sets.map((set) => this.#redis.zcard(set)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async clear(): Promise<void> {
    await this.#redis.flushall('SYNC');
  }

  close(): void {
    this.#redis.disconnect();
  }
}

function field(info: string, name: string): string {
  const [, value] = new RegExp(`^${name}:(\\S+)`, 'm').exec(info) ?? [];
  if (value === undefined) throw new Error(`Redis does not tell its ${name}.`);
  return value;
}
