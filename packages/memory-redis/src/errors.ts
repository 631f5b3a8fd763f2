/** The Redis in memory was closed. */
export class MemoryRedisClosedError extends Error {
  override readonly name = 'MemoryRedisClosedError';

  constructor() {
    super('This MemoryRedis is closed. Make a new one, or close it after everything that uses it.');
  }
}
