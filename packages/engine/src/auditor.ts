import type { Keys } from './redis/keys.js';
import { toRaw, type Raw } from './redis/raw.js';
import type { RedisConnection } from './redis/redis-connection.js';
import type { Scripts } from './redis/scripts.js';
import { Loop } from './loop.js';

export interface AuditorOptions {
  readonly poolId: string;
  readonly jobNames: readonly string[];
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  /** Has `work` run while nothing is being fetched or settled. */
  readonly between: (work: () => Promise<void>) => Promise<void>;
  /** The jobs that the pool knows to be in progress. */
  readonly known: () => Iterable<{ readonly jobName: string; readonly raw: Raw }>;
  readonly onStrangers: (count: number) => void;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two audits; default 60000. */
  readonly interval?: number;
}

const DEFAULT_INTERVAL = 60_000;
const AFTER_ERROR = 1_000;

/**
 * Compares what Redis says the pool has in progress with what it runs. A fetch whose reply was lost leaves jobs there
 * that no worker knows of, inside of a living pool, where no reaper looks: they are put back. The pool's share of the
 * locks is set right at the same time.
 */
export class Auditor {
  readonly #options: AuditorOptions;
  readonly #loop: Loop;

  constructor(options: AuditorOptions) {
    this.#options = options;
    const { interval = DEFAULT_INTERVAL, onError } = options;
    this.#loop = new Loop({
      round: async () => {
        await this.audit();
        return interval * (0.75 + Math.random() / 2);
      },
      afterError: AFTER_ERROR,
      onError,
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** The connection was lost meanwhile, and maybe a reply with it: audit now. */
  wake(): void {
    this.#loop.poke();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** One audit. Returns how many jobs were put back. */
  async audit(): Promise<number> {
    const { connection, scripts, poolId, jobNames, between, onStrangers } = this.#options;
    if (jobNames.length === 0) return 0;
    await connection.ready();
    let count = 0;
    await between(async () => {
      const strangers = await this.#strangers();
      count = strangers.length;
      if (count > 0) {
        const settlements = strangers.map(({ jobName, raw }) => ({
          jobName,
          raw,
          move: { to: 'queue' as const, entry: raw },
        }));
        await connection.call(scripts.settle(poolId, settlements));
      }
      await connection.call(scripts.rebuild(jobNames, poolId));
    });
    if (count > 0) onStrangers(count);
    return count;
  }

  async #strangers(): Promise<{ jobName: string; raw: Raw }[]> {
    const { jobNames } = this.#options;
    const known = new Map(jobNames.map((name) => [name, [] as Raw[]]));
    for (const { jobName, raw } of this.#options.known()) known.get(jobName)?.push(raw);
    const lengths = await this.#lengths();
    // Mostly the numbers agree, and nobody needs to look at the entries.
    const suspicious = jobNames.filter(
      (name, i) => (lengths[i] ?? 0) > (known.get(name)?.length ?? 0),
    );
    const lists = await Promise.all(suspicious.map((name) => this.#inProgress(name)));
    return suspicious.flatMap((jobName, index) =>
      without(lists[index] ?? [], known.get(jobName) ?? []).map((raw) => ({ jobName, raw })),
    );
  }

  async #lengths(): Promise<number[]> {
    const { connection, keys, poolId, jobNames } = this.#options;
    const pipeline = connection.redis.pipeline();
    for (const name of jobNames) pipeline.llen(keys.inProgress(name, poolId));
    const replies = (await pipeline.exec()) ?? [];
    return replies.map(([error, length]) => {
      if (error) throw error;
      return Number(length);
    });
  }

  async #inProgress(jobName: string): Promise<Raw[]> {
    const { connection, keys, poolId } = this.#options;
    const entries = await connection.redis.lrangeBuffer(keys.inProgress(jobName, poolId), 0, -1);
    return entries.map(toRaw);
  }
}

/** What is left of `entries` when each of `others` has been taken out once. */
function without(entries: readonly Raw[], others: readonly Raw[]): Raw[] {
  const counts = new Map<string, number>();
  for (const other of others) counts.set(keyOf(other), (counts.get(keyOf(other)) ?? 0) + 1);
  return entries.filter((entry) => {
    const count = counts.get(keyOf(entry)) ?? 0;
    if (count > 0) counts.set(keyOf(entry), count - 1);
    return count === 0;
  });
}

function keyOf(raw: Raw): string {
  return typeof raw === 'string' ? `text ${raw}` : `bytes ${raw.toString('latin1')}`;
}
