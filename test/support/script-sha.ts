import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The digest under which the engine runs one of its scripts, such as `settle`. */
export function scriptSha(name: string): string {
  const file = new URL(`../../packages/engine/src/redis/lua/${name}.lua`, import.meta.url);
  return createHash('sha1').update(readFileSync(file, 'utf8')).digest('hex');
}
