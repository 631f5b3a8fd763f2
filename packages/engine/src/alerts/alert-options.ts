import { type Duration } from '../base/duration.js';
import { duration, milliseconds } from '../options/duration.js';
import {
  assertOptions,
  functionOf,
  required,
  ruleBy,
  whole,
  type OptionRule,
  type OptionTable,
} from '../options/option-rules.js';
import type { Recovery, Stall } from './stall.js';

/**
 * What a pool watches, and whom it tells. `fetch` and `beat` need no command, and each process tells of its own. The
 * others, and `maxWaiting` of jobs, look at Redis once per interval in the whole fleet, and one process tells of each stall.
 */
export interface AlertOptions {
  /** How long Redis may fail to answer fetches that are due; default 15 s. `false` turns the alert off. */
  readonly fetch?: Duration | false | undefined;
  /** How old the pool's last accepted heartbeat may be; default 10 s. `false` turns the alert off. */
  readonly beat?: Duration | false | undefined;
  /** How long jobs may wait whose name no running pool handles. Default: no alert. */
  readonly unhandled?: Duration | false | undefined;
  /** How many jobs may die within a time. Default: no alert. */
  readonly dead?: DeadLimit | false | undefined;
  /** How late a firing of this pool's schedules may be. Default: no alert. */
  readonly schedules?: Duration | false | undefined;
  /** How often one pool of the fleet looks at Redis; default 10 s. */
  readonly interval?: Duration | undefined;
  /** Called with each stall, like the event `stalled`. Errors are logged. */
  readonly onStall?: ((stall: Stall) => unknown) | undefined;
  /** Called with each stall that has ended, like the event `recovered`. Errors are logged. */
  readonly onRecover?: ((recovery: Recovery) => unknown) | undefined;
}

/** A limit of dead jobs. */
export interface DeadLimit {
  /** The number of jobs that may die. */
  readonly count: number;
  /** The time in which they may: milliseconds, or a text such as `10m`. */
  readonly within: Duration;
}

const MAX_WITHIN = 30 * 24 * 3600_000;

/** The rules of the limit of dead jobs. */
export const DEAD_LIMIT: OptionTable<DeadLimit> = {
  count: required(whole(0, Number.MAX_SAFE_INTEGER)),
  within: required(duration(1_000, MAX_WITHIN, '1s to 30 days')),
};

/** The rules of these options. */
export const ALERT_OPTIONS: OptionTable<AlertOptions> = {
  fetch: orFalse(duration(1)),
  beat: orFalse(duration(1)),
  unhandled: orFalse(duration(1)),
  dead: orFalse(
    ruleBy('{ count, within }', (value, option) =>
      assertOptions('WorkerPool', value, DEAD_LIMIT, option),
    ),
  ),
  schedules: orFalse(duration(1)),
  interval: duration(1),
  onStall: functionOf('a function of a stall'),
  onRecover: functionOf('a function of a recovery'),
};

/** The checked options. Times are in milliseconds; a limit that is `undefined` is not watched. */
export interface AlertSettings {
  readonly fetch: number | undefined;
  readonly beat: number | undefined;
  readonly unhandled: number | undefined;
  readonly dead: { readonly count: number; readonly within: number } | undefined;
  readonly schedules: number | undefined;
  readonly interval: number;
  readonly onStall: ((stall: Stall) => unknown) | undefined;
  readonly onRecover: ((recovery: Recovery) => unknown) | undefined;
}

/** Fills in the defaults. @param options valid ones */
export function alertSettings(options: AlertOptions = {}): AlertSettings {
  const { fetch = '15s', beat = '10s', dead, interval = '10s', onStall, onRecover } = options;
  return {
    fetch: limit('fetch', fetch),
    beat: limit('beat', beat),
    unhandled: limit('unhandled', options.unhandled),
    dead: dead ? { count: dead.count, within: milliseconds('within', dead.within) } : undefined,
    schedules: limit('schedules', options.schedules),
    interval: milliseconds('interval', interval),
    ...{ onStall, onRecover },
  };
}

function limit(option: string, value: Duration | false | undefined): number | undefined {
  return value === false || value === undefined ? undefined : milliseconds(option, value);
}

function orFalse({ expected, check }: OptionRule): OptionRule {
  return ruleBy(`${expected}; or false`, (value, option) => {
    if (value !== false) check(option, value);
  });
}
