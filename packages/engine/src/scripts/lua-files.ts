import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('./lua/', import.meta.url);

/**
 * Returns the source of the Lua scripts by file name. Only the TypeScript sources read files: the build replaces this
 * module with one that contains the scripts (`build/embed.mjs`), because a bundle has no files beside it.
 */
export function luaFiles(): Readonly<Record<string, string>> {
  const names = readdirSync(FOLDER);
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')]),
  );
}
