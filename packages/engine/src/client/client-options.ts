import { METRICS_RANGES, MAX_MINUTES, type MetricsRange } from '../metrics/metrics.js';
import { NAME, oneOf, whole, type OptionTable } from '../options/option-rules.js';
import { CONNECTED_OPTIONS, type ConnectedOptions } from '../redis/connected-options.js';

/** Options of `Client`. */
export type ClientOptions = ConnectedOptions;

/** The rules of these options. */
export const CLIENT_OPTIONS = CONNECTED_OPTIONS;

/** Options of `Client.metrics`. */
export interface MetricsOptions {
  /** The range up to now; default `1h`. */
  readonly range?: MetricsRange | undefined;
  /** Limits the intervals and the total to jobs of this name; default: all jobs. */
  readonly jobName?: string | undefined;
}

/** The rules of these options. */
export const METRICS_OPTIONS: OptionTable<MetricsOptions> = {
  range: oneOf(...METRICS_RANGES),
  jobName: NAME,
};

/** Options of `Client.rates`. */
export interface RatesOptions {
  /** The number of minutes, 1 to 60; default 30. */
  readonly minutes?: number | undefined;
}

/** The rules of these options. */
export const RATES_OPTIONS: OptionTable<RatesOptions> = { minutes: whole(1, MAX_MINUTES) };
