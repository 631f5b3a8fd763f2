import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Setting } from '../host/protocol.js';
import type { Tally } from '../host/tally.js';
import type { RawRedis } from './raw-redis.js';
import { bulk, command, isArray, lengthAt, nextLine } from './resp.js';

/*
 * Whatever concurrency is measured: what Redis and a socket allow does not depend on it. Two batches, so that Redis has
 * one while the other is on its way.
 */
const BATCH = 200;
const IN_FLIGHT = 2;

const POOL = 'bound';
const NONE_AHEAD = 0;
const CLAIM_LASTS = 86_400_000;
const [ATTEMPTS_KEPT, ATTEMPTS_LAST] = [1, 1_000];
const [TAKE, DROP] = [bulk(1), Buffer.from(bulk('drop'))];

/** Fetches and settles by the engine's scripts: each entry that comes is sent back as done, byte for byte. */
export class BoundWorkers {
  readonly #redis: RawRedis;
  readonly #setting: Setting;

  constructor(redis: RawRedis, setting: Setting) {
    this.#redis = redis;
    this.#setting = setting;
  }

  /** Runs until nothing waits. */
  async drain(done: Tally): Promise<void> {
    const [fetch, settle] = await Promise.all([this.#load('fetch'), this.#load('settle')]);
    const chain = async (): Promise<void> => {
      let fetched = await this.#redis.send(this.#fetch(fetch));
      for (;;) {
        const batch = settlements(fetched, this.#setting.jobNames.length);
        if (batch.count === 0) return;
        const settled = this.#redis.send(this.#settle(settle, batch));
        fetched = await this.#redis.send(this.#fetch(fetch));
        await settled;
        done.add(batch.count);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, chain));
  }

  async #load(name: string): Promise<string> {
    const engine = dirname(
      createRequire(import.meta.url).resolve('@nestcraft/engine/package.json'),
    );
    const lua = await readFile(join(engine, 'dist/redis/lua', `${name}.lua`), 'utf8');
    await this.#redis.send(command('SCRIPT', 'LOAD', lua));
    return createHash('sha1').update(lua).digest('hex');
  }

  #fetch(sha: string): Buffer {
    const { namespace, jobNames } = this.#setting;
    const shares = jobNames.map(() => Math.ceil(BATCH / jobNames.length));
    const untils = 's'.repeat(jobNames.length);
    const args = [POOL, BATCH, NONE_AHEAD, `${namespace}:`, CLAIM_LASTS, untils, ...shares];
    return command('EVALSHA', sha, jobNames.length, ...this.#queues(), ...args);
  }

  #settle(sha: string, { count, bytes }: Settlements): Buffer {
    const { namespace } = this.#setting;
    const sets = ['retry', 'scheduled', 'dead'].map((name) => `${namespace}:${name}`);
    const keys = [...sets, ...this.#queues()];
    const head = [keys.length, ...keys, '', POOL, CLAIM_LASTS, ATTEMPTS_KEPT, ATTEMPTS_LAST];
    const length = 2 + head.length + 3 * count;
    const text = `*${length}\r\n${['EVALSHA', sha, ...head].map(bulk).join('')}`;
    return Buffer.concat([Buffer.from(text), bytes]);
  }

  #queues(): string[] {
    return this.#setting.jobNames.map((name) => `${this.#setting.namespace}:jobs:${name}`);
  }
}

interface Settlements {
  readonly count: number;
  /** The arguments of the settle script. */
  readonly bytes: Buffer;
}

/** Turns the reply of a fetch, `[limits, [queue, entry, …], …]`, into what settles its jobs. */
function settlements(reply: Buffer, names: number): Settlements {
  const bytes = Buffer.allocUnsafe(reply.length + BATCH * (TAKE.length + DROP.length + names));
  let [count, length] = [0, 0];
  let position = nextLine(reply, nextLine(reply, 0)); // behind the reply's own head, and the limits, which are none
  while (position < reply.length && isArray(reply, position)) {
    const entries = lengthAt(reply, position) - 1;
    position = nextLine(reply, position);
    const queue = bulk(lengthAt(reply, position));
    position = nextLine(reply, position);
    for (let i = 0; i < entries; i++) {
      const end = nextLine(reply, position) + lengthAt(reply, position) + 2;
      length += bytes.write(queue, length, 'latin1');
      length += reply.copy(bytes, length, position, end);
      length += DROP.copy(bytes, length);
      position = end;
    }
    count += entries;
  }
  return { count, bytes: bytes.subarray(0, length) };
}
