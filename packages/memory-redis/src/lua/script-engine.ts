import { createHash } from 'node:crypto';
import type { Bytes } from '../bytes.js';
import { floatText } from '../numbers.js';
import { RedisError, Status, type Reply } from '../reply.js';
import { decodeJson, encodeJson } from './cjson.js';
import {
  LuaError,
  LuaState,
  NULL,
  type LuaReference,
  type LuaTable,
  type LuaValue,
} from './lua-state.js';
import { PRELUDE } from './prelude.js';

/** Runs a command for a script. */
export type RunCommand = (name: string, args: readonly Bytes[]) => Reply;

/** Stores and runs scripts in Lua 5.1, according to Redis's rules. */
export class ScriptEngine {
  readonly #lua: LuaState;
  readonly #onError: LuaReference;
  readonly #scripts = new Map<string, LuaReference>();
  #runCommand: RunCommand | undefined;

  private constructor(lua: LuaState) {
    this.#lua = lua;
    this.#onError = lua.callForFunction(lua.compile(PRELUDE, 'prelude'), [
      lua.expose((...args) => raised(this.#command(args))),
      lua.expose((...args) => this.#command(args)),
      lua.expose((text) => decodeJson(asText(text))),
      lua.expose((value = null) => encodeJson(value)),
      lua.expose((text) => sha1(asText(text))),
      NULL,
    ]);
  }

  static async open(): Promise<ScriptEngine> {
    return new ScriptEngine(await LuaState.open());
  }

  close(): void {
    this.#lua.close();
  }

  has(sha: string): boolean {
    return this.#scripts.has(sha);
  }

  clear(): void {
    this.#scripts.clear();
  }

  /** Compiles a script if necessary. @returns its digest @throws RedisError */
  load(lua: Bytes): string {
    const sha = sha1(lua);
    if (this.#scripts.has(sha)) return sha;
    try {
      this.#scripts.set(sha, this.#lua.compile(lua, 'user_script'));
    } catch (error) {
      if (!(error instanceof LuaError)) throw error;
      throw new RedisError(`ERR Error compiling script (new function): ${error.message}`);
    }
    return sha;
  }

  /** @throws RedisError if the script is unknown or fails */
  run(sha: string, keys: readonly Bytes[], args: readonly Bytes[], command: RunCommand): Reply {
    const script = this.#scripts.get(sha);
    if (!script) throw new RedisError('NOSCRIPT No matching script. Please use EVAL.');
    this.#lua.setGlobal('KEYS', keys);
    this.#lua.setGlobal('ARGV', args);
    this.#runCommand = command;
    try {
      return toReply(this.#lua.call(script, this.#onError));
    } catch (error) {
      if (!(error instanceof LuaError)) throw error;
      throw scriptError(error.value, sha);
    } finally {
      this.#runCommand = undefined;
    }
  }

  /** `redis.pcall` */
  #command(args: readonly LuaValue[]): LuaValue {
    if (args.length === 0) {
      return errorTable('ERR Please specify at least one argument for this redis lib call');
    }
    const words = args.map(argumentText);
    const [name, ...rest] = words;
    if (name === undefined || words.includes(undefined)) {
      return errorTable('ERR Lua redis lib command arguments must be strings or integers');
    }
    return toLua(this.#runCommand?.(name.toUpperCase(), rest as Bytes[]) ?? null);
  }
}

function sha1(bytes: Bytes): string {
  return createHash('sha1').update(bytes, 'latin1').digest('hex');
}

function asText(value: LuaValue | undefined): Bytes {
  return (value === undefined ? undefined : argumentText(value)) ?? '';
}

function argumentText(value: LuaValue): Bytes | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? floatText(value) : undefined;
}

/** Returns the reply unless it is an error. @throws LuaError */
function raised(reply: LuaValue): LuaValue {
  if (isTable(reply) && reply.has('err')) throw new LuaError(reply);
  return reply;
}

function isTable(value: LuaValue): value is LuaTable {
  return value instanceof Map;
}

function errorTable(message: string): LuaValue {
  return new Map([['err', message]]);
}

/** Converts a reply by Redis's rules: nil becomes false, a status a table with `ok`, an error a table with `err`. */
function toLua(reply: Reply): LuaValue {
  if (reply === null) return false;
  if (typeof reply === 'bigint') return Number(reply);
  if (typeof reply !== 'object') return reply;
  if (reply instanceof Status) return new Map([['ok', reply.text]]);
  if (reply instanceof RedisError) return errorTable(reply.message);
  return reply.map(toLua);
}

/** Converts a Lua value to a reply by Redis's rules: numbers are truncated, and an array ends at its first nil. */
function toReply(value: LuaValue): Reply {
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 1 : null;
  if (!isTable(value)) return null;
  const [err, ok] = [value.get('err'), value.get('ok')];
  if (typeof err === 'string') return new RedisError(err);
  if (typeof ok === 'string') return new Status(ok);
  const items: Reply[] = [];
  for (let item = value.get(1); item !== undefined; item = value.get(items.length + 1)) {
    items.push(toReply(item));
  }
  return items;
}

/** Returns an error that a script did not catch, with its location. */
function scriptError(value: LuaValue, sha: string): RedisError {
  const fault = isTable(value) ? value : undefined;
  const [message, line] = [fault?.get('err'), fault?.get('line')];
  const text = typeof message === 'string' ? message : 'ERR the script failed';
  const place = typeof line === 'number' ? `, on @user_script:${line}` : '';
  return new RedisError(`${text} script: ${sha}${place}.`);
}
