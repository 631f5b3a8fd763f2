import { Link } from 'wouter-preact';
import type { Pool, Running } from '../api';
import { count, duration } from '../format';
import { useLive, useNow } from '../live';
import { Badge, Empty, Loading, Time } from '../parts/basics';
import { Table, type Column } from '../parts/table';
import { queueHref } from '../words';

const LATE = 10;

export function WorkersPage() {
  const { snapshot } = useLive();
  const now = useNow();
  if (!snapshot) {
    return (
      <>
        <h1>Workers</h1>
        <Loading />
      </>
    );
  }
  const { running, busy, pools } = snapshot;
  return (
    <>
      <h1>Workers</h1>
      <h2>Running jobs</h2>
      {running.length === 0 ? (
        <Empty>No job runs now.</Empty>
      ) : (
        <Table
          caption="Running jobs"
          columns={runningColumns(now)}
          rows={running}
          keyOf={({ workerId }) => workerId}
        />
      )}
      {busy > running.length && (
        <p class="hint">
          The first {count(running.length)} of {count(busy)}.
        </p>
      )}
      <h2>Worker pools</h2>
      {pools.length === 0 ? (
        <Empty>No pool is alive. Start a process with a worker pool, and it shows here.</Empty>
      ) : (
        <Table
          caption="Worker pools"
          columns={poolColumns(now, snapshot.nameLists)}
          rows={pools}
          keyOf={({ workerPoolId }) => workerPoolId}
        />
      )}
    </>
  );
}

function runningColumns(now: number): Column<Running>[] {
  return [
    {
      head: 'Job',
      kind: 'title',
      cell: ({ jobName, jobId }) => (
        <>
          <Link href={queueHref(jobName)}>{jobName}</Link>
          <br />
          <code>{jobId}</code>
        </>
      ),
      sort: ({ jobName }) => jobName,
    },
    {
      head: 'For',
      kind: 'number',
      cell: ({ startedAt }) => duration(now - startedAt),
      sort: ({ startedAt }) => -startedAt,
    },
    {
      head: 'Check-in',
      cell: ({ checkin, checkinAt }) => (
        <>
          {checkin ?? '–'}
          {checkinAt !== undefined && (
            <>
              {' '}
              (<Time at={checkinAt} />)
            </>
          )}
        </>
      ),
    },
    { head: 'Host', cell: ({ host, pid }) => `${host ?? '–'} ${pid ?? ''}` },
    { head: 'Arguments', kind: 'args', cell: ({ args }) => <code>{args}</code> },
  ];
}

function poolColumns(now: number, nameLists: readonly string[][]): Column<Pool>[] {
  return [
    {
      head: 'Host',
      kind: 'title',
      cell: ({ host, pid, workerPoolId }) => (
        <>
          {host} {pid}
          <br />
          <code>{workerPoolId}</code>
        </>
      ),
      sort: ({ host }) => host,
    },
    { head: 'Language', cell: ({ engine }) => (engine === 'nestcraft' ? 'TypeScript' : 'Go') },
    {
      head: 'Busy',
      kind: 'number',
      cell: ({ busy, concurrency }) => `${count(busy)} of ${count(concurrency)}`,
      sort: ({ busy }) => busy,
    },
    {
      head: 'Started',
      cell: ({ startedAt }) => <Time at={startedAt} />,
      sort: ({ startedAt }) => startedAt,
    },
    {
      head: 'Heartbeat',
      cell: ({ heartbeatAt }) => (
        <>
          <Badge kind={now - heartbeatAt > LATE ? 'bad' : 'good'}>
            {now - heartbeatAt > LATE ? 'late' : 'alive'}
          </Badge>{' '}
          <Time at={heartbeatAt} />
        </>
      ),
      sort: ({ heartbeatAt }) => heartbeatAt,
    },
    {
      head: 'Job names',
      kind: 'names',
      cell: ({ nameList }) => <Names names={nameLists[nameList] ?? []} />,
    },
  ];
}

const FEW = 8;

function Names({ names }: { names: readonly string[] }) {
  if (names.length <= FEW) return <>{names.join(', ')}</>;
  return (
    <details>
      <summary>{count(names.length)} names</summary>
      {names.join(', ')}
    </details>
  );
}
