import { ask } from './ask.js';
import { freePort } from './free-port.js';
import { LocalRedis, type LocalRedisOptions } from './local-redis.js';
import { Until } from './until.js';

/** Options for every node; each node has its own directory. */
export interface LocalClusterOptions extends Pick<
  LocalRedisOptions,
  'binary' | 'persistence' | 'settings' | 'startTimeout'
> {
  /** The number of replicas of each master; default 0. */
  readonly replicas?: number | undefined;
}

const MASTERS = 3;
const SLOTS = 16_384;
const DEFAULT_START_TIMEOUT = 20_000;

/** A private Redis Cluster: three masters, which share the slots, and their replicas. Needs Redis 7.0 or later. */
export class LocalCluster {
  readonly #nodes: LocalRedis[];
  readonly #options: LocalClusterOptions;

  private constructor(nodes: LocalRedis[], options: LocalClusterOptions) {
    this.#nodes = nodes;
    this.#options = options;
  }

  /**
   * Starts the nodes and waits until all of them report that the Cluster is up.
   *
   * @throws RedisNotFoundError, RedisStartError
   */
  static async start(options: LocalClusterOptions = {}): Promise<LocalCluster> {
    const { replicas = 0 } = options;
    const nodes: LocalRedis[] = [];
    try {
      for (let i = 0; i < MASTERS * (1 + replicas); i++) nodes.push(await startNode(options));
      await join(nodes, untilUp(options));
    } catch (error) {
      await Promise.all(nodes.map((node) => node.stop()));
      throw error;
    }
    return new LocalCluster(nodes, options);
  }

  /** The three first masters, their replicas, and the nodes that were added later. */
  get nodes(): readonly LocalRedis[] {
    return this.#nodes;
  }

  /**
   * Adds a master without slots, and waits until all running nodes know it.
   *
   * @throws RedisNotFoundError, RedisStartError
   */
  async addNode(): Promise<LocalRedis> {
    const running = await this.#running();
    const node = await startNode(this.#options);
    this.#nodes.push(node);
    const [first] = running;
    if (first) await meet(node, first);
    const until = untilUp(this.#options);
    // A node takes writes only some time after it has met the others.
    await until.is(async () => isOk(await ask(node.port, 'CLUSTER INFO')), MEETING);
    for (const { port } of [...running, node]) {
      await until.is(async () => (await idsKnownTo(port)).includes(await idOf(node)), MEETING);
    }
    return node;
  }

  /** The addresses of the nodes, as ioredis's `Cluster` expects them. */
  get addresses(): { readonly host: string; readonly port: number }[] {
    return this.nodes.map(({ host, port }) => ({ host, port }));
  }

  /** Stops all nodes. Safe to call twice. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #running(): Promise<LocalRedis[]> {
    const answers = await Promise.allSettled(this.#nodes.map(({ port }) => ask(port, 'PING')));
    return this.#nodes.filter((_, index) => answers[index]?.status === 'fulfilled');
  }
}

const MEETING = 'its nodes did not meet';

function untilUp({ startTimeout = DEFAULT_START_TIMEOUT }: LocalClusterOptions): Until {
  return new Until('The Cluster', startTimeout);
}

async function startNode(options: LocalClusterOptions): Promise<LocalRedis> {
  const { binary, persistence, startTimeout, settings } = options;
  return LocalRedis.start({
    ...{ binary, persistence, startTimeout },
    settings: {
      'cluster-enabled': 'yes',
      // The default is the port plus 10000, which may exceed the largest port.
      'cluster-port': String(await freePort()),
      'cluster-node-timeout': '2000',
      // A replica that has just been added takes over at once.
      'cluster-replica-validity-factor': '0',
      'repl-diskless-sync-delay': '0',
      ...settings,
    },
  });
}

async function join(nodes: readonly LocalRedis[], until: Until): Promise<void> {
  const masters = nodes.slice(0, MASTERS);
  const share = Math.ceil(SLOTS / MASTERS);
  for (const [index, { port }] of masters.entries()) {
    const [from, to] = [index * share, Math.min((index + 1) * share, SLOTS) - 1];
    await ask(port, `CLUSTER ADDSLOTSRANGE ${from} ${to}`);
    await ask(port, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`);
  }
  const [first, ...others] = nodes;
  if (!first) return;
  for (const node of others) await meet(node, first);
  for (const { port } of nodes) await until.is(() => isUp(port, nodes.length), MEETING);
  for (const [index, node] of nodes.slice(MASTERS).entries()) {
    const master = masters[index % MASTERS];
    if (master) await follow(node, master, until);
  }
}

async function meet(node: LocalRedis, other: LocalRedis): Promise<void> {
  await ask(node.port, `CLUSTER MEET ${other.host} ${other.port} ${await busPort(other.port)}`);
}

/** Makes a node a replica of a master, and waits until it has its data. */
async function follow(node: LocalRedis, master: LocalRedis, until: Until): Promise<void> {
  await ask(node.port, `CLUSTER REPLICATE ${await idOf(master)}`);
  const isLinked = async (): Promise<boolean> =>
    (await ask(node.port, 'INFO replication')).includes('master_link_status:up');
  await until.is(isLinked, 'a replica did not get the data of its master');
}

async function busPort(port: number): Promise<number> {
  const [, bus] = /@(\d+)/.exec(await ask(port, 'CLUSTER NODES')) ?? [];
  return Number(bus);
}

async function idOf({ port }: LocalRedis): Promise<string> {
  const [id = ''] = /\b[0-9a-f]{40}\b/.exec(await ask(port, 'CLUSTER MYID')) ?? [];
  return id;
}

/** The ids of the nodes with which this one has met; during a handshake a node has a random one. */
async function idsKnownTo(port: number): Promise<readonly string[]> {
  const lines = (await ask(port, 'CLUSTER NODES')).split('\n');
  return lines.filter((line) => !line.includes('handshake')).map((line) => line.slice(0, 40));
}

async function isUp(port: number, nodes: number): Promise<boolean> {
  const info = await ask(port, 'CLUSTER INFO');
  return isOk(info) && info.includes(`cluster_known_nodes:${nodes}`);
}

function isOk(info: string): boolean {
  return info.includes('cluster_state:ok');
}
