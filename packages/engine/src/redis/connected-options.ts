import type { Clock } from '../base/clock.js';
import { duration, type Duration } from '../options/duration.js';
import type { OptionTable } from '../options/option-rules.js';
import type { RedisConnection } from './redis-connection.js';
import type { RedisSource } from './redis-source.js';
import { NAMESPACE } from '../options/namespace.js';
import { CLOCK } from '../options/shared-options.js';
import { REDIS_OR_CONNECTION } from './redis-rules.js';

/** Options of what asks Redis by a connection of its own, or by one that it shares. */
export interface ConnectedOptions {
  /** Where Redis is, or a connection to share, which is not closed with it. */
  readonly redis: RedisSource | RedisConnection;
  /** What all keys begin with; the same for everybody who shares the jobs. Default `work`. */
  readonly namespace?: string | undefined;
  /**
   * How long a call may take, waiting for a lost connection included: milliseconds, or a text such as `5s`; at least
   * 1 ms, default 5 s. A shared connection keeps its own.
   */
  readonly commandTimeout?: Duration | undefined;
  /** Default: the host's clock for what is shown, and Redis's for what is decided. */
  readonly clock?: Clock | undefined;
}

/** What they may be. */
export const CONNECTED_OPTIONS: OptionTable<ConnectedOptions> = {
  redis: REDIS_OR_CONNECTION,
  namespace: NAMESPACE,
  commandTimeout: duration(1),
  clock: CLOCK,
};
