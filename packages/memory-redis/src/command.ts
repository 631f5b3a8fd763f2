import type { Bytes } from './bytes.js';
import type { Keyspace } from './keyspace.js';
import type { Reply } from './reply.js';
import type { Session } from './session.js';
import type { ScriptEngine } from './lua/script-engine.js';
import type { Tracking } from './tracking.js';

/** The server as commands see it. */
export interface CommandHost {
  /** The open connections, by id. */
  readonly sessions: ReadonlyMap<number, Session>;
  readonly tracking: Tracking;
  readonly scripts: ScriptEngine;
  /** The number of calls of each command. */
  readonly calls: ReadonlyMap<string, number>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Returns whether a command with this name, in capitals, exists. */
  knows(name: string): boolean;
  /** Runs a command for a session and returns its reply, which may be an error. */
  execute(session: Session, name: string, args: readonly Bytes[]): Reply;
}

/** One call of a command. */
export interface Call {
  /** The arguments after the command's name. */
  readonly args: readonly Bytes[];
  readonly keyspace: Keyspace;
  readonly session: Session;
  readonly server: CommandHost;
}

export interface Command {
  /** The minimum and maximum number of arguments. */
  readonly arity: { readonly least: number; readonly most: number };
  /** Whether it may change keys, only reads them, or does neither. */
  readonly access: 'write' | 'read' | 'none';
  /** Returns those of its arguments that are keys. */
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

/** Defines a command that only reads; by default its first argument is its key. */
export function reads(arity: Arity, run: Run, keys: KeysOf = firstKey): Command {
  return { access: 'read', arity: bounds(arity), keys, run };
}

/** Defines a command that may change keys; by default its first argument is its key. */
export function writes(arity: Arity, run: Run, keys: KeysOf = firstKey): Command {
  return { access: 'write', arity: bounds(arity), keys, run };
}

/** Defines a command that involves no keys. */
export function serves(arity: Arity, run: Run): Command {
  return { access: 'none', arity: bounds(arity), keys: noKeys, run };
}

function bounds(arity: Arity): Command['arity'] {
  const [least, most] = typeof arity === 'number' ? [arity, arity] : arity;
  return { least, most };
}

/** Returns an argument by position; a missing one would be empty, but the arity rules that out. */
export function argument(args: readonly Bytes[], index: number): Bytes {
  return args[index] ?? '';
}

/** Splits arguments into groups of `size`. */
export function groups(args: readonly Bytes[], size: number): Bytes[][] {
  return Array.from({ length: args.length / size }, (_, i) => args.slice(i * size, (i + 1) * size));
}
