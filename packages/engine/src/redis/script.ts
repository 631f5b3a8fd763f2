import { createHash } from 'node:crypto';
import { luaFiles } from './lua-files.js';

const FILES = luaFiles();

/** A Lua script of this engine: its text, and the digest by which Redis knows it. */
export class Script {
  readonly sha: string;

  constructor(
    readonly name: string,
    readonly lua: string,
  ) {
    this.sha = createHash('sha1').update(lua).digest('hex');
  }

  /** Takes `lua/<name>.lua`, and before it the files of the functions that it calls. */
  static load(name: string, ...functions: readonly string[]): Script {
    return new Script(name, [...functions, name].map(luaOf).join('\n'));
  }
}

function luaOf(name: string): string {
  const text = FILES[`${name}.lua`];
  if (text === undefined) throw new Error(`There is no lua/${name}.lua`);
  return text;
}

/** A script with what it is to be run on, and how to read its reply. */
export interface ScriptCall<Result = unknown> {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly (string | number | Buffer)[];
  /** Let Redis watch every key that the script reads, and report its next change to the waker. */
  readonly watch?: boolean;
  /** Reads the reply, whose strings are bytes. */
  readonly decode: (reply: unknown) => Result;
}

/** A single command that takes its turn among scripts. */
export interface CommandCall<Result = unknown> {
  readonly command: string;
  readonly args: readonly (string | number | Buffer)[];
  /** Reads the reply, whose strings are bytes. */
  readonly decode: (reply: unknown) => Result;
}
