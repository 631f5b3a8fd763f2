import type { Duration } from '../base/duration.js';
import { duration } from '../options/duration.js';
import { NAMESPACE } from '../options/namespace.js';
import { FLAG, NAME, required, type OptionTable } from '../options/option-rules.js';

/** Options of `RedisConnection`. */
export interface RedisConnectionOptions {
  /** Its purpose, as shown by CLIENT LIST and in errors. */
  readonly name: string;
  /**
   * The maximum duration of a command, and of a call's wait for a lost connection: milliseconds, or a text such as
   * `5s`; 1 ms to 24.8 days, default 5 s. A command that takes longer has an unknown effect, and the connection is
   * replaced.
   */
  readonly commandTimeout?: Duration | undefined;
  /** The namespace of its keys. Required for a Cluster, where it determines the node to connect to. */
  readonly namespace?: string | undefined;
  /**
   * Lets the process end while nothing waits for this connection; after a loss, the next call reconnects. Default
   * false: the connection keeps the process alive and reconnects automatically.
   */
  readonly unref?: boolean | undefined;
}

/** The rules for the options of a connection. */
export const CONNECTION_OPTIONS: OptionTable<RedisConnectionOptions> = {
  name: required(NAME),
  commandTimeout: duration(1),
  namespace: NAMESPACE,
  unref: FLAG,
};
