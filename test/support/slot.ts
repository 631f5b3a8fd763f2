import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** A node of a Cluster, as LocalCluster starts it. */
interface Node {
  readonly url: string;
}

/** A slot of a Cluster, whose keys can be moved. Close it in the end. */
export class Slot {
  readonly #admins: readonly Redis[];

  private constructor(
    readonly slot: number,
    /** A connection to the node that holds it. */
    readonly owner: Redis,
    /** Connections to the other masters. */
    readonly others: readonly Redis[],
    admins: readonly Redis[],
  ) {
    this.#admins = admins;
  }

  /**
   * The slot of a key. Nodes that are down are left out.
   *
   * @throws Error if no node holds it
   */
  static async of(key: string, nodes: readonly Node[]): Promise<Slot> {
    const admins = nodes.map(({ url }) => adminOf(url));
    const held = await Promise.all(admins.map((admin) => rangesOf(admin)));
    const up = admins.filter((_, index) => held[index]);
    const slot = (await up[0]?.cluster('KEYSLOT', key)) ?? 0;
    const owner = admins.find((_, index) =>
      held[index]?.some(([from, to]) => from <= slot && slot <= to),
    );
    const others = up.filter((admin) => admin !== owner && held[admins.indexOf(admin)]?.length);
    if (owner) return new Slot(slot, owner, others, admins);
    for (const admin of admins) admin.disconnect();
    throw new Error(`Nobody holds slot ${slot}`);
  }

  /** The port of the node that holds it. */
  get port(): number {
    return this.owner.options.port ?? 0;
  }

  /**
   * Moves it with all its keys, as an operator would.
   *
   * @param pace `wait`: milliseconds before the first key; `batch`: how many keys move at once
   */
  async moveTo(to: Redis, { wait = 0, batch = 100 } = {}): Promise<void> {
    const { slot, owner } = this;
    const [source, target] = [await owner.cluster('MYID'), await to.cluster('MYID')];
    await to.cluster('SETSLOT', slot, 'IMPORTING', source);
    await owner.cluster('SETSLOT', slot, 'MIGRATING', target);
    await sleep(wait);
    const { host = '', port = 0 } = to.options;
    for (;;) {
      const keys = await owner.cluster('GETKEYSINSLOT', slot, batch);
      if (keys.length === 0) break;
      await owner.call('MIGRATE', host, port, '', 0, 5_000, 'REPLACE', 'KEYS', ...keys);
    }
    for (const node of [to, owner]) await node.cluster('SETSLOT', slot, 'NODE', target);
  }

  close(): void {
    for (const admin of this.#admins) admin.disconnect();
  }
}

/** A connection for an operator, who gives up at once. */
export function adminOf(url: string): Redis {
  const redis = new Redis(url, { retryStrategy: () => null });
  redis.on('error', () => undefined);
  return redis;
}

/** The slots that a node holds; none if it is a replica, `undefined` if it is down. */
async function rangesOf(admin: Redis): Promise<readonly (readonly [number, number])[] | undefined> {
  const nodes = await admin.call('CLUSTER', 'NODES').catch(() => undefined);
  if (typeof nodes !== 'string') return undefined;
  const ranges = /myself,\S+ .*? connected(.*)/.exec(nodes)?.[1] ?? '';
  return [...ranges.matchAll(/ (\d+)(?:-(\d+))?/g)].map(
    ([, from, to = from]) => [Number(from), Number(to)] as const,
  );
}
