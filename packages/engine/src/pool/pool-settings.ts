import { alertSettings, type AlertSettings } from '../alerts/alert-options.js';
import { systemClock } from '../base/clock.js';
import { consoleLogger } from '../logging/logger.js';
import { milliseconds } from '../options/duration.js';
import { type Duration } from '../base/duration.js';
import { DEFAULT_NAMESPACE } from '../options/namespace.js';
import { assertOptions } from '../options/option-rules.js';
import { POOL_OPTIONS, type WorkerPoolOptions } from './pool-options.js';
import type { PoolTiming } from './pool-timing.js';

/** Options in which each has a value and durations are in milliseconds. */
type Resolved<Options> = {
  readonly [Name in keyof Options]-?: Duration extends Options[Name]
    ? number
    : Exclude<Options[Name], undefined>;
};

/** The intervals of a pool's background work, in milliseconds. */
export type PoolTimes = Resolved<PoolTiming>;

/** The checked options of a pool, with the defaults filled in. Durations are in milliseconds. */
export type PoolSettings<Context = unknown> = Omit<
  Resolved<WorkerPoolOptions<Context>>,
  'timing' | 'alerts'
> & { readonly timing: PoolTimes; readonly alerts: AlertSettings };

const DEFAULTS = {
  namespace: DEFAULT_NAMESPACE,
  concurrency: 10,
  context: () => ({}),
  shutdownTimeout: 25_000,
  maxDeaths: 3,
  rescueUnknownJobs: false,
  mapError: (error: unknown) => error,
  propagators: [],
  encryption: { keys: [] },
  currentJob: false,
  logger: consoleLogger,
  announce: true,
  clock: systemClock,
  random: Math.random,
} satisfies Omit<WorkerPoolOptions, 'redis' | 'timing' | 'alerts'>;

const DEFAULT_TIMING: PoolTimes = {
  heartbeat: 5_000,
  stuckAfter: 5 * 60_000,
  reap: 2_500,
  audit: 60_000,
  metrics: 10_000,
  rescue: 30_000,
  observe: 1_000,
  safetyPoll: 2_000,
  commandTimeout: 5_000,
};

/** @throws InvalidOptionError, UnsupportedRedisError */
export function poolSettings<Context>(options: WorkerPoolOptions<Context>): PoolSettings<Context> {
  assertOptions('WorkerPool', options, POOL_OPTIONS);
  const { shutdownTimeout = DEFAULTS.shutdownTimeout, timing = {} } = options;
  const settings = {
    ...DEFAULTS,
    ...defined(options),
    shutdownTimeout: milliseconds('shutdownTimeout', shutdownTimeout),
    timing: poolTimes(timing),
    alerts: alertSettings(options.alerts),
  };
  return settings as PoolSettings<Context>; // An empty object is a context, unless the caller's type says more.
}

function poolTimes(timing: PoolTiming): PoolTimes {
  const given = Object.entries(defined(timing)).map(([name, time]): [string, number] => [
    name,
    milliseconds(`timing.${name}`, time),
  ]);
  return { ...DEFAULT_TIMING, ...Object.fromEntries(given) };
}

/** Removes the options that are `undefined`, which means the default. */
function defined<Options extends object>(options: Options): Partial<Options> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<Options>;
}
