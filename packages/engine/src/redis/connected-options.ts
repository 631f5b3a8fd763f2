import type { Clock } from '../base/clock.js';
import { duration } from '../options/duration.js';
import { type Duration } from '../base/duration.js';
import type { OptionTable } from '../options/option-rules.js';
import type { RedisConnection } from './redis-connection.js';
import type { RedisSource } from './redis-source.js';
import { NAMESPACE } from '../options/namespace.js';
import { CLOCK } from '../options/shared-options.js';
import { REDIS_OR_CONNECTION } from './redis-rules.js';

/** Options for components that talk to Redis over their own connection or a shared one. */
export interface ConnectedOptions {
  /** The address of Redis, or a connection to share. A shared connection is not closed with the component. */
  readonly redis: RedisSource | RedisConnection;
  /** The prefix of all keys; the same for every process that shares the jobs. Default `work`. */
  readonly namespace?: string | undefined;
  /**
   * The maximum duration of a call, including the wait for a lost connection: milliseconds, or a text such as `5s`; at
   * least 1 ms, default 5 s. A shared connection keeps its own.
   */
  readonly commandTimeout?: Duration | undefined;
  /** Default: the host's clock for displayed times, Redis's clock for decisions. */
  readonly clock?: Clock | undefined;
}

/** The rules for these options. */
export const CONNECTED_OPTIONS: OptionTable<ConnectedOptions> = {
  redis: REDIS_OR_CONNECTION,
  namespace: NAMESPACE,
  commandTimeout: duration(1),
  clock: CLOCK,
};
