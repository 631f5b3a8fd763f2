import { CONNECTED_OPTIONS, type ConnectedOptions } from '../redis/connected-options.js';
import { METRICS_RANGES, MOST_MINUTES, type MetricsRange } from '../metrics/metrics.js';
import { NAME, oneOf, whole, type OptionTable } from '../options/option-rules.js';

/** Options of `Client`. */
export type ClientOptions = ConnectedOptions;

/** What the options of a client may be. */
export const CLIENT_OPTIONS = CONNECTED_OPTIONS;

/** For how long `Client.pause` pauses. */
export interface PauseOptions {
  /** Seconds after which the pause ends by itself, a whole number; default: not before `unpause`. */
  readonly seconds?: number | undefined;
}

/** What the options of `pause` may be. */
export const PAUSE_OPTIONS: OptionTable<PauseOptions> = {
  seconds: whole(1, 100 * 365 * 24 * 3600, 'seconds'),
};

/** Which of the jobs that wait `Client.listWaiting` lists. */
export interface WaitingListOptions {
  /** How many to pass over; default 0. */
  readonly from?: number | undefined;
  /**
   * How many at most, 1 to 500; default 20. They are fewer where they would have more than 4 MiB together: go on with
   * `from` and their number.
   */
  readonly limit?: number | undefined;
}

/** What the options of `listWaiting` may be. */
export const WAITING_LIST_OPTIONS: OptionTable<WaitingListOptions> = {
  from: whole(0, Number.MAX_SAFE_INTEGER),
  limit: whole(1, 500),
};

/** What `Client.metrics` tells of. */
export interface MetricsOptions {
  /** How far back; default `1h`. */
  readonly range?: MetricsRange | undefined;
  /** Counts only this name into the intervals and the total. */
  readonly jobName?: string | undefined;
}

/** What the options of `metrics` may be. */
export const METRICS_OPTIONS: OptionTable<MetricsOptions> = {
  range: oneOf(...METRICS_RANGES),
  jobName: NAME,
};

/** What `Client.rates` tells of. */
export interface RatesOptions {
  /** How many minutes, from 1 to 60; default 30. */
  readonly minutes?: number | undefined;
}

/** What the options of `rates` may be. */
export const RATES_OPTIONS: OptionTable<RatesOptions> = { minutes: whole(1, MOST_MINUTES) };
