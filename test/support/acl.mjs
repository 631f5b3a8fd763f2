import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';

const PAGE = fileURLToPath(new URL('../../packages/work/docs/redis.md', import.meta.url));
const [, RULES = ''] = /^ACL SETUSER my_app (.+)$/m.exec(readFileSync(PAGE, 'utf8')) ?? [];

/**
 * Creates the user that the documentation describes, with the rights that it lists and no others. Returns the user's
 * URL.
 *
 * @param {string} url the address of a Redis, as a user with all rights
 * @param {string} keys the pattern of the keys that the user may touch
 * @returns {Promise<string>}
 */
export async function restrictedUser(url, keys) {
  const admin = new Redis(url);
  const rules = RULES.replace('~my_app:*', `~${keys}`).split(' ');
  await admin.call('ACL', 'SETUSER', 'my_app', ...rules);
  admin.disconnect();
  return url.replace('redis://', 'redis://my_app:secret@');
}
