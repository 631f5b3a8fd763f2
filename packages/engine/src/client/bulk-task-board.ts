import { systemClock, type Clock } from '../base/clock.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';

/** A bulk task on the board. */
export interface BulkTaskNote {
  readonly id: string;
  /** The text that its process wrote about it. */
  readonly text: string;
  /** Whether a process works on it: `false` once the task has ended or its process has died. */
  readonly isAlive: boolean;
}

export interface BulkTaskBoardOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly clock?: Clock;
}

// In milliseconds. A process renews the lease of its task every few seconds. Once the lease expires, the process counts as
// dead.
const LEASE_TTL = 15_000;
// In milliseconds. An interrupted task stays visible for an hour.
const NOTE_TTL = 3_600_000;
// How many tasks that no process works on stay on the board.
const MAX_KEPT = 100;
// A field of the hash is a task's id, or this prefix and the id, which asks for the end of the task.
const CANCEL = 'cancel:';

/**
 * Shares bulk tasks, such as "retry all" of a dashboard, between the processes of an application. Each process can show and
 * cancel every task, and none starts the same work a second time. It costs nothing while it is not used.
 */
export class BulkTaskBoard {
  readonly #connection: RedisConnection;
  readonly #keys: Keys;
  readonly #clock: Clock;

  constructor({ connection, keys, clock = systemClock }: BulkTaskBoardOptions) {
    this.#connection = connection;
    this.#keys = keys;
    this.#clock = clock;
  }

  /**
   * Puts a task on the board, and removes the oldest ended and interrupted tasks beyond 100.
   *
   * @param work names the work; two tasks with the same `work` never run concurrently
   * @param text the text to show
   * @returns `false` if the same work is in progress
   */
  async begin(id: string, work: string, text: string): Promise<boolean> {
    await this.#connection.ready();
    const { redis } = this.#connection;
    const isFirst = await redis.set(this.#keys.bulkTaskLease(work), id, 'PX', LEASE_TTL, 'NX');
    if (isFirst === null) return false;
    await this.#makeRoom();
    await this.#write(id, work, text);
    return true;
  }

  /**
   * Renews the lease of a task. Returns whether the task must end, because it was cancelled, or because another process
   * started the same work while this one was silent for too long.
   */
  async beat(id: string, work: string, text: string): Promise<boolean> {
    await this.#connection.ready();
    const { redis } = this.#connection;
    const lease = this.#keys.bulkTaskLease(work);
    const holder = await redis.get(lease);
    const isOwn = holder === null || holder === id;
    if (isOwn) await redis.set(lease, id, 'PX', LEASE_TTL);
    await this.#write(id, work, text);
    return !isOwn || (await redis.hexists(this.#keys.bulkTasks, CANCEL + id)) === 1;
  }

  /** Records how a task ended. The same work may start again. */
  async end(id: string, work: string, text: string): Promise<void> {
    await this.#write(id, work, text);
    const { redis } = this.#connection;
    const lease = this.#keys.bulkTaskLease(work);
    if ((await redis.get(lease)) === id) await redis.del(lease);
    await redis.hdel(this.#keys.bulkTasks, CANCEL + id);
  }

  /** Asks the process that runs a task to end it. */
  async cancel(id: string): Promise<void> {
    await this.#connection.ready();
    await this.#connection.redis.hset(this.#keys.bulkTasks, CANCEL + id, '1');
  }

  /** Returns all tasks on the board, the oldest first. */
  async list(): Promise<BulkTaskNote[]> {
    await this.#connection.ready();
    const notes = await this.#notes();
    return notes.map(({ id, text, isAlive }) => ({ id, text, isAlive }));
  }

  async #write(id: string, work: string, text: string): Promise<void> {
    await this.#connection.ready();
    const { redis } = this.#connection;
    const note = JSON.stringify({ work, text, at: this.#clock.now() });
    await redis.hset(this.#keys.bulkTasks, id, note);
    await redis.pexpire(this.#keys.bulkTasks, NOTE_TTL);
  }

  /** Returns the notes, the oldest first. */
  async #notes(): Promise<(Note & { readonly isAlive: boolean })[]> {
    const { redis } = this.#connection;
    const notes = notesOf(await redis.hgetall(this.#keys.bulkTasks));
    if (notes.length === 0) return [];
    const leases = await redis.mget(notes.map(({ work }) => this.#keys.bulkTaskLease(work)));
    return notes.map((note, index) => ({ ...note, isAlive: leases[index] === note.id }));
  }

  /** Keeps the notes of running tasks: a removed note would take a request to end the task with it. */
  async #makeRoom(): Promise<void> {
    const { redis } = this.#connection;
    const idle = (await this.#notes()).filter(({ isAlive }) => !isAlive);
    const since = this.#clock.now() - NOTE_TTL;
    const old = idle.filter(({ at }, i) => at < since || i < idle.length - MAX_KEPT);
    const fields = old.flatMap(({ id }) => [id, CANCEL + id]);
    if (fields.length > 0) await redis.hdel(this.#keys.bulkTasks, ...fields);
  }
}

interface Note {
  readonly id: string;
  readonly work: string;
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
    const { work, text, at } = JSON.parse(note) as Partial<Note>;
    const isOne = typeof work === 'string' && typeof text === 'string' && typeof at === 'number';
    return isOne ? { id, work, text, at } : undefined;
  } catch {
    return undefined;
  }
}
