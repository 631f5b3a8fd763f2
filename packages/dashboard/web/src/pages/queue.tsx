import { useQuery } from '@tanstack/preact-query';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { get, type Job, type Metrics, type Queue, type WaitingList } from '../api';
import { count, duration, plural } from '../format';
import { useLive } from '../live';
import { Empty, Failure, Loading, Time } from '../parts/basics';
import { useConfirm } from '../parts/confirm';
import { Pager, START } from '../parts/pager';
import { Table, type Column } from '../parts/table';
import { useAct } from '../parts/use-act';
import { useSession } from '../session';
import { listHref, summary } from '../words';
import { Charts } from './charts';
import { QueueActions } from './queue-actions';
import { QueueState } from './queues';

const FEW = 5;

export function QueuePage({ name }: { name: string }) {
  const { snapshot } = useLive();
  const queue = snapshot?.queues.find(({ jobName }) => jobName === name);
  const pools = snapshot?.pools.filter(({ nameList }) =>
    snapshot.nameLists[nameList]?.includes(name),
  );
  return (
    <>
      <p class="crumbs">
        <Link href="/queues">Queues</Link>
      </p>
      <h1>{name}</h1>
      {queue && (
        <ul class="cards">
          {factsOf(queue).map(([label, value]) => (
            <li key={label} class="card">
              <span class="label">{label}</span>
              <span class="value">{value}</span>
            </li>
          ))}
        </ul>
      )}
      {pools && pools.length > 0 && (
        <p>
          Served by <Link href="/workers">{plural(pools.length, 'pool')}</Link>:{' '}
          {pools
            .slice(0, FEW)
            .map(({ host, pid }) => `${host} (${pid})`)
            .join(', ')}
          {pools.length > FEW && ' and others'}
        </p>
      )}
      <p>
        Of this name: <Link href={listHref('scheduled', name)}>scheduled</Link>,{' '}
        <Link href={listHref('retry', name)}>retries</Link>,{' '}
        <Link href={listHref('dead', name)}>dead</Link>
      </p>
      <QueueActions name={name} queue={queue} />
      <h2>Waiting jobs</h2>
      <Waiting name={name} />
      <h2>The last hour</h2>
      <LastHour name={name} />
    </>
  );
}

function factsOf(queue: Queue): [label: string, value: ComponentChildren][] {
  return [
    ['Waiting', count(queue.count)],
    ['Oldest wait', queue.count > 0 ? duration(queue.latency) : '–'],
    ['Running', count(queue.inProgress)],
    ['Limit', queue.maxConcurrency > 0 ? count(queue.maxConcurrency) : 'none'],
    ['Pools', count(queue.pools)],
    ['State', <QueueState key="state" queue={queue} />],
  ];
}

function Waiting({ name }: { name: string }) {
  const [place, setPlace] = useState(START);
  const path = `queues/${encodeURIComponent(name)}`;
  const columns = useColumns(path);
  const { data, error } = useQuery({
    queryKey: ['waiting', name, place.from],
    queryFn: () => get<WaitingList>(`${path}/jobs?from=${place.from}`),
    refetchInterval: 5_000,
    placeholderData: (before) => before,
  });
  if (error) return <Failure error={error} />;
  if (!data) return <Loading />;
  if (data.total === 0) return <Empty>No job waits.</Empty>;
  return (
    <>
      <Table
        caption="Waiting jobs"
        columns={columns}
        rows={data.jobs}
        keyOf={({ position, id }) => `${position} ${id}`}
      />
      <Pager
        place={place}
        shown={data.jobs.length}
        total={data.total}
        next={data.next}
        onPlace={setPlace}
      />
    </>
  );
}

function useColumns(path: string): Column<Job>[] {
  const { may } = useSession();
  const ask = useConfirm();
  const act = useAct();
  const remove = ({ position, id }: Job) =>
    act(`${path}/delete`, { jobs: [{ position, id }] }, ({ results }) => summary(results));
  const columns: Column<Job>[] = [
    { head: 'Position', kind: 'number', cell: ({ position = 0 }) => count(position) },
    { head: 'Id', kind: 'title', cell: ({ id }) => <code>{id || 'no job'}</code> },
    { head: 'Enqueued', cell: ({ enqueuedAt }) => <Time at={enqueuedAt} /> },
    { head: 'Arguments', kind: 'args', cell: ({ args }) => <code>{args}</code> },
  ];
  if (!may('delete')) return columns;
  return [
    ...columns,
    {
      head: 'Actions',
      kind: 'actions',
      cell: (job) =>
        !job.broken && (
          <button
            type="button"
            class="danger"
            aria-label={`Delete ${job.id}`}
            onClick={() =>
              ask({
                title: 'Delete 1 waiting job?',
                detail: 'It cannot be brought back.',
                verb: 'Delete 1 job',
                act: () => remove(job),
              })
            }
          >
            Delete
          </button>
        ),
    },
  ];
}

function LastHour({ name }: { name: string }) {
  const { data, error } = useQuery({
    queryKey: ['metrics', '1h', name],
    queryFn: () => get<Metrics>(`metrics?${new URLSearchParams({ range: '1h', name })}`),
    refetchInterval: 15_000,
  });
  if (error) return <Failure error={error} />;
  return data ? <Charts metrics={data} /> : <Loading />;
}
