import type { Bytes } from './bytes.js';
import type { Keyspace } from './keyspace.js';
import type { Reply } from './reply.js';
import type { Session } from './session.js';
import type { ScriptEngine } from './lua/script-engine.js';
import type { Tracking } from './tracking.js';

/** The server as commands see it. */
export interface CommandHost {
  /** The open connections, by their ids. */
  readonly sessions: ReadonlyMap<number, Session>;
  readonly tracking: Tracking;
  readonly scripts: ScriptEngine;
  /** How often each command was run. */
  readonly calls: ReadonlyMap<string, number>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Whether there is a command of that name, in capitals. */
  knows(name: string): boolean;
  /** Runs a command for a session and returns its reply, which may be an error. */
  execute(session: Session, name: string, args: readonly Bytes[]): Reply;
}

/** One call of a command. */
export interface Call {
  /** What follows the command's name. */
  readonly args: readonly Bytes[];
  readonly keyspace: Keyspace;
  readonly session: Session;
  readonly server: CommandHost;
}

export interface Command {
  /** How many arguments it takes. */
  readonly arity: { readonly least: number; readonly most: number };
  /** Whether it may change keys, reads them only, or does neither. */
  readonly access: 'write' | 'read' | 'none';
  /** Which of its arguments are keys. */
  readonly keys: (args: readonly Bytes[]) => readonly Bytes[];
  /** @throws RedisError */
  readonly run: (call: Call) => Reply;
}

export type Commands = Readonly<Record<string, Command>>;

type Run = Command['run'];
type Arity = number | readonly [least: number, most: number];
type KeysOf = Command['keys'];

const firstKey: KeysOf = (args) => args.slice(0, 1);
export const allKeys: KeysOf = (args) => args;
export const noKeys: KeysOf = () => [];

/** A command that only looks; its first argument is its key, unless said otherwise. */
export function reads(arity: Arity, run: Run, keys: KeysOf = firstKey): Command {
  return { access: 'read', arity: bounds(arity), keys, run };
}

/** A command that changes something; its first argument is its key, unless said otherwise. */
export function writes(arity: Arity, run: Run, keys: KeysOf = firstKey): Command {
  return { access: 'write', arity: bounds(arity), keys, run };
}

/** A command that has nothing to do with keys. */
export function serves(arity: Arity, run: Run): Command {
  return { access: 'none', arity: bounds(arity), keys: noKeys, run };
}

function bounds(arity: Arity): Command['arity'] {
  const [least, most] = typeof arity === 'number' ? [arity, arity] : arity;
  return { least, most };
}

/** The arguments by position; one that is not there is empty, which the arity rules out. */
export function argument(args: readonly Bytes[], index: number): Bytes {
  return args[index] ?? '';
}

/** Arguments of which each so many belong together. */
export function groups(args: readonly Bytes[], size: number): Bytes[][] {
  return Array.from({ length: args.length / size }, (_, i) => args.slice(i * size, (i + 1) * size));
}
