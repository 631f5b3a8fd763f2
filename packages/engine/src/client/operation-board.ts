import { systemClock, type Clock } from '../base/clock.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';

/** An operation on the board. */
export interface BoardNote {
  readonly id: string;
  /** The text that its process wrote about it. */
  readonly text: string;
  /** Whether a process works on it: `false` once it has ended or its process has died. */
  readonly isAlive: boolean;
}

export interface OperationBoardOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly clock?: Clock;
}

// In milliseconds. A working process renews its lease every few seconds. Once the lease expires, the process counts as dead.
const LEASE_TTL = 15_000;
// In milliseconds. An interrupted operation stays visible for an hour.
const NOTE_TTL = 3_600_000;
const MAX_KEPT = 100;
// A field of the hash is an operation's id, or this prefix and the id, which requests the end of the operation.
const CANCEL = 'cancel:';

/**
 * Shares bulk work, such as "retry all" of a dashboard, between the processes of an application. Each process can show and
 * cancel an operation, and none starts the same work a second time. It costs nothing while it is not used.
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
   * Puts an operation on the board, and removes the oldest operations beyond 100.
   *
   * @param what the work; two operations with the same `what` never run concurrently
   * @param text the text to show
   * @returns `false` if the same work is in progress
   */
  async begin(id: string, what: string, text: string): Promise<boolean> {
    await this.#connection.ready();
    const { redis } = this.#connection;
    const isFirst = await redis.set(this.#keys.operationLease(what), id, 'PX', LEASE_TTL, 'NX');
    if (isFirst === null) return false;
    await this.#makeRoom();
    await this.#write(id, what, text);
    return true;
  }

  /**
   * Renews the lease of an operation. Returns whether the operation must end, because it was cancelled, or because another
   * process started the same work while this one was silent for too long.
   */
  async beat(id: string, what: string, text: string): Promise<boolean> {
    await this.#connection.ready();
    const { redis } = this.#connection;
    const lease = this.#keys.operationLease(what);
    const holder = await redis.get(lease);
    const isOwn = holder === null || holder === id;
    if (isOwn) await redis.set(lease, id, 'PX', LEASE_TTL);
    await this.#write(id, what, text);
    return !isOwn || (await redis.hexists(this.#keys.operations, CANCEL + id)) === 1;
  }

  /** Records how an operation ended. The same work may start again. */
  async end(id: string, what: string, text: string): Promise<void> {
    await this.#write(id, what, text);
    const { redis } = this.#connection;
    const lease = this.#keys.operationLease(what);
    if ((await redis.get(lease)) === id) await redis.del(lease);
    await redis.hdel(this.#keys.operations, CANCEL + id);
  }

  /** Asks the process that runs an operation to end it. */
  async cancel(id: string): Promise<void> {
    await this.#connection.ready();
    await this.#connection.redis.hset(this.#keys.operations, CANCEL + id, '1');
  }

  /** Returns all operations on the board, the oldest first. */
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
    await redis.pexpire(this.#keys.operations, NOTE_TTL);
  }

  async #makeRoom(): Promise<void> {
    const { redis } = this.#connection;
    const notes = notesOf(await redis.hgetall(this.#keys.operations));
    const since = this.#clock.now() - NOTE_TTL;
    const old = notes.filter(({ at }, i) => at < since || i < notes.length - MAX_KEPT);
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
