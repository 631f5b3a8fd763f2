import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './ask.js';
import { RedisStartError } from './errors.js';
import { freePort } from './free-port.js';
import { LocalRedis, type LocalRedisOptions } from './local-redis.js';

/** Options for every node; each node has its own directory. */
export type LocalClusterOptions = Pick<
  LocalRedisOptions,
  'binary' | 'persistence' | 'settings' | 'startTimeout'
>;

const NODES = 3;
const SLOTS = 16_384;
const DEFAULT_START_TIMEOUT = 20_000;

/** A private Redis Cluster: three masters, which share the slots, and no replicas. Needs Redis 7.0 or later. */
export class LocalCluster {
  private constructor(readonly nodes: readonly LocalRedis[]) {}

  /**
   * Starts the nodes and waits until all of them report that the Cluster is up.
   *
   * @throws RedisNotFoundError, RedisStartError
   */
  static async start(options: LocalClusterOptions = {}): Promise<LocalCluster> {
    const nodes: LocalRedis[] = [];
    try {
      for (let index = 0; index < NODES; index++) nodes.push(await startNode(options));
      await join(nodes, options.startTimeout ?? DEFAULT_START_TIMEOUT);
    } catch (error) {
      await Promise.all(nodes.map((node) => node.stop()));
      throw error;
    }
    return new LocalCluster(nodes);
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
}

async function startNode({ settings, ...options }: LocalClusterOptions): Promise<LocalRedis> {
  return LocalRedis.start({
    ...options,
    settings: {
      'cluster-enabled': 'yes',
      // The default is the port plus 10000, which may exceed the largest port.
      'cluster-port': String(await freePort()),
      'cluster-node-timeout': '2000',
      ...settings,
    },
  });
}

async function join(nodes: readonly LocalRedis[], timeout: number): Promise<void> {
  const share = Math.ceil(SLOTS / nodes.length);
  for (const [index, { port }] of nodes.entries()) {
    const [from, to] = [index * share, Math.min((index + 1) * share, SLOTS) - 1];
    await ask(port, `CLUSTER ADDSLOTSRANGE ${from} ${to}`);
    await ask(port, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`);
  }
  const [first, ...others] = nodes;
  if (!first) return;
  const bus = await busPort(first.port);
  for (const { port } of others) await ask(port, `CLUSTER MEET ${first.host} ${first.port} ${bus}`);
  const deadline = performance.now() + timeout;
  for (const { port } of nodes) {
    while (!(await isUp(port, nodes.length))) {
      if (performance.now() > deadline) {
        throw new RedisStartError('The Cluster', `its nodes did not meet within ${timeout} ms`, '');
      }
      await sleep(50);
    }
  }
}

async function busPort(port: number): Promise<number> {
  const [, bus] = /@(\d+)/.exec(await ask(port, 'CLUSTER NODES')) ?? [];
  return Number(bus);
}

async function isUp(port: number, nodes: number): Promise<boolean> {
  const info = await ask(port, 'CLUSTER INFO');
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes}`);
}
