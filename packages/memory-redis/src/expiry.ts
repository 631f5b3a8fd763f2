import { RedisError } from './reply.js';

/**
 * Returns the expiry time of a key, in milliseconds since the epoch.
 *
 * @param unit EX or PX for seconds or milliseconds from now, EXAT or PXAT for seconds or milliseconds since the epoch
 * @throws RedisError for an invalid time
 */
export function expiry(command: string, unit: string, time: number, now: number): number {
  const milliseconds = unit.startsWith('E') ? time * 1000 : time;
  const at = unit.endsWith('AT') ? milliseconds : now + milliseconds;
  if (time <= 0 || !Number.isSafeInteger(at)) {
    throw new RedisError(`ERR invalid expire time in '${command}' command`);
  }
  return at;
}
