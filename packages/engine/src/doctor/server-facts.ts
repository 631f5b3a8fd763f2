import { isRecord } from '../base/objects.js';
import { isReply } from '../errors/redis-reply.js';
import type { RedisConnection } from '../redis/redis-connection.js';

/** The clocks and the distance of Redis. Times are in milliseconds. */
export interface Distance {
  /** The shortest of some round trips to Redis. */
  readonly roundTrip: number;
  /** How far this process's clock is ahead of Redis's. */
  readonly skew: number;
}

/** The data read from a Redis server. */
export interface ServerReading {
  /** The reply to INFO; `undefined` if Redis refused it. */
  readonly info: string | undefined;
  /** The settings that CONFIG GET returned; without the refused ones. */
  readonly config: Readonly<Record<string, string>>;
  readonly distance: Distance | undefined;
}

/** The facts about a Redis server. A fact that Redis does not report is `undefined`. */
export class ServerFacts {
  readonly #info: ReadonlyMap<string, string>;
  readonly #config: Readonly<Record<string, string>>;
  readonly distance: Distance | undefined;

  constructor({ info = '', config, distance }: ServerReading) {
    this.#info = new Map(
      [...info.matchAll(/^([\w-]+):(.*?)\r?$/gm)].map(([, key = '', value = '']) => [key, value]),
    );
    this.#config = config;
    this.distance = distance;
  }

  /** Returns a field of INFO. */
  text(field: string): string | undefined {
    return this.#info.get(field);
  }

  /** Returns a field of INFO that is a number. */
  number(field: string): number | undefined {
    return toNumber(this.#info.get(field));
  }

  /** Returns a setting. */
  setting(name: string): string | undefined {
    return this.#config[name];
  }

  /** Returns a setting that is a number. */
  numberSetting(name: string): number | undefined {
    return toNumber(this.#config[name]);
  }
}

const SETTINGS = [
  'save',
  'maxclients',
  'min-replicas-to-write',
  'client-output-buffer-limit',
  'tracking-table-max-keys',
];

// A pause of this process may prolong a single round trip.
const ROUND_TRIPS = 5;

/** Reads the facts that the server reports. @throws NotConnectedError */
export async function readServer(connection: RedisConnection): Promise<ServerReading> {
  await connection.ready();
  const [info, config, distance] = [
    await readInfo(connection),
    await readConfig(connection),
    await readDistance(connection).catch(ifRefused),
  ];
  return { info, config, distance };
}

/** Returns the reply to INFO; `undefined` if Redis refuses it, for example because its user lacks the permission. */
export async function readInfo({ redis }: RedisConnection): Promise<string | undefined> {
  return redis.info().catch(ifRefused);
}

/** Returns nothing for a refused command. A lost connection is no refusal. @throws the error, unless it is a reply */
function ifRefused(error: unknown): undefined {
  if (!isReply(error)) throw error;
  return undefined;
}

async function readConfig({ redis }: RedisConnection): Promise<Record<string, string>> {
  const replies = await Promise.all(
    SETTINGS.map((name) => redis.call('CONFIG', 'GET', name).catch(ifRefused)),
  );
  return Object.assign({}, ...replies.map(settingsIn)) as Record<string, string>;
}

/** @param reply alternating names and values, or an object of them */
function settingsIn(reply: unknown): Record<string, string> {
  if (Array.isArray(reply))
    return reply.length === 2 ? { [String(reply[0])]: String(reply[1]) } : {};
  return isRecord(reply) ? (reply as Record<string, string>) : {};
}

async function readDistance({ redis }: RedisConnection): Promise<Distance> {
  const trips: Distance[] = [];
  for (let trip = 0; trip < ROUND_TRIPS; trip++) {
    const [asked, begun] = [Date.now(), performance.now()];
    const [seconds, microseconds] = await redis.time();
    const roundTrip = performance.now() - begun;
    const there = Number(seconds) * 1000 + Number(microseconds) / 1000;
    trips.push({ roundTrip, skew: Math.round(asked + roundTrip / 2 - there) });
  }
  return trips.reduce((best, one) => (one.roundTrip < best.roundTrip ? one : best));
}

function toNumber(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const number = Number(text);
  return Number.isNaN(number) ? undefined : number;
}
