import type { Cluster } from 'ioredis';

/** Where a node of a Cluster takes connections. */
export interface NodeAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Finds the node of a Cluster that holds a key. All keys of a namespace with a hash tag lie in one slot, so that one
 * node is all that a connection needs; it may be another after a failover, or when the slot has moved.
 */
export class SlotOwner {
  readonly #cluster: Cluster;
  readonly #key: string;
  #found: NodeAddress | undefined;

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
   * Asks the Cluster.
   *
   * @param timeout milliseconds that a node may take to answer
   * @throws what ioredis throws when no node answers, or the Cluster is down
   */
  async find(timeout: number): Promise<NodeAddress> {
    const { redisOptions, ...options } = this.#cluster.options;
    const cluster = this.#cluster.duplicate([], {
      ...options,
      lazyConnect: true,
      slotsRefreshTimeout: timeout,
      clusterRetryStrategy: () => null,
      redisOptions: { ...redisOptions, connectTimeout: timeout, commandTimeout: timeout },
    });
    cluster.on('error', () => undefined); // connect() throws it
    try {
      await cluster.connect();
      const slot = await cluster.cluster('KEYSLOT', this.#key);
      return this.#remember(addressOf(cluster.slots[slot]?.[0], slot));
    } finally {
      cluster.disconnect();
    }
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
