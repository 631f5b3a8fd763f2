import { RedisError } from './reply.js';

/**
 * When a key ends, in milliseconds since the epoch.
 *
 * @param unit EX and PX from now on, EXAT and PXAT since the epoch; in seconds or milliseconds
 * @throws RedisError for a time that no key can end at
 */
export function expiry(command: string, unit: string, time: number, now: number): number {
  const milliseconds = unit.startsWith('E') ? time * 1000 : time;
  const at = unit.endsWith('AT') ? milliseconds : now + milliseconds;
  if (time <= 0 || !Number.isSafeInteger(at)) {
    throw new RedisError(`ERR invalid expire time in '${command}' command`);
  }
  return at;
}
