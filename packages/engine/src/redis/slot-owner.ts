import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from 'ioredis';
import { errorLine } from '../errors/error-text.js';
import type { ServerFinder } from './finding-connector.js';
import type { NodeAddress } from './node-address.js';

// One silent node must not use up the time in which another would answer.
const MAX_TIME_PER_NODE = 1_500;

/**
 * Finds the Cluster node that holds a key. All keys of a namespace with a hash tag lie in one slot, so a connection
 * needs only one node. The node may change after a failover, or when the slot moves.
 */
export class SlotOwner implements ServerFinder {
  readonly #cluster: Cluster;
  readonly #key: string;
  #found: NodeAddress | undefined;
  /** The nodes that the Cluster reported last: all of the configured ones may be gone. */
  #nodes: NodeAddress[] = [];

  /** @param cluster its nodes and settings are copied; the cluster itself is neither used nor closed */
  constructor(cluster: Cluster, key: string) {
    this.#cluster = cluster;
    this.#key = key;
  }

  /** The last node found. */
  get found(): NodeAddress | undefined {
    return this.#found;
  }

  /**
   * Queries the Cluster. Settles within the timeout, whatever the nodes and ioredis do.
   *
   * @param timeout in milliseconds
   * @throws the error of ioredis if no node answers or the Cluster is down
   */
  async find(timeout: number): Promise<NodeAddress> {
    const cluster = this.#copy(Math.min(timeout, MAX_TIME_PER_NODE));
    // Unless this attempt succeeds, the next one queries the configured nodes.
    this.#nodes = [];
    let reason: unknown;
    cluster.on('node error', (error: Error) => (reason = error));
    const over = new AbortController();
    try {
      return await Promise.race([this.#ask(cluster), this.#failed(cluster, timeout, over.signal)]);
    } catch (error) {
      const message = `The Cluster did not report which node holds ${JSON.stringify(this.#key)}`;
      throw new Error(`${message}: ${errorLine(reason ?? error)}`, { cause: error });
    } finally {
      over.abort();
      cluster.disconnect();
    }
  }

  #copy(timeout: number): Cluster {
    const { redisOptions, ...options } = this.#cluster.options;
    const cluster = this.#cluster.duplicate(this.#nodes, {
      ...options,
      lazyConnect: true,
      slotsRefreshTimeout: timeout,
      clusterRetryStrategy: () => null,
      redisOptions: { ...redisOptions, connectTimeout: timeout, commandTimeout: timeout },
    });
    cluster.on('error', () => undefined); // connect() throws it.
    return cluster;
  }

  async #ask(cluster: Cluster): Promise<NodeAddress> {
    await cluster.connect();
    const slot = await cluster.cluster('KEYSLOT', this.#key);
    const address = addressOf(cluster.slots[slot]?.[0], slot);
    this.#nodes = cluster
      .nodes()
      .flatMap(({ options: { host, port } }) =>
        host !== undefined && port !== undefined ? [{ host, port }] : [],
      );
    this.#found = address;
    return address;
  }

  /** ioredis leaves connect() unsettled if its Cluster ends before it is ready. */
  async #failed(cluster: Cluster, timeout: number, signal: AbortSignal): Promise<never> {
    const reason = await Promise.race([
      once(cluster, 'end', { signal }).then(() => 'it is down'),
      sleep(timeout, `no answer within ${timeout} ms`, { signal }),
    ]);
    throw new Error(reason);
  }
}

/** Parses `host:port`, where the host may contain colons. */
function addressOf(node: string | undefined, slot: number): NodeAddress {
  if (node === undefined) throw new Error(`No node of the Cluster holds slot ${slot}`);
  const colon = node.lastIndexOf(':');
  return { host: node.slice(0, colon), port: Number(node.slice(colon + 1)) };
}
