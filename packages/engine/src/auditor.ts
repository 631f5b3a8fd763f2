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
  /** The jobs that the pool runs. */
  readonly running: () => readonly KnownJob[];
  /** The jobs that have ended, and may be in progress for Redis still. */
  readonly unsettled: () => readonly KnownJob[];
  readonly onStrangers: (count: number) => void;
  /** The pool runs these jobs, but they were taken from it. */
  readonly onLost: (jobs: readonly KnownJob[]) => void;
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two audits; default 60000. */
  readonly interval?: number;
}

/** A job that the pool knows of. */
export interface KnownJob {
  readonly jobName: string;
  readonly raw: Raw;
}

const DEFAULT_INTERVAL = 60_000;
const AFTER_ERROR = 1_000;

/**
 * Compares what Redis says the pool has in progress with what it runs. A fetch whose reply was lost leaves jobs there
 * that no worker knows of, inside of a living pool, where no reaper looks: they are put back. A reaper that took the pool
 * for dead, because its process had stood still, took jobs that still run here: they have been lost. The pool's share of
 * the locks is set right at the same time.
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

  /** The connection was lost meanwhile, and maybe a reply with it; or the process stood still: audit now. */
  wake(): void {
    this.#loop.poke();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** One audit. Returns how many jobs were put back. */
  async audit(): Promise<number> {
    const { connection, scripts, poolId, jobNames, between, onStrangers, onLost } = this.#options;
    if (jobNames.length === 0) return 0;
    await connection.ready();
    let count = 0;
    await between(async () => {
      const { strangers, lost } = await this.#compare();
      if (lost.length > 0) onLost(lost);
      count = await this.#putBack(strangers);
      await connection.call(scripts.queues.rebuild(jobNames, poolId));
    });
    if (count > 0) onStrangers(count);
    return count;
  }

  /** Returns how many that were. */
  async #putBack(strangers: readonly KnownJob[]): Promise<number> {
    if (strangers.length === 0) return 0;
    const { connection, scripts, poolId, onError } = this.#options;
    const settlements = strangers.map(({ jobName, raw }) => ({
      jobName,
      raw,
      move: { to: 'queue' as const, entry: raw },
    }));
    const { refused, reason } = await connection.call(scripts.running.settle(poolId, settlements));
    if (reason !== undefined) onError(new Error(`Redis refuses to put jobs back: ${reason}`));
    return strangers.length - refused.length;
  }

  /** `strangers` are in progress, but unknown; `lost` run, but are not in progress. */
  async #compare(): Promise<{ strangers: KnownJob[]; lost: KnownJob[] }> {
    const { jobNames } = this.#options;
    const running = byName(this.#options.running());
    const known = byName([...this.#options.running(), ...this.#options.unsettled()]);
    const lengths = await this.#lengths();
    // Mostly the numbers agree, and nobody needs to look at the entries.
    const suspicious = jobNames.filter((name, i) => lengths[i] !== (known.get(name)?.length ?? 0));
    const lists = await Promise.all(suspicious.map((name) => this.#inProgress(name)));
    const jobs = (of: (jobName: string, list: Raw[]) => Raw[]): KnownJob[] =>
      suspicious.flatMap((jobName, i) =>
        of(jobName, lists[i] ?? []).map((raw) => ({ jobName, raw })),
      );
    return {
      strangers: jobs((name, list) => without(list, known.get(name) ?? [])),
      lost: jobs((name, list) => without(running.get(name) ?? [], list)),
    };
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

function byName(jobs: readonly KnownJob[]): ReadonlyMap<string, Raw[]> {
  const result = new Map<string, Raw[]>();
  for (const { jobName, raw } of jobs) {
    const raws = result.get(jobName);
    if (raws) raws.push(raw);
    else result.set(jobName, [raw]);
  }
  return result;
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
