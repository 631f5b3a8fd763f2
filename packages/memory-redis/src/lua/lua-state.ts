import type { Bytes } from '../bytes.js';
import { loadLua, type LuaWasm } from './wasm.js';

/**
 * A Lua value: a string is bytes, `null` is nil, and `NULL` is JSON's null. Arrays become tables in Lua, and tables
 * come back as Maps. Functions, which only Lua can hold, come back as nil.
 */
export type LuaValue =
  number | boolean | Bytes | null | typeof NULL | LuaTable | readonly LuaValue[];

/** A table's entries, unordered. */
export type LuaTable = ReadonlyMap<number | Bytes | boolean, LuaValue>;

/** JSON's null in Lua (`cjson.null`), because a table cannot contain nil. */
export const NULL = Symbol('null');

/** A function that stays in Lua. */
export class LuaReference {
  constructor(readonly number: number) {}
}

/** The Lua value that a call threw. */
export class LuaError extends Error {
  constructor(readonly value: LuaValue) {
    super(typeof value === 'string' ? value : 'a Lua script failed');
  }
}

const REGISTRY = -10_000;
const GLOBALS = -10_002;
const BOOLEAN = 1;
const LIGHT_USERDATA = 2;
const NUMBER = 3;
const STRING = 4;
const TABLE = 5;
// Approximately Redis's limit for nested tables.
const DEEPEST = 1_000;
const SLOTS = 20;

/** A Lua 5.1 interpreter. */
export class LuaState {
  readonly #wasm: LuaWasm;
  readonly #state: number;
  readonly #lengthAt: number;
  #scratch = { address: 0, size: 0 };

  private constructor(wasm: LuaWasm) {
    this.#wasm = wasm;
    this.#state = wasm._luaL_newstate();
    wasm._luaL_openlibs(this.#state);
    this.#lengthAt = wasm._malloc(4);
  }

  static async open(): Promise<LuaState> {
    return new LuaState(await loadLua());
  }

  close(): void {
    this.#wasm._lua_close(this.#state);
  }

  /**
   * Compiles a text into a function.
   *
   * @param name the name used in messages
   * @throws LuaError with Lua's message
   */
  compile(lua: Bytes, name: string): LuaReference {
    const address = this.#write(`=${name}\0${lua}`);
    const code = address + name.length + 2;
    const status = this.#wasm._luaL_loadbuffer(this.#state, code, lua.length, address);
    if (status !== 0) throw new LuaError(this.#pop());
    return this.#reference();
  }

  /**
   * Exposes a JavaScript function to Lua. Exceptions are raised in Lua: the value of a `LuaError`, otherwise the
   * message.
   */
  expose(run: (...args: LuaValue[]) => LuaValue): LuaReference {
    const pointer = this.#wasm.addFunction((state) => {
      const count = this.#wasm._lua_gettop(state);
      const args = Array.from({ length: count }, (_, index) => this.#read(state, index + 1));
      const { fault, value } = attempt(() => run(...args));
      this.#push(state, fault ?? value);
      return fault === undefined ? 1 : this.#wasm._lua_error(state); // does not return
    }, 'ii');
    this.#wasm._lua_pushcclosure(this.#state, pointer, 0);
    return this.#reference();
  }

  /** Sets a global, bypassing any protection of the globals. */
  setGlobal(name: string, value: LuaValue): void {
    this.#push(this.#state, name);
    this.#push(this.#state, value);
    this.#wasm._lua_rawset(this.#state, GLOBALS);
  }

  /**
   * Calls a function and returns its single result.
   *
   * @param onError called at the point of the error with the thrown value; its result is thrown instead
   * @throws LuaError
   */
  call(run: LuaReference, onError: LuaReference): LuaValue {
    const top = this.#wasm._lua_gettop(this.#state);
    this.#wasm._lua_checkstack(this.#state, SLOTS);
    this.#push(this.#state, onError);
    this.#push(this.#state, run);
    const status = this.#wasm._lua_pcall(this.#state, 0, 1, top + 1);
    const result = this.#pop();
    this.#wasm._lua_settop(this.#state, top);
    if (status !== 0) throw new LuaError(result);
    return result;
  }

  /** Calls a function whose single result is a function. @throws LuaError */
  callForFunction(run: LuaReference, args: readonly (LuaValue | LuaReference)[]): LuaReference {
    this.#push(this.#state, run);
    for (const arg of args) this.#push(this.#state, arg);
    const status = this.#wasm._lua_pcall(this.#state, args.length, 1, 0);
    if (status !== 0) throw new LuaError(this.#pop());
    return this.#reference();
  }

  /** Pops the top of the stack as a reference. */
  #reference(): LuaReference {
    return new LuaReference(this.#wasm._luaL_ref(this.#state, REGISTRY));
  }

  #pop(): LuaValue {
    const value = this.#read(this.#state, this.#wasm._lua_gettop(this.#state));
    this.#wasm._lua_settop(this.#state, -2);
    return value;
  }

  #read(state: number, index: number, depth = 0): LuaValue {
    switch (this.#wasm._lua_type(state, index)) {
      case BOOLEAN:
        return this.#wasm._lua_toboolean(state, index) === 1;
      case LIGHT_USERDATA:
        return NULL;
      case NUMBER:
        return this.#wasm._lua_tonumber(state, index);
      case STRING:
        return this.#readString(state, index);
      case TABLE:
        return depth < DEEPEST ? this.#readTable(state, index, depth) : null;
      default:
        return null;
    }
  }

  #readString(state: number, index: number): Bytes {
    const address = this.#wasm._lua_tolstring(state, index, this.#lengthAt);
    return this.#memory(address, this.#wasm.HEAPU32[this.#lengthAt >>> 2] ?? 0).toString('latin1');
  }

  #readTable(state: number, index: number, depth: number): LuaTable {
    const table = new Map<number | Bytes | boolean, LuaValue>();
    this.#wasm._lua_checkstack(state, SLOTS);
    this.#wasm._lua_pushnil(state); // before the first key
    while (this.#wasm._lua_next(state, index) !== 0) {
      const top = this.#wasm._lua_gettop(state);
      const key = this.#read(state, top - 1, depth + 1);
      const value = this.#read(state, top, depth + 1);
      if (typeof key === 'number' || typeof key === 'string' || typeof key === 'boolean') {
        table.set(key, value);
      }
      this.#wasm._lua_settop(state, -2);
    }
    return table;
  }

  #push(state: number, value: LuaValue | LuaReference): void {
    this.#wasm._lua_checkstack(state, SLOTS);
    if (value === null) this.#wasm._lua_pushnil(state);
    else if (value === NULL) this.#wasm._lua_pushlightuserdata(state, 0);
    else if (typeof value === 'number') this.#wasm._lua_pushnumber(state, value);
    else if (typeof value === 'boolean') this.#wasm._lua_pushboolean(state, Number(value));
    else if (typeof value === 'string') this.#pushString(state, value);
    else if (value instanceof LuaReference) {
      this.#wasm._lua_rawgeti(state, REGISTRY, value.number);
    } else this.#pushTable(state, value);
  }

  #pushString(state: number, bytes: Bytes): void {
    const address = this.#write(bytes);
    this.#wasm._lua_pushlstring(state, address, bytes.length);
  }

  #pushTable(state: number, table: LuaTable | readonly LuaValue[]): void {
    this.#wasm._lua_createtable(state, Array.isArray(table) ? table.length : 0, 0);
    const first = Array.isArray(table) ? 1 : 0;
    for (const [key, value] of table.entries()) {
      this.#push(state, typeof key === 'number' ? key + first : key);
      this.#push(state, value);
      this.#wasm._lua_rawset(state, -3);
    }
  }

  /** Writes bytes to memory that Lua can read until the next write. @returns the address */
  #write(bytes: Bytes): number {
    if (this.#scratch.size < bytes.length) {
      this.#wasm._free(this.#scratch.address);
      const size = 2 * bytes.length;
      this.#scratch = { address: this.#wasm._malloc(size), size };
    }
    const { address } = this.#scratch;
    this.#memory(address, bytes.length).write(bytes, 'latin1');
    return address;
  }

  /** Returns a new view each time, because the memory moves when it grows. */
  #memory(address: number, length: number): Buffer {
    return Buffer.from(this.#wasm.HEAPU8.buffer, address, length);
  }
}

function attempt(run: () => LuaValue): { fault?: LuaValue; value: LuaValue } {
  try {
    return { value: run() };
  } catch (error) {
    return { fault: error instanceof LuaError ? error.value : String(error), value: null };
  }
}
