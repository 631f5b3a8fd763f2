import type { RedisOptions } from 'ioredis';

// Makes the operating system notice a vanished peer well before its default of two hours.
const KEEP_ALIVE = 10_000;
// Pending replies may still arrive. A peer that does not acknowledge the end of a connection must not delay the next
// one.
const DISCONNECT_TIMEOUT = 200;

/** The parts of a connection's settings that differ between connections. */
export interface ConnectionPolicy {
  readonly name: string;
  /** In milliseconds. */
  readonly commandTimeout: number;
  /** Returns the milliseconds before an attempt to connect; `null`: no attempt. */
  readonly pause: (attempt: number) => number | null;
  /** Returns whether the connection must be replaced after an error reply. */
  readonly mustReconnect: (error: Error) => boolean;
}

/** Returns ioredis's settings for a connection that never sends a command twice. */
export function sentOnce({
  name,
  commandTimeout,
  pause,
  mustReconnect,
}: ConnectionPolicy): RedisOptions {
  return {
    lazyConnect: true,
    connectionName: `nestcraft:${name}`,
    commandTimeout,
    connectTimeout: commandTimeout,
    // These four together send a command once, immediately or never, and always settle its promise.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    autoResubscribe: false,
    enableAutoPipelining: false,
    keepAlive: KEEP_ALIVE,
    disconnectTimeout: DISCONNECT_TIMEOUT,
    retryStrategy: pause,
    reconnectOnError: mustReconnect,
    // Without the check, ioredis does not query the server's state, and considers it ready while it is loading.
    enableReadyCheck: true,
    readOnly: false,
    monitor: false,
    // With RESP2, invalidations of tracked keys arrive as plain messages in every version of ioredis.
    protocol: 2,
  };
}
