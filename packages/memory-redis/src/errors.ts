/** Thrown when a Redis in memory has been closed. */
export class MemoryRedisClosedError extends Error {
  override readonly name = 'MemoryRedisClosedError';

  constructor() {
    super(
      'This MemoryRedis is closed. Create a new one, or close it after everything that uses it.',
    );
  }
}
