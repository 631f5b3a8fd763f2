import { useQuery } from '@tanstack/preact-query';
import { Link } from 'wouter-preact';
import { get, type Schedule } from '../api';
import { absolute, count, milliseconds } from '../format';
import { Badge, Empty, Failure, Loading, PageHead, Time } from '../parts/basics';
import { Table, type Column } from '../parts/table';
import { useAct } from '../parts/use-act';
import { useZone } from '../preferences';
import { useSession } from '../session';
import { queueHref } from '../words';

export function PeriodicPage() {
  const { data, error } = useQuery({
    queryKey: ['periodic'],
    queryFn: () => get<{ schedules: Schedule[] }>('periodic'),
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
          No running pool registers a schedule. Go's pools may have some: they do not tell.
        </Empty>
      )}
      {data && data.schedules.length > 0 && (
        <Table
          caption="Periodic jobs"
          columns={columns}
          rows={data.schedules}
          keyOf={({ id }) => id}
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
    act('periodic/run', { id }, ({ result }) =>
      result === 'enqueued'
        ? `${jobName} is in its queue.`
        : `${jobName} waits or runs already, and must not overlap.`,
    );
  const columns: Column<Schedule>[] = [
    {
      head: 'Job',
      kind: 'title',
      cell: ({ jobName }) => <Link href={queueHref(jobName)}>{jobName}</Link>,
      sort: ({ jobName }) => jobName,
    },
    { head: 'Schedule', cell: ({ spec }) => <code>{spec}</code> },
    {
      head: 'Next',
      cell: ({ next }) => (
        <>
          <Time at={next[0]} />
          {next.length > 1 && (
            <details class="hint">
              <summary>and then</summary>
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
    { head: 'Overlap', cell: ({ overlap }) => overlap },
    { head: 'Missed', cell: ({ missed }) => missed },
    { head: 'Pools', kind: 'number', cell: ({ pools }) => count(pools) },
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
      <Time at={last.at} />, after {milliseconds(last.duration)}
      {last.error !== undefined && <div class="error">{last.error}</div>}
    </>
  );
}
