import type { Pool } from '../api';
import { count } from '../format';
import { useLive, useNow } from '../live';
import { Badge, Empty, Loading, PageHead, Time } from '../parts/basics';
import { Bar } from '../parts/bar';
import { Table, type Column } from '../parts/table';

// Seconds without a heartbeat.
const LATE = 10;
const FEW = 8;

export function WorkersPage() {
  const { snapshot } = useLive();
  return (
    <>
      <PageHead title="Worker pools" />
      {!snapshot && <Loading />}
      {snapshot?.pools.length === 0 && (
        <Empty>No pool is alive. Start a process with a worker pool, and it shows here.</Empty>
      )}
      {snapshot && snapshot.pools.length > 0 && (
        <Table
          caption="Worker pools"
          columns={columns(snapshot.nameLists)}
          rows={snapshot.pools}
          keyOf={({ workerPoolId }) => workerPoolId}
        />
      )}
    </>
  );
}

function columns(nameLists: readonly string[][]): Column<Pool>[] {
  return [
    {
      ...{ head: 'Host', kind: 'title' },
      cell: ({ host, pid, workerPoolId }) => (
        <>
          {host} <span class="hint">pid {pid}</span>
          <code class="second">{workerPoolId}</code>
        </>
      ),
      sort: ({ host }) => host,
    },
    {
      head: 'Language',
      cell: ({ engine }) => (engine === 'nestcraft' ? 'TypeScript' : 'Go'),
      sort: ({ engine }) => engine,
    },
    {
      ...{ head: 'Busy', kind: 'number' },
      cell: ({ busy, concurrency }) => (
        <>
          {count(busy)} / {count(concurrency)}
          <Bar part={busy} whole={concurrency} />
        </>
      ),
      sort: ({ busy }) => busy,
    },
    {
      ...{ head: 'Started', cell: ({ startedAt }) => <Time at={startedAt} /> },
      sort: ({ startedAt }) => startedAt,
    },
    {
      head: 'Heartbeat',
      cell: ({ heartbeatAt }) => <Heartbeat at={heartbeatAt} />,
      sort: ({ heartbeatAt }) => heartbeatAt,
    },
    {
      ...{ head: 'Job names', kind: 'names' },
      cell: ({ nameList }) => <Names names={nameLists[nameList] ?? []} />,
    },
  ];
}

function Heartbeat({ at }: { at: number }) {
  const isLate = useNow() - at > LATE;
  return (
    <>
      <Badge kind={isLate ? 'bad' : 'good'}>{isLate ? 'late' : 'alive'}</Badge> <Time at={at} />
    </>
  );
}

function Names({ names }: { names: readonly string[] }) {
  if (names.length <= FEW) return <>{names.join(', ')}</>;
  return (
    <details>
      <summary>{count(names.length)} names</summary>
      {names.join(', ')}
    </details>
  );
}
