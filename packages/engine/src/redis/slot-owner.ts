import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from 'ioredis';
import { errorLine } from '../errors/error-text.js';

/** Where a node of a Cluster takes connections. */
export interface NodeAddress {
  readonly host: string;
  readonly port: number;
}

// One node that does not answer shall not use up the time in which another would.
const MAX_TIME_PER_NODE = 1_500;

/**
 * Finds the node of a Cluster that holds a key. All keys of a namespace with a hash tag lie in one slot, so that one
 * node is all that a connection needs; it may be another after a failover, or when the slot has moved.
 */
export class SlotOwner {
  readonly #cluster: Cluster;
  readonly #key: string;
  #found: NodeAddress | undefined;
  /** The nodes that the Cluster had when it was asked last: those that it was given may all be gone. */
  #nodes: NodeAddress[] = [];

  /** @param cluster its nodes and settings are copied; it is neither used nor closed itself */
  constructor(cluster: Cluster, key: string) {
    this.#cluster = cluster;
    this.#key = key;
  }

  /** The node that was found last. */
  get found(): NodeAddress | undefined {
    return this.#found;
  }

  /**
   * Asks the Cluster. Settles within the timeout, whatever the nodes and ioredis do.
   *
   * @param timeout milliseconds that it may take
   * @throws what ioredis throws when no node answers, or the Cluster is down
   */
  async find(timeout: number): Promise<NodeAddress> {
    const cluster = this.#copy(Math.min(timeout, MAX_TIME_PER_NODE));
    // The next time those that were given are asked, unless this succeeds.
    this.#nodes = [];
    let reason: unknown;
    cluster.on('node error', (error: Error) => (reason = error));
    const over = new AbortController();
    try {
      return await Promise.race([this.#ask(cluster), this.#failed(cluster, timeout, over.signal)]);
    } catch (error) {
      const message = `The Cluster does not say which node holds ${JSON.stringify(this.#key)}`;
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
    cluster.on('error', () => undefined); // connect() throws it
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
    return this.#remember(address);
  }

  /** ioredis leaves connect() unsettled when its Cluster ends while it becomes ready. */
  async #failed(cluster: Cluster, timeout: number, signal: AbortSignal): Promise<never> {
    const reason = await Promise.race([
      once(cluster, 'end', { signal }).then(() => 'it is down'),
      sleep(timeout, `no answer within ${timeout} ms`, { signal }),
    ]);
    throw new Error(reason);
  }

  /** The same node is the same object. */
  #remember(address: NodeAddress): NodeAddress {
    const { host, port } = this.#found ?? {};
    if (this.#found && host === address.host && port === address.port) return this.#found;
    this.#found = address;
    return address;
  }
}

/** Of `host:port`, in which the host may have colons, too. */
function addressOf(node: string | undefined, slot: number): NodeAddress {
  if (node === undefined) throw new Error(`No node of the Cluster holds slot ${slot}`);
  const colon = node.lastIndexOf(':');
  return { host: node.slice(0, colon), port: Number(node.slice(colon + 1)) };
}
