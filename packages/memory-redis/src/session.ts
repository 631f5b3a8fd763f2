import type { Bytes } from './bytes.js';
import { RedisError, OK, Status, type Reply } from './reply.js';

const QUEUED = new Status('QUEUED');
// What acts on a transaction instead of being part of it.
const TRANSACTION = new Set(['MULTI', 'EXEC', 'DISCARD', 'WATCH']);
// What a connection may do that has subscribed, in RESP2.
const WHILE_SUBSCRIBED = new Set(['SUBSCRIBE', 'UNSUBSCRIBE', 'PING', 'QUIT']);

interface Request {
  readonly name: string;
  readonly args: readonly Bytes[];
}

/** Runs the requests of a session; the server does. */
export interface Executor {
  /** Time stands still while `run` runs. */
  freezeTime(run: () => void): void;
  /** Runs a command and returns its reply, which may be an error. */
  execute(session: Session, name: string, args: readonly Bytes[]): Reply;
  /** Returns why a command cannot be run, whatever Redis holds; `undefined` if it can. */
  fault(name: string, args: readonly Bytes[]): RedisError | undefined;
}

/** One connection: what it is called, what it listens to, its transaction, and whether its reads are watched. */
export class Session {
  name: Bytes = '';
  readonly channels = new Set<Bytes>();
  /** Whether reads are watched, and which session hears of changes; nobody does without one. */
  tracking: { readonly redirect: number | undefined; readonly optIn: boolean } | undefined;
  /** The next command's reads shall be watched (CLIENT CACHING YES). */
  caching = false;
  /** Keys of WATCH; a change of one makes EXEC do nothing. */
  readonly watched = new Set<Bytes>();
  watchedHasChanged = false;
  #transaction: Request[] | undefined;
  #transactionIsBroken = false;

  /** @param send takes what is for the client, replies and messages @param end ends the connection */
  constructor(
    readonly id: number,
    private readonly server: Executor,
    readonly send: (reply: Reply) => void,
    readonly end: () => void,
  ) {}

  /** Whether what is read now shall be remembered. */
  get isTracking(): boolean {
    return this.tracking !== undefined && (!this.tracking.optIn || this.caching);
  }

  get isInTransaction(): boolean {
    return this.#transaction !== undefined;
  }

  /** Runs one request and sends its reply. */
  handle([word = '', ...args]: readonly Bytes[]): void {
    const request = { name: word.toUpperCase(), args };
    const wasCaching = this.caching;
    this.server.freezeTime(() => this.send(this.#answer(request)));
    if (request.name === 'QUIT') this.end();
    // CLIENT CACHING is for one command, or for one transaction.
    if (wasCaching && !this.#transaction) this.caching = false;
  }

  /** Begins a transaction. */
  begin(): Reply {
    if (this.#transaction) return new RedisError('ERR MULTI calls can not be nested');
    this.#transaction = [];
    return OK;
  }

  /** Runs the transaction's commands; nil if a watched key has changed. */
  execute(): Reply {
    const [requests, isBroken] = [this.#transaction, this.#transactionIsBroken];
    if (!requests) return new RedisError('ERR EXEC without MULTI');
    const hasChanged = this.watchedHasChanged;
    this.#endTransaction();
    if (isBroken) {
      return new RedisError('EXECABORT Transaction discarded because of previous errors.');
    }
    if (hasChanged) return null;
    return requests.map(({ name, args }) => this.server.execute(this, name, args));
  }

  /** Ends the transaction without running it. */
  discard(): Reply {
    if (!this.#transaction) return new RedisError('ERR DISCARD without MULTI');
    this.#endTransaction();
    return OK;
  }

  #answer({ name, args }: Request): Reply {
    if (this.channels.size > 0 && !WHILE_SUBSCRIBED.has(name)) {
      return new RedisError(
        `ERR Can't execute '${name.toLowerCase()}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
      );
    }
    if (!this.#transaction || TRANSACTION.has(name)) return this.server.execute(this, name, args);
    const fault = this.server.fault(name, args);
    if (fault) {
      this.#transactionIsBroken = true;
      return fault;
    }
    this.#transaction.push({ name, args });
    return QUEUED;
  }

  #endTransaction(): void {
    this.#transaction = undefined;
    this.#transactionIsBroken = false;
    this.watched.clear();
    this.watchedHasChanged = false;
  }
}
