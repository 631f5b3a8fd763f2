import { useQuery } from '@tanstack/preact-query';
import { useState } from 'preact/hooks';
import { get, type JobMetrics, type Metrics } from '../api';
import { absolute, count, milliseconds, wait } from '../format';
import { Empty, Failure, Loading, PageHead } from '../parts/basics';
import { NameFilter } from '../parts/name-filter';
import { Table, type Column } from '../parts/table';
import { useZone } from '../preferences';
import { Charts } from './charts';

const RANGES = ['1h', '6h', '24h', '7d', '30d'] as const;

export function MetricsPage() {
  const [range, setRange] = useState<string>('1h');
  const [name, setName] = useState<string>();
  const zone = useZone();
  const query = new URLSearchParams({ range, ...(name !== undefined && { name }) });
  const { data, error } = useQuery({
    queryKey: ['metrics', range, name ?? ''],
    queryFn: () => get<Metrics>(`metrics?${query}`),
    refetchInterval: 15_000,
    placeholderData: (before) => before,
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
                onChange={() => setRange(one)}
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
          <Empty>No job has run in this time.</Empty>
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
          {jobName}
        </button>
      ),
      sort: ({ jobName }) => jobName,
    },
    number('Done', ({ done }) => done),
    number('Failed', ({ failed }) => failed),
    number('Dead', ({ dead }) => dead),
    time('Time in all', (job) => job.time),
    time('Run p50', ({ run }) => run.p50),
    time('Run p95', ({ run }) => run.p95),
    time('Run p99', ({ run }) => run.p99),
    time('Wait p50', (job) => job.wait.p50, wait),
    time('Wait p95', (job) => job.wait.p95, wait),
    time('Wait p99', (job) => job.wait.p99, wait),
  ];
}
