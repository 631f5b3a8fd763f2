import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';

/**
 * The used part of Lua's C interface, as exported by the WebAssembly module. Strings are passed by address and length.
 */
export interface LuaWasm {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  /** Makes a JavaScript function callable from Lua; `signature` describes its types. */
  addFunction(run: (state: number) => number, signature: 'ii'): number;
  _malloc(size: number): number;
  _free(address: number): void;
  _luaL_newstate(): number;
  _luaL_openlibs(state: number): void;
  _luaL_loadbuffer(state: number, address: number, length: number, name: number): number;
  _luaL_ref(state: number, table: number): number;
  _lua_checkstack(state: number, slots: number): number;
  _lua_close(state: number): void;
  _lua_createtable(state: number, items: number, fields: number): void;
  _lua_error(state: number): number;
  _lua_gettop(state: number): number;
  _lua_next(state: number, index: number): number;
  _lua_pcall(state: number, args: number, results: number, handler: number): number;
  _lua_pushboolean(state: number, value: number): void;
  _lua_pushcclosure(state: number, run: number, upvalues: number): void;
  _lua_pushlightuserdata(state: number, address: number): void;
  _lua_pushlstring(state: number, address: number, length: number): void;
  _lua_pushnil(state: number): void;
  _lua_pushnumber(state: number, value: number): void;
  _lua_rawgeti(state: number, index: number, n: number): void;
  _lua_rawset(state: number, index: number): void;
  _lua_settop(state: number, index: number): void;
  _lua_toboolean(state: number, index: number): number;
  _lua_tolstring(state: number, index: number, length: number): number;
  _lua_tonumber(state: number, index: number): number;
  _lua_type(state: number, index: number): number;
}

interface Package {
  readonly LuaApi: { initialize(): Promise<{ readonly module: LuaWasm }> };
}

/** Loads Lua 5.1, Redis's version, compiled to WebAssembly. The package's own types refer to missing files. */
export async function loadLua(): Promise<LuaWasm> {
  const { module } = await loadPackage().LuaApi.initialize();
  return module;
}

/** Loads the package like `require`, but replaces its `import()`, which fails in modules that Jest has loaded. */
function loadPackage(): Package {
  const file = createRequire(import.meta.url).resolve('wasmoon-lua5.1');
  const code = readFileSync(file, 'utf8').replace("await import('module')", "require('module')");
  const module = { exports: {} };
  const names = ['exports', 'require', 'module', '__filename', '__dirname'];
  const run = compileFunction(code, names, { filename: file }) as (...values: unknown[]) => void;
  run(module.exports, createRequire(file), module, file, dirname(file));
  return module.exports as Package;
}
