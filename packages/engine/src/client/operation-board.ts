import { systemClock, type Clock } from '../base/clock.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';

/** An operation as it stands on the board. */
export interface BoardNote {
  readonly id: string;
  /** What its process has written of it. */
  readonly text: string;
  /** Whether a process is at work on it; not so after it has ended, or its process has died. */
  readonly isAlive: boolean;
}

export interface OperationBoardOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly clock?: Clock;
}

// A process that is at work says so every few seconds; who says nothing for so long has died. In milliseconds.
const LEASE = 15_000;
// Whoever looks an hour later still sees what was interrupted. In milliseconds.
const KEPT = 3_600_000;
const MOST_KEPT = 100;
// Fields of the hash: an operation's own, and whether somebody wants it to end.
const CANCEL = 'cancel:';

/**
 * Tells the processes of an application of work on many jobs that one of them does, such as a dashboard's "retry all":
 * each can show it, and cancel it, and none begins the same work beside it. Costs nothing where nobody uses it.
 */
export class OperationBoard {
  readonly #connection: RedisConnection;
  readonly #keys: Keys;
  readonly #clock: Clock;

  constructor({ connection, keys, clock = systemClock }: OperationBoardOptions) {
    this.#connection = connection;
    this.#keys = keys;
    this.#clock = clock;
  }

  /**
   * Puts an operation on the board, and makes room by taking down the oldest that have ended.
   *
   * @param what the work: operations with the same are not begun twice at once
   * @param text what to show of it
   * @returns `false` if the same work is under way
   */
  async begin(id: string, what: string, text: string): Promise<boolean> {
    await this.#connection.ready();
    const { redis } = this.#connection;
    const isFirst = await redis.set(this.#keys.operationLease(what), id, 'PX', LEASE, 'NX');
    if (isFirst === null) return false;
    await this.#makeRoom();
    await this.#write(id, what, text);
    return true;
  }

  /**
   * Says that its process is still at work. Returns whether it is to end: somebody has asked for that, or has begun the same
   * work while its process was silent for too long.
   */
  async beat(id: string, what: string, text: string): Promise<boolean> {
    await this.#connection.ready();
    const { redis } = this.#connection;
    const lease = this.#keys.operationLease(what);
    const holder = await redis.get(lease);
    const isOwn = holder === null || holder === id;
    if (isOwn) await redis.set(lease, id, 'PX', LEASE);
    await this.#write(id, what, text);
    return !isOwn || (await redis.hexists(this.#keys.operations, CANCEL + id)) === 1;
  }

  /** Notes how it has ended; the same work may begin again. */
  async end(id: string, what: string, text: string): Promise<void> {
    await this.#write(id, what, text);
    const { redis } = this.#connection;
    const lease = this.#keys.operationLease(what);
    if ((await redis.get(lease)) === id) await redis.del(lease);
    await redis.hdel(this.#keys.operations, CANCEL + id);
  }

  /** Asks the process that is at work on it, whichever that is, to end it. */
  async cancel(id: string): Promise<void> {
    await this.#connection.ready();
    await this.#connection.redis.hset(this.#keys.operations, CANCEL + id, '1');
  }

  /** All on the board, the oldest first. */
  async list(): Promise<BoardNote[]> {
    await this.#connection.ready();
    const { redis } = this.#connection;
    const notes = notesOf(await redis.hgetall(this.#keys.operations));
    if (notes.length === 0) return [];
    const leases = await redis.mget(notes.map(({ what }) => this.#keys.operationLease(what)));
    return notes.map(({ id, text }, index) => ({ id, text, isAlive: leases[index] === id }));
  }

  async #write(id: string, what: string, text: string): Promise<void> {
    await this.#connection.ready();
    const { redis } = this.#connection;
    const note = JSON.stringify({ what, text, at: this.#clock.now() });
    await redis.hset(this.#keys.operations, id, note);
    await redis.pexpire(this.#keys.operations, KEPT);
  }

  async #makeRoom(): Promise<void> {
    const { redis } = this.#connection;
    const notes = notesOf(await redis.hgetall(this.#keys.operations));
    const since = this.#clock.now() - KEPT;
    const old = notes.filter(({ at }, i) => at < since || i < notes.length - MOST_KEPT);
    const fields = old.flatMap(({ id }) => [id, CANCEL + id]);
    if (fields.length > 0) await redis.hdel(this.#keys.operations, ...fields);
  }
}

interface Note {
  readonly id: string;
  readonly what: string;
  readonly text: string;
  readonly at: number;
}

function notesOf(hash: Readonly<Record<string, string>>): Note[] {
  return Object.entries(hash)
    .flatMap(([id, note]) => (id.startsWith(CANCEL) ? [] : (noteOf(id, note) ?? [])))
    .sort((a, b) => a.at - b.at);
}

function noteOf(id: string, note: string): Note | undefined {
  try {
    const { what, text, at } = JSON.parse(note) as Partial<Note>;
    const isOne = typeof what === 'string' && typeof text === 'string' && typeof at === 'number';
    return isOne ? { id, what, text, at } : undefined;
  } catch {
    return undefined;
  }
}
