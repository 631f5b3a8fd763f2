import type { Pool, Snapshot } from '../api';
import { count, plural } from '../format';
import { useLive, useNow } from '../live';
import { Badge, Empty, Loading, PageHead, Time } from '../parts/basics';
import { Bar } from '../parts/bar';
import { Name } from '../parts/name';
import { Table, type Column } from '../parts/table';
import { navigate } from '../router';
import type { RouteTo } from '../routes';

// Seconds without a heartbeat.
const LATE = 10;
const FEW = 8;

export function PoolsPage({ route }: { route: RouteTo<'pools'> }) {
  const { snapshot } = useLive();
  return (
    <>
      <PageHead title="Worker pools" />
      {!snapshot && <Loading />}
      {snapshot?.pools.length === 0 && (
        <Empty>No worker pools are alive. A pool appears here when its process starts.</Empty>
      )}
      {snapshot && snapshot.pools.length > 0 && (
        <Table
          caption="Worker pools"
          columns={columns(snapshot.nameLists)}
          rows={snapshot.pools}
          keyOf={({ workerPoolId }) => workerPoolId}
          sort={route.sort}
          onSort={(sort) => navigate({ ...route, sort }, { replace: true })}
        />
      )}
    </>
  );
}

function columns(nameLists: Snapshot['nameLists']): Column<Pool>[] {
  return [
    {
      ...{ head: 'Host', kind: 'title' },
      cell: ({ host, pid, workerPoolId }) => (
        <>
          <Name text={host} /> <span class="hint">pid {pid}</span>
          <code class="second">{workerPoolId}</code>
        </>
      ),
      sort: ({ host }) => host,
    },
    {
      ...{ head: 'Language', minor: true },
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
      ...{ head: 'Started', minor: true, cell: ({ startedAt }) => <Time at={startedAt} /> },
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
      <summary>{plural(names.length, 'name')}</summary>
      {names.join(', ')}
    </details>
  );
}
