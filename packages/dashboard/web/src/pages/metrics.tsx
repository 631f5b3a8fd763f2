import { keepPreviousData, useQuery } from '@tanstack/preact-query';
import { get, type JobMetrics, type Metrics } from '../api';
import { ENDPOINTS } from '../endpoints';
import { absolute, count, milliseconds, wait } from '../format';
import { Empty, Failure, Loading, PageHead } from '../parts/basics';
import { Name } from '../parts/name';
import { NameFilter } from '../parts/name-filter';
import { Table, type Column } from '../parts/table';
import { useZone } from '../preferences';
import { navigate } from '../router';
import { RANGES, type RouteTo } from '../routes';
import { Charts } from './charts';

export function MetricsPage({ route }: { route: RouteTo<'metrics'> }) {
  const { range = '1h', name } = route;
  const setName = (one: string | undefined) => navigate({ ...route, name: one });
  const zone = useZone();
  const { data, error } = useQuery({
    queryKey: ['metrics', range, name ?? ''],
    queryFn: () => get<Metrics>(ENDPOINTS.metrics({ range, name })),
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title="Metrics" />
      <div class="toolbar">
        <NameFilter name={name} onName={setName} />
        <fieldset class="segments end">
          <legend class="hidden">How far back</legend>
          {RANGES.map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="range"
                checked={one === range}
                onChange={() => navigate({ ...route, range: one })}
              />{' '}
              {one}
            </label>
          ))}
        </fieldset>
      </div>
      {error && <Failure error={error} />}
      {!data && !error && <Loading rows={8} />}
      {data && <Charts metrics={data} />}
      {data?.jobs.length === 0 && (
        <section>
          <Empty>No jobs ran in this period.</Empty>
        </section>
      )}
      {data && data.jobs.length > 0 && (
        <section>
          <h2>
            By job name <span class="hint">since {absolute(data.jobsSince, zone)}</span>
          </h2>
          <Table
            caption="By job name"
            columns={columns(setName)}
            rows={data.jobs}
            keyOf={({ jobName }) => jobName}
            sort={route.sort}
            onSort={(sort) => navigate({ ...route, sort }, { replace: true })}
          />
        </section>
      )}
    </>
  );
}

type Named = JobMetrics & { jobName: string };

function columns(onName: (name: string) => void): Column<Named>[] {
  const number = (head: string, value: (job: Named) => number): Column<Named> => ({
    ...{ head, kind: 'number', cell: (job) => count(value(job)), sort: value },
  });
  const time = (
    head: string,
    value: (job: Named) => number | undefined,
    show = milliseconds,
  ): Column<Named> => ({
    ...{ head, kind: 'number', cell: (job) => show(value(job)) },
    sort: (job) => value(job) ?? -1,
  });
  return [
    {
      head: 'Job',
      kind: 'title',
      cell: ({ jobName }) => (
        <button type="button" class="link" onClick={() => onName(jobName)}>
          <Name text={jobName} />
        </button>
      ),
      sort: ({ jobName }) => jobName,
    },
    number('Done', ({ done }) => done),
    number('Failed', ({ failed }) => failed),
    number('Dead', ({ dead }) => dead),
    time('Total time', (job) => job.time),
    { ...time('Run p50', ({ run }) => run.p50), minor: true },
    time('Run p95', ({ run }) => run.p95),
    { ...time('Run p99', ({ run }) => run.p99), minor: true },
    { ...time('Wait p50', (job) => job.wait.p50, wait), minor: true },
    time('Wait p95', (job) => job.wait.p95, wait),
    { ...time('Wait p99', (job) => job.wait.p99, wait), minor: true },
  ];
}
