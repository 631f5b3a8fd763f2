import type { Bytes } from './bytes.js';
import type { Command, CommandHost } from './command.js';
import { COMMANDS } from './commands/index.js';
import { Keyspace } from './keyspace.js';
import type { ScriptEngine } from './lua/script-engine.js';
import { RedisError, type Reply } from './reply.js';
import { Session, type Executor } from './session.js';
import { Tracking } from './tracking.js';

/** The state that all connections share: keys, scripts and subscriptions. */
export class Server implements CommandHost, Executor {
  readonly sessions = new Map<number, Session>();
  readonly keyspace: Keyspace;
  readonly tracking = new Tracking((id) => this.sessions.get(id));
  /** The number of calls of each command. */
  readonly calls = new Map<string, number>();
  readonly #clock: () => number;
  #frozen: number | undefined;
  #lastSession = 0;

  /** @param clock milliseconds since the epoch */
  constructor(
    clock: () => number,
    readonly scripts: ScriptEngine,
  ) {
    this.#clock = clock;
    this.keyspace = new Keyspace(() => this.now(), {
      changed: (key) => this.#changed(key),
      cleared: () => this.tracking.cleared(),
    });
  }

  /** Milliseconds since the epoch. Time is frozen while a command, a script or a transaction runs. */
  now(): number {
    return this.#frozen ?? Math.floor(this.#clock());
  }

  freezeTime(run: () => void): void {
    this.#frozen = this.now();
    try {
      run();
    } finally {
      this.#frozen = undefined;
    }
  }

  /** @param send sends a reply to the client @param end ends the connection */
  connect(send: (reply: Reply) => void, end: () => void): Session {
    const session = new Session(++this.#lastSession, this, send, end);
    this.sessions.set(session.id, session);
    return session;
  }

  disconnect(session: Session): void {
    this.sessions.delete(session.id);
    this.tracking.forget(session);
  }

  /** Closes all connections and the interpreter. */
  close(): void {
    for (const session of this.sessions.values()) session.end();
    this.scripts.close();
  }

  /** Runs a command and returns its reply, which may be an error. */
  execute(session: Session, name: string, args: readonly Bytes[]): Reply {
    const command = COMMANDS.get(name);
    const fault = this.fault(name, args);
    if (!command || fault) return fault ?? null;
    this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
    try {
      const reply = command.run({ args, session, server: this, keyspace: this.keyspace });
      if (command.access === 'read') this.tracking.remember(session, command.keys(args));
      return reply;
    } catch (error) {
      if (error instanceof RedisError) return error;
      throw error;
    }
  }

  knows(name: string): boolean {
    return COMMANDS.has(name);
  }

  /** Returns why a command cannot be run regardless of the data; `undefined` if it can. */
  fault(name: string, args: readonly Bytes[]): RedisError | undefined {
    const command = COMMANDS.get(name);
    if (!command) return RedisError.unknownCommand(name, args);
    return isArity(command, args.length) ? undefined : RedisError.arity(name);
  }

  #changed(key: Bytes): void {
    this.tracking.changed(key);
    for (const session of this.sessions.values()) {
      if (session.watched.has(key)) session.watchedHasChanged = true;
    }
  }
}

function isArity({ arity }: Command, count: number): boolean {
  return count >= arity.least && count <= arity.most;
}
