import { Script } from '../redis/script.js';
import { luaFiles } from './lua-files.js';

const FILES = luaFiles();

/** Returns the script `lua/<name>.lua`, preceded by the files of the functions that it calls. */
export function loadScript(name: string, ...functions: readonly string[]): Script {
  return new Script(name, [...functions, name].map(luaOf).join('\n'));
}

function luaOf(name: string): string {
  const text = FILES[`${name}.lua`];
  if (text === undefined) throw new Error(`There is no lua/${name}.lua`);
  return text;
}
