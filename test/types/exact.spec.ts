import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { diagnose } from '../support/compile.js';

/** The types of options that people write down, by the package that they come from. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  '@nestcraft/engine': [
    ...['WorkerPoolOptions', 'EnqueuerOptions', 'ClientOptions', 'JobOptions'],
    ...['PeriodicOptions', 'EnqueueOptions', 'CancelOptions', 'BulkOptions', 'ListOptions'],
    ...['PauseOptions', 'WaitingListOptions', 'MetricsOptions', 'RatesOptions', 'HealthLimits'],
    ...['JobContractOptions', 'NewJob', 'ScheduleOptions', 'RedisConnectionOptions', 'Propagator'],
  ],
  '@nestcraft/engine/testing': ['Clock', 'PoolTiming'],
  '@nestcraft/engine/internal': ['KnownJobs'],
  '@nestcraft/engine/opentelemetry': [
    ...['OpenTelemetryPropagatorOptions', 'OpenTelemetryMetricsOptions'],
  ],
  '@nestcraft/engine/prometheus': ['PrometheusMetricsOptions'],
  '@nestcraft/work': [
    ...['WorkModuleOptions', 'WorkModuleExtras', 'JobHandlerOptions', 'JobConfiguration'],
    ...['AsyncJobConfiguration', 'OnJobEventOptions', 'JobPayloadOptions'],
  ],
  '@nestcraft/work/cls': ['ClsPropagatorOptions'],
  '@nestcraft/work/terminus': ['WorkHealthOptions'],
  '@nestcraft/work/testing': ['WorkTestingOptions'],
  '@nestcraft/dashboard': ['WorkDashboardOptions', 'WorkDashboardExtras'],
  '@nestcraft/memory-redis': ['MemoryRedisOptions'],
  '@nestcraft/local-redis': ['LocalRedisOptions'],
};

const names = Object.values(OPTIONS).flat();

const CODE = `
${Object.entries(OPTIONS)
  .map(([from, types]) => `import type { ${types.join(', ')} } from '${from}';`)
  .join('\n')}
import { Enqueuer, JobHandler, WorkModule, WorkerPool, type WorkRole } from '@nestcraft/work';

type Optional<T> = { [Name in keyof T as object extends Pick<T, Name> ? Name : never]: T[Name] };
type Undefined<T> = { [Name in keyof Optional<T>]-?: undefined };
declare function undefinedFor<T>(): Undefined<T>;

${names.map((name) => `export const ${name}_: Optional<${name}> = undefinedFor<${name}>();`).join('\n')}

const { NAMESPACE, ROLE, JOBS } = process.env;
WorkModule.forRoot({
  redis: 'redis://127.0.0.1:6379',
  namespace: NAMESPACE,
  role: ROLE as WorkRole | undefined,
  only: JOBS?.split(','),
  enhancers: { global: undefined },
  name: NAMESPACE,
});
WorkModule.configureJobsAsync([{ job: 'n', inject: undefined, useFactory: () => ({ maxFails: undefined }) }]);
new WorkerPool({ redis: '6379', namespace: NAMESPACE, timing: { audit: undefined } });
new Enqueuer({ redis: '6379', namespace: NAMESPACE }).enqueueMany([{ name: 'n', args: undefined, options: { in: undefined } }]);
export class Jobs {
  @JobHandler('n', { instance: NAMESPACE, timeout: undefined })
  run(): void {}
}
// @ts-expect-error What proves that the setting is in force.
export const exact: Optional<{ a?: string }> = undefinedFor<{ a?: string }>();
`;

describe('with exactOptionalPropertyTypes', () => {
  const file = join(import.meta.dirname, 'exact.mts');
  const found = diagnose(new Map([[file, CODE]]), { exactOptionalPropertyTypes: true });
  // What the setting says of the packages' own sources is nobody's who uses them.
  const own = found.filter((one) => one.file === file || one.file === '');

  it('every option may be undefined', () => expect(own).toEqual([]), 120_000);
});
