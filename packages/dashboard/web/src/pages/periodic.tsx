import { useQuery } from '@tanstack/preact-query';
import { get, type Schedule } from '../api';
import { ENDPOINTS } from '../endpoints';
import { absolute, count, milliseconds } from '../format';
import { Badge, Empty, ErrorLine, Failure, Loading, PageHead, Time } from '../parts/basics';
import { Name } from '../parts/name';
import { Table, type Column } from '../parts/table';
import { useAct } from '../parts/use-act';
import { useZone } from '../preferences';
import { Link, navigate } from '../router';
import type { RouteTo } from '../routes';
import { useSession } from '../session';

export function PeriodicPage({ route }: { route: RouteTo<'periodic'> }) {
  const { data, error } = useQuery({
    queryKey: ['periodic'],
    queryFn: () => get<{ schedules: Schedule[] }>(ENDPOINTS.periodic),
    refetchInterval: 15_000,
  });
  const columns = useColumns();
  return (
    <>
      <PageHead title="Periodic jobs" />
      {error && <Failure error={error} />}
      {!data && !error && <Loading />}
      {data?.schedules.length === 0 && (
        <Empty>
          No periodic jobs: no running pool registers a schedule. Pools in Go do not report theirs.
        </Empty>
      )}
      {data && data.schedules.length > 0 && (
        <Table
          caption="Periodic jobs"
          columns={columns}
          rows={data.schedules}
          keyOf={({ id }) => id}
          sort={route.sort}
          onSort={(sort) => navigate({ ...route, sort }, { replace: true })}
        />
      )}
    </>
  );
}

function useColumns(): Column<Schedule>[] {
  const { may } = useSession();
  const act = useAct();
  const zone = useZone();
  const run = ({ id, jobName }: Schedule) =>
    act(ENDPOINTS.runPeriodic, { id }, ({ result }) =>
      result === 'enqueued'
        ? `${jobName} was enqueued.`
        : `${jobName} is already waiting or running, and its runs must not overlap.`,
    );
  const columns: Column<Schedule>[] = [
    {
      head: 'Job',
      kind: 'title',
      cell: ({ jobName }) => (
        <Link to={{ page: 'queue', name: jobName }}>
          <Name text={jobName} />
        </Link>
      ),
      sort: ({ jobName }) => jobName,
    },
    { head: 'Schedule', kind: 'names', cell: ({ spec }) => <code title={spec}>{spec}</code> },
    {
      head: 'Next',
      cell: ({ next }) => (
        <>
          <Time at={next[0]} />
          {next.length > 1 && (
            <details class="hint">
              <summary>later runs</summary>
              {next.slice(1).map((at) => (
                <div key={at}>{absolute(at, zone)}</div>
              ))}
            </details>
          )}
        </>
      ),
      sort: ({ next }) => next[0] ?? Infinity,
    },
    { head: 'Last result', cell: ({ last }) => <LastResult last={last} /> },
    { head: 'Overlap', minor: true, cell: ({ overlap }) => overlap },
    { head: 'Missed', minor: true, cell: ({ missed }) => missed },
    { head: 'Pools', kind: 'number', minor: true, cell: ({ pools }) => count(pools) },
  ];
  if (!may('run')) return columns;
  return [
    ...columns,
    {
      head: 'Actions',
      kind: 'actions',
      cell: (one) => (
        <button
          type="button"
          class="small"
          aria-label={`Run now: ${one.jobName}`}
          onClick={() => void run(one)}
        >
          Run now
        </button>
      ),
    },
  ];
}

function LastResult({ last }: { last: Schedule['last'] }) {
  if (!last) return <>–</>;
  return (
    <>
      <Badge kind={last.result === 'done' ? 'good' : 'bad'}>{last.result}</Badge>{' '}
      <Time at={last.at} />, <span class="number">after {milliseconds(last.duration)}</span>
      {last.error !== undefined && (
        <div class="second">
          <ErrorLine text={last.error} />
        </div>
      )}
    </>
  );
}
