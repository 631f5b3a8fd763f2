import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const NAMES = ['nestcraft-heartbeat.mjs', 'nestcraft-heartbeat.js', 'nestcraft-heartbeat.cjs'];

/**
 * Returns the file of the heartbeat thread: the package's own, or in a bundle the output of the entry point
 * `@nestcraft/work/heartbeat` beside it; `undefined` if neither exists.
 */
export function threadFile(): URL | undefined {
  const candidates = places().flatMap((place) => NAMES.map((name) => new URL(name, place)));
  return candidates.find((file) => existsSync(file));
}

/**
 * Returns the possible locations of this code. In a CommonJS bundle only `__filename` is right: esbuild leaves
 * `import.meta` empty there, and webpack fills it with the location of the source. An ESM bundle of webpack is found as the
 * program.
 */
function places(): readonly string[] {
  const module = import.meta.url as string | undefined;
  const [, program] = process.argv;
  const places = [commonJsFile(), module, program ? pathToFileURL(program).href : undefined];
  return places.filter((place) => place !== undefined);
}

function commonJsFile(): string | undefined {
  try {
    return pathToFileURL(__filename).href;
  } catch {
    return undefined; // ESM has no __filename.
  }
}
