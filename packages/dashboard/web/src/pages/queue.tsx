import { useQuery } from '@tanstack/preact-query';
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { get, type Job, type Queue, type WaitingList } from '../api';
import { failing, perMinute } from '../attention';
import { count, duration, plural, share } from '../format';
import { useLive } from '../live';
import { Badge, Empty, Failure, Loading, PageHead, Time } from '../parts/basics';
import { useConfirm } from '../parts/confirm';
import { Pager, START } from '../parts/pager';
import { Table, type Column } from '../parts/table';
import { useAct } from '../parts/use-act';
import { useLastHour, useRates } from '../queries';
import { useSession } from '../session';
import { listHref, summary, waitingHref } from '../words';
import { Charts } from './charts';
import { QueueActions } from './queue-actions';
import { QueueState } from './queue-columns';

const FEW = 5;

export function QueuePage({ name }: { name: string }) {
  const { snapshot } = useLive();
  const queue = snapshot?.queues.find(({ jobName }) => jobName === name);
  return (
    <>
      <PageHead
        title={name}
        crumbs={<Link href="/queues">Queues</Link>}
        state={queue && <QueueState queue={queue} />}
      />
      {!snapshot && <Loading rows={2} />}
      {snapshot && !queue && <Empty>No job of this name was ever enqueued.</Empty>}
      {queue && <Cards queue={queue} />}
      <section>
        <ServedBy name={name} />
        <QueueActions name={name} queue={queue} />
      </section>
      <section>
        <h2>Waiting jobs</h2>
        <Waiting name={name} />
      </section>
      <section>
        <h2>The last hour</h2>
        <LastHour name={name} />
      </section>
    </>
  );
}

function Cards({ queue }: { queue: Queue }) {
  const { count: waiting, latency, inProgress, maxConcurrency } = queue;
  const rate = useRates().get(queue.jobName);
  const cards: [label: string, value: string][] = [
    ['Waiting', count(waiting)],
    ['Oldest wait', waiting > 0 ? duration(latency) : '–'],
    ['Running', count(inProgress)],
    ['Limit', maxConcurrency > 0 ? count(maxConcurrency) : 'none'],
    ['Done / min', count(Math.round(perMinute(rate)))],
    ['Failing', share(failing(rate))],
  ];
  return (
    <ul class="cards">
      {cards.map(([label, value]) => (
        <li key={label} class="card">
          <span class="label">{label}</span>
          <span class="value">{value}</span>
        </li>
      ))}
    </ul>
  );
}

/** The pools that run the name, and the lists that its jobs may be in. */
function ServedBy({ name }: { name: string }) {
  const { snapshot } = useLive();
  const pools =
    snapshot?.pools.filter(({ nameList }) => snapshot.nameLists[nameList]?.includes(name)) ?? [];
  const hosts = pools.slice(0, FEW).map(({ host, pid }) => `${host} (${pid})`);
  return (
    <p>
      {pools.length > 0 && (
        <>
          Served by <Link href="/workers">{plural(pools.length, 'pool')}</Link>: {hosts.join(', ')}
          {pools.length > FEW && ' and others'}.{' '}
        </>
      )}
      Of this name: <Link href={listHref('scheduled', name)}>scheduled</Link>,{' '}
      <Link href={listHref('retry', name)}>retries</Link>,{' '}
      <Link href={listHref('dead', name)}>dead</Link>.
    </p>
  );
}

function Waiting({ name }: { name: string }) {
  const [place, setPlace] = useState(START);
  const path = `queues/${encodeURIComponent(name)}`;
  const columns = useColumns(name);
  const { data, error } = useQuery({
    queryKey: ['waiting', name, place.from],
    queryFn: () => get<WaitingList>(`${path}/jobs?from=${place.from}&limit=25`),
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

function useColumns(name: string): Column<Job>[] {
  const { may } = useSession();
  const ask = useConfirm();
  const act = useAct();
  const remove = ({ position, id }: Job) =>
    act(`queues/${encodeURIComponent(name)}/delete`, { jobs: [{ position, id }] }, ({ results }) =>
      summary(results),
    );
  const columns: Column<Job>[] = [
    { head: 'Position', kind: 'number', cell: ({ position = 0 }) => count(position) },
    {
      ...{ head: 'Id', kind: 'title' },
      cell: (job) => (
        <Link href={waitingHref(name, job)}>
          {job.broken ? <Badge kind="bad">no job</Badge> : <code>{job.id}</code>}
        </Link>
      ),
    },
    { head: 'Enqueued', cell: ({ enqueuedAt }) => <Time at={enqueuedAt} /> },
    { head: 'Failures', kind: 'number', cell: ({ fails }) => count(fails) },
    { head: 'Arguments', kind: 'args', cell: ({ args }) => <code>{args}</code> },
  ];
  if (!may('delete')) return columns;
  return [
    ...columns,
    {
      ...{ head: 'Actions', kind: 'actions' },
      cell: (job) => (
        <button
          type="button"
          class="danger small"
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
  const { data, error } = useLastHour(name);
  if (error) return <Failure error={error} />;
  return data ? <Charts metrics={data} /> : <Loading />;
}
