import type { RedisOptions } from 'ioredis';
import { errorLine } from '../errors/error-text.js';
import { hideSecrets } from '../errors/secrets.js';
import { performance } from '../base/timers.js';
import type { ServerFinder } from './finding-connector.js';
import { GuardedRedis } from './guarded-redis.js';
import { isSameAddress, type NodeAddress } from './node-address.js';

// One silent Sentinel must not use up the time in which another would answer.
export const MAX_TIME_PER_SENTINEL = 1_000;
const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 26_379;
const MAX_REASONS = 3;
const MAX_PORT = 65_535;
// A Sentinel may name any number of others.
const MAX_SENTINELS = 100;
const MAX_SHOWN = 100;

/** Finds the master that Sentinels watch, by ioredis's options for Sentinels. */
export class SentinelMaster implements ServerFinder {
  readonly name: string;
  readonly #options: RedisOptions;
  /** The Sentinel that answered last comes first. */
  #sentinels: readonly NodeAddress[];
  #found: NodeAddress | undefined;

  /** @param options contain `sentinels` and `name` */
  constructor(options: RedisOptions) {
    this.name = options.name ?? '';
    this.#options = options;
    this.#sentinels = (options.sentinels ?? []).map(({ host, port }) => ({
      host: host ?? DEFAULT_HOST,
      port: port ?? DEFAULT_PORT,
    }));
  }

  get found(): NodeAddress | undefined {
    return this.#found;
  }

  /** The known Sentinels: the given ones, and those that they have named. */
  get sentinels(): readonly NodeAddress[] {
    return this.#sentinels;
  }

  /** Asks the Sentinels, one after another. @throws Error with what each of them answered */
  async find(timeout: number): Promise<NodeAddress> {
    const deadline = performance.now() + timeout;
    const reasons: string[] = [];
    for (const sentinel of this.#sentinels) {
      const left = Math.min(MAX_TIME_PER_SENTINEL, deadline - performance.now());
      if (left < 1) break;
      try {
        return await this.#ask(sentinel, left);
      } catch (error) {
        reasons.push(`${sentinel.host}:${sentinel.port}: ${errorLine(error)}`);
      }
    }
    throw new Error(noMaster(this.name, reasons));
  }

  /** Asks another Sentinel first the next time, because the server that this one named is silent or no master. */
  doubt(): void {
    const [first, ...others] = this.#sentinels;
    if (first) this.#sentinels = [...others, first];
  }

  /** Returns an unconnected connection to a Sentinel. */
  open({ host, port }: NodeAddress, settings: RedisOptions): GuardedRedis {
    const { sentinelUsername, sentinelPassword, sentinelTLS, family } = this.#options;
    return new GuardedRedis({
      ...{ host, port, enableReadyCheck: false, lazyConnect: true, protocol: 2 },
      ...(sentinelUsername && { username: sentinelUsername }),
      ...(sentinelPassword && { password: sentinelPassword }),
      ...(sentinelTLS && { tls: sentinelTLS }),
      ...(family && { family }),
      ...settings,
    });
  }

  /** Returns the address by which this host reaches a server, which is another behind a NAT. */
  reached(address: NodeAddress): NodeAddress {
    const { natMap } = this.#options;
    if (!natMap) return address;
    const key = `${address.host}:${address.port}`;
    return (typeof natMap === 'function' ? natMap(key) : natMap[key]) ?? address;
  }

  async #ask(sentinel: NodeAddress, timeout: number): Promise<NodeAddress> {
    let reason: unknown;
    const redis = this.open(sentinel, {
      ...{ connectTimeout: timeout, commandTimeout: timeout },
      retryStrategy: () => null,
    });
    // This is more precise than the error of the command, which only says that the connection is closed.
    redis.on('error', (error: Error) => (reason = error));
    try {
      const answer = await redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', this.name);
      const address = addressOf(answer, this.name);
      await this.#learn(redis);
      this.#prefer(sentinel);
      this.#found = this.reached(address);
      return this.#found;
    } catch (error) {
      const why = reason ?? error;
      hideSecrets(why);
      throw why;
    } finally {
      redis.disconnect();
    }
  }

  /** Adds the Sentinels that this one knows. Not knowing them is no reason to fail. */
  async #learn(redis: GuardedRedis): Promise<void> {
    if (this.#options.updateSentinels === false) return;
    const answer = await redis.call('SENTINEL', 'SENTINELS', this.name).catch(() => []);
    const named = Array.isArray(answer) ? answer.flatMap(peerOf) : [];
    const news = named
      .map((address) => this.reached(address))
      .filter((address) => !this.#sentinels.some((known) => isSameAddress(known, address)));
    this.#sentinels = [...this.#sentinels, ...news].slice(0, MAX_SENTINELS);
  }

  #prefer(sentinel: NodeAddress): void {
    this.#sentinels = [sentinel, ...this.#sentinels.filter((one) => one !== sentinel)];
  }
}

/** @throws Error if a Sentinel does not know the master, or answers nonsense */
function addressOf(answer: unknown, name: string): NodeAddress {
  if (!Array.isArray(answer)) throw new Error(`it knows no master ${JSON.stringify(name)}`);
  const [host, port] = answer as readonly unknown[];
  const address = { host: String(host), port: Number(port) };
  if (isAddress(address)) return address;
  const shown = `${address.host}:${String(port)}`.slice(0, MAX_SHOWN);
  throw new Error(`it named a master without a valid address, ${shown}`);
}

function isAddress({ host, port }: NodeAddress): boolean {
  return host !== '' && Number.isInteger(port) && port > 0 && port <= MAX_PORT;
}

/** The address of another Sentinel, from a list of fields and values; none if nobody has reached it lately. */
function peerOf(fields: unknown): readonly NodeAddress[] {
  if (!Array.isArray(fields)) return [];
  const valueOf = (field: string): string => String(fields[fields.indexOf(field) + 1]);
  const address = { host: valueOf('ip'), port: Number(valueOf('port')) };
  return valueOf('flags').includes('disconnected') || !isAddress(address) ? [] : [address];
}

function noMaster(name: string, reasons: readonly string[]): string {
  const shown = reasons.slice(0, MAX_REASONS).join('; ');
  return `No Sentinel named the master ${JSON.stringify(name)} (${shown})`;
}
