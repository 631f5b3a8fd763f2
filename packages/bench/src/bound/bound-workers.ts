import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Setting } from '../host/protocol.js';
import type { Tally } from '../host/tally.js';
import type { RawRedis } from './raw-redis.js';
import { bulk, command, isArray, lengthAt, LINE_END, nextLine } from './resp.js';

/*
 * Whatever concurrency is measured: what Redis and a socket allow does not depend on it. Two batches, so that Redis has
 * one while the other is on its way; as large as the engine's rounds are at most.
 */
const BATCH = 500;
const IN_FLIGHT = 2;

const POOL = 'bound';
const NONE_AHEAD = 0;
const CLAIM_TTL = 86_400_000;
const MAX_BYTES = 512 * 1024;

/** Fetches and settles by the engine's scripts: the entries that come are sent back as done, byte for byte. */
export class BoundWorkers {
  readonly #redis: RawRedis;
  readonly #setting: Setting;

  constructor(redis: RawRedis, setting: Setting) {
    this.#redis = redis;
    this.#setting = setting;
  }

  /** Runs until nothing waits. */
  async drain(done: Tally): Promise<void> {
    const [fetch, complete] = await Promise.all([
      this.#load('claims', 'fetch'),
      this.#load('complete'),
    ]);
    const chain = async (): Promise<void> => {
      let fetched = await this.#redis.send(this.#fetch(fetch));
      for (;;) {
        const batch = completed(fetched);
        if (batch.count === 0) return;
        const settled = this.#redis.send(this.#complete(complete, batch));
        fetched = await this.#redis.send(this.#fetch(fetch));
        await settled;
        done.add(batch.count);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, chain));
  }

  /** @param names those of a script's files, in their order */
  async #load(...names: readonly string[]): Promise<string> {
    const engine = dirname(
      createRequire(import.meta.url).resolve('@nestcraft/engine/package.json'),
    );
    const files = names.map((name) => join(engine, 'src/scripts/lua', `${name}.lua`));
    const lua = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
    await this.#redis.send(command('SCRIPT', 'LOAD', lua));
    return createHash('sha1').update(lua).digest('hex');
  }

  #fetch(sha: string): Buffer {
    const { namespace, jobNames } = this.#setting;
    const shares = jobNames.map(() => Math.ceil(BATCH / jobNames.length));
    const untils = 's'.repeat(jobNames.length);
    const limits = [BATCH, NONE_AHEAD];
    const args = [POOL, ...limits, `${namespace}:`, CLAIM_TTL, MAX_BYTES, untils, ...shares];
    return command('EVALSHA', sha, jobNames.length, ...this.#queues(), ...args);
  }

  #complete(sha: string, { queues, bytes }: Completed): Buffer {
    const names = this.#queues();
    const keys = queues.map((number) => names[number - 1] ?? '');
    const head = ['EVALSHA', sha, keys.length, ...keys, POOL];
    const length = head.length + 2 * queues.length;
    return Buffer.concat([Buffer.from(`*${length}\r\n${head.map(bulk).join('')}`), bytes]);
  }

  #queues(): string[] {
    return this.#setting.jobNames.map((name) => `${this.#setting.namespace}:jobs:${name}`);
  }
}

interface Completed {
  /** The numbers of the queues, counted from 1, whose jobs these are. */
  readonly queues: readonly number[];
  readonly count: number;
  /** The arguments of the complete script: for each queue, how many entries, and these as they came. */
  readonly bytes: Buffer;
}

/**
 * Turns the reply of a fetch, `[limits, cut, refusals, open, [queue, count, entries], …]`, into what takes its jobs out of progress.
 */
function completed(reply: Buffer): Completed {
  const queues: number[] = [];
  const parts: Buffer[] = [];
  let count = 0;
  let position = 0;
  // Behind the reply's own head, and what follows it: there are no limits, short jobs, no refusals and no long queues.
  for (let line = 0; line < 5; line++) position = nextLine(reply, position);
  while (position < reply.length && isArray(reply, position)) {
    const queue = nextLine(reply, position);
    queues.push(lengthAt(reply, queue));
    const number = nextLine(reply, queue);
    const ofQueue = lengthAt(reply, number);
    const entries = nextLine(reply, number);
    position = nextLine(reply, entries) + lengthAt(reply, entries) + LINE_END;
    parts.push(Buffer.from(bulk(ofQueue)), reply.subarray(entries, position));
    count += ofQueue;
  }
  return { queues, count, bytes: Buffer.concat(parts) };
}
