import { ask } from './ask.js';
import { RedisStateError } from './errors.js';
import { LocalRedis, type LocalRedisOptions } from './local-redis.js';
import { Until } from './until.js';

export interface LocalSentinelOptions extends Pick<
  LocalRedisOptions,
  'binary' | 'persistence' | 'settings' | 'startTimeout'
> {
  /** The number of replicas of the master; default 1. */
  readonly replicas?: number | undefined;
  /** Milliseconds of silence after which the Sentinels take the master for dead; default 1000. */
  readonly downAfter?: number | undefined;
}

const NAME = 'mymaster';
const SENTINELS = 3;
const QUORUM = 2;
const FAILOVER_TIMEOUT = 3_000;
const DEFAULT_START_TIMEOUT = 20_000;
const DEFAULT_DOWN_AFTER = 1_000;

// Replicas are ready at once, and a master soon knows which of them keep up.
const REPLICATION = {
  'repl-diskless-sync': 'yes',
  'repl-diskless-sync-delay': '0',
  'repl-ping-replica-period': '1',
};

/**
 * A private master with replicas, and three Sentinels that put a replica in the place of a master that fails. Kill, pause
 * and restart `servers` and `sentinels` to cause a failover.
 *
 * @example
 * ```ts
 * const sentinel = await LocalSentinel.start();
 * const connection = new Redis(sentinel.options);
 * await (await sentinel.master()).kill();
 * // …
 * await sentinel.stop();
 * ```
 */
export class LocalSentinel {
  /** The name under which the Sentinels know the master. */
  readonly name = NAME;

  private constructor(
    /** The first of them was the master at the beginning. */
    readonly servers: readonly LocalRedis[],
    readonly sentinels: readonly LocalRedis[],
  ) {}

  /**
   * Starts the servers and the Sentinels, and waits until all of them know each other.
   *
   * @throws RedisNotFoundError, RedisStartError
   */
  static async start(options: LocalSentinelOptions = {}): Promise<LocalSentinel> {
    const { startTimeout = DEFAULT_START_TIMEOUT } = options;
    const started: LocalRedis[] = [];
    const start = async (one: LocalRedisOptions): Promise<LocalRedis> => {
      const redis = await LocalRedis.start(one);
      started.push(redis);
      return redis;
    };
    try {
      const servers = await startServers(options, start);
      const configuration = configurationOf(servers, options.downAfter ?? DEFAULT_DOWN_AFTER);
      const sentinels = await Promise.all(
        Array.from({ length: SENTINELS }, () =>
          start({ binary: options.binary, sentinel: configuration }),
        ),
      );
      const local = new LocalSentinel(servers, sentinels);
      await local.#meet(new Until('The Sentinels', startTimeout));
      return local;
    } catch (error) {
      await Promise.all(started.map((redis) => redis.stop()));
      throw error;
    }
  }

  /** What ioredis needs to find the master. */
  get options(): { sentinels: { readonly host: string; readonly port: number }[]; name: string } {
    const sentinels = this.sentinels.map(({ host, port }) => ({ host, port }));
    return { sentinels, name: this.name };
  }

  /** The server that the Sentinels name as the master. @throws RedisStateError if none of them answers */
  async master(): Promise<LocalRedis> {
    for (const { port } of this.sentinels) {
      const answer = await ask(port, `SENTINEL GET-MASTER-ADDR-BY-NAME ${this.name}`).catch(
        () => '',
      );
      const master = this.servers.find((one) => answer.includes(`\r\n${one.port}\r\n`));
      if (master) return master;
    }
    throw new RedisStateError('find the master of', 'has no Sentinels');
  }

  /** Stops everything. Safe to call twice. */
  async stop(): Promise<void> {
    await Promise.all([...this.sentinels, ...this.servers].map((redis) => redis.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #meet(until: Until): Promise<void> {
    for (const { port } of this.sentinels) {
      const knowsAll = async (): Promise<boolean> => {
        const state = await ask(port, `SENTINEL MASTER ${this.name}`);
        return (
          valueOf(state, 'num-other-sentinels') === String(SENTINELS - 1) &&
          valueOf(state, 'num-slaves') === String(this.servers.length - 1)
        );
      };
      await until.is(knowsAll, 'they did not meet');
    }
  }
}

type Start = (options: LocalRedisOptions) => Promise<LocalRedis>;

async function startServers(
  { binary, persistence, startTimeout, settings, replicas = 1 }: LocalSentinelOptions,
  start: Start,
): Promise<LocalRedis[]> {
  const options = {
    ...{ binary, persistence, startTimeout },
    settings: { ...REPLICATION, ...settings },
  };
  const servers = await Promise.all(Array.from({ length: 1 + replicas }, () => start(options)));
  const [master, ...others] = servers;
  for (const { port } of others) await ask(port, `REPLICAOF ${master?.host} ${master?.port}`);
  return servers;
}

function configurationOf(
  [master, ...replicas]: readonly LocalRedis[],
  downAfter: number,
): readonly string[] {
  return [
    `sentinel monitor ${NAME} ${master?.host} ${master?.port} ${QUORUM}`,
    `sentinel down-after-milliseconds ${NAME} ${downAfter}`,
    `sentinel failover-timeout ${NAME} ${FAILOVER_TIMEOUT}`,
    `sentinel parallel-syncs ${NAME} ${Math.max(1, replicas.length)}`,
  ];
}

/** The value of a field in a reply that lists fields and values. */
function valueOf(reply: string, field: string): string | undefined {
  const lines = reply.split('\r\n');
  const index = lines.indexOf(field);
  return index === -1 ? undefined : lines[index + 2];
}
