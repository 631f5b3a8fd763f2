import type { Bytes } from './bytes.js';
import { RedisError, OK, Status, type Reply } from './reply.js';

const QUEUED = new Status('QUEUED');
// The commands that control a transaction rather than being queued in it.
const TRANSACTION = new Set(['MULTI', 'EXEC', 'DISCARD', 'WATCH']);
// The commands that a subscribed connection may use in RESP2.
const WHILE_SUBSCRIBED = new Set(['SUBSCRIBE', 'UNSUBSCRIBE', 'PING', 'QUIT']);

interface Request {
  readonly name: string;
  readonly args: readonly Bytes[];
}

/** Runs the requests of a session. Implemented by the server. */
export interface Executor {
  /** Freezes time while `run` runs. */
  freezeTime(run: () => void): void;
  /** Runs a command and returns its reply, which may be an error. */
  execute(session: Session, name: string, args: readonly Bytes[]): Reply;
  /** Returns why a command cannot be run, whatever Redis holds; `undefined` if it can. */
  fault(name: string, args: readonly Bytes[]): RedisError | undefined;
}

/** A connection: its name, subscriptions, transaction, and the tracking of its reads. */
export class Session {
  name: Bytes = '';
  readonly channels = new Set<Bytes>();
  /** The tracking of reads, and the session that is notified of changes; without one nobody is notified. */
  tracking: { readonly redirect: number | undefined; readonly optIn: boolean } | undefined;
  /** Whether the next command's reads are tracked (CLIENT CACHING YES). */
  caching = false;
  /** Keys of WATCH; a change of one of them makes EXEC return nil without running anything. */
  readonly watched = new Set<Bytes>();
  watchedHasChanged = false;
  #transaction: Request[] | undefined;
  #transactionIsBroken = false;

  /** @param send sends replies and messages to the client @param end ends the connection */
  constructor(
    readonly id: number,
    private readonly server: Executor,
    readonly send: (reply: Reply) => void,
    readonly end: () => void,
  ) {}

  /** Whether current reads are tracked. */
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
    // CLIENT CACHING applies to one command or one transaction.
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
