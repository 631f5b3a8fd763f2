import { keepPreviousData, useQuery } from '@tanstack/preact-query';
import { get, type Job, type Queue, type WaitingList } from '../api';
import { failing, perMinute } from '../attention';
import { ENDPOINTS } from '../endpoints';
import { count, duration, plural, share } from '../format';
import { useLive } from '../live';
import { Badge, Empty, Failure, Loading, PageHead, Time } from '../parts/basics';
import { WithLocks } from '../parts/locked';
import { Name } from '../parts/name';
import { useConfirm } from '../parts/confirm';
import { Pager } from '../parts/pager';
import { Table, type Column } from '../parts/table';
import { useAct } from '../parts/use-act';
import { useLastHour, useRates } from '../queries';
import { Link, navigate } from '../router';
import type { RouteTo } from '../routes';
import { useSession } from '../session';
import { consequence, summary } from '../words';
import { Charts } from './charts';
import { ExplanationSection } from './explanation';
import { QueueActions } from './queue-actions';
import { QueueState } from './queue-columns';

const FEW = 5;
const LIMIT = 25;

export function QueuePage({ route }: { route: RouteTo<'queue'> }) {
  const { name } = route;
  const { snapshot } = useLive();
  const queue = snapshot?.queues.find(({ jobName }) => jobName === name);
  return (
    <>
      <PageHead
        title={name}
        crumbs={<Link to={{ page: 'queues' }}>Queues</Link>}
        state={queue && <QueueState queue={queue} />}
      />
      {!snapshot && <Loading rows={2} />}
      {snapshot && !queue && (
        <Empty>Queue not found: no job with this name has been enqueued.</Empty>
      )}
      {queue && <Cards queue={queue} />}
      <section>
        <ServedBy name={name} />
        <QueueActions name={name} queue={queue} />
      </section>
      {queue && <ExplanationSection title="Why does its next job not run?" name={name} />}
      <section>
        <h2>Waiting jobs</h2>
        <Waiting route={route} />
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
  const rates = useRates();
  const rate = rates?.get(queue.jobName);
  const cards: [label: string, value: string][] = [
    ['Waiting', count(waiting)],
    ['Oldest wait', waiting > 0 ? duration(latency) : '–'],
    ['Running', count(inProgress)],
    ['Limit', maxConcurrency > 0 ? count(maxConcurrency) : 'none'],
    ['Done / min', rates ? count(Math.round(perMinute(rate))) : '–'],
    ['Failing', rates ? share(failing(rate)) : '–'],
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

/** The pools that run the name, and the lists that may contain its jobs. */
function ServedBy({ name }: { name: string }) {
  const { snapshot } = useLive();
  const pools =
    snapshot?.pools.filter(({ nameList }) => snapshot.nameLists[nameList]?.includes(name)) ?? [];
  const hosts = pools.slice(0, FEW).map(({ host, pid }) => `${host} (${pid})`);
  return (
    <p>
      {pools.length > 0 && (
        <>
          Served by <Link to={{ page: 'pools' }}>{plural(pools.length, 'pool')}</Link>:{' '}
          {hosts.join(', ')}
          {pools.length > FEW && ' and others'}.{' '}
        </>
      )}
      Jobs with this name: <Link to={{ page: 'jobs', set: 'scheduled', name }}>scheduled</Link>,{' '}
      <Link to={{ page: 'jobs', set: 'retry', name }}>retries</Link>,{' '}
      <Link to={{ page: 'jobs', set: 'dead', name }}>dead</Link>.
    </p>
  );
}

function Waiting({ route }: { route: RouteTo<'queue'> }) {
  const { name, from = 0, before = [] } = route;
  const path = ENDPOINTS.waiting(name, { from, limit: LIMIT });
  const columns = useColumns(name);
  const { data, error } = useQuery({
    queryKey: ['waiting', path],
    queryFn: () => get<WaitingList>(path),
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
  });
  if (error) return <Failure error={error} />;
  if (!data) return <Loading />;
  if (data.total === 0) return <Empty>No jobs are waiting.</Empty>;
  return (
    <>
      <Table caption="Waiting jobs" columns={columns} rows={data.jobs} keyOf={({ id }) => id} />
      <Pager
        place={{ from, before }}
        shown={data.jobs.length}
        total={data.total}
        next={data.next}
        onPlace={(place) => navigate({ page: 'queue', name, ...place })}
      />
    </>
  );
}

function useColumns(name: string): Column<Job>[] {
  const { may } = useSession();
  const ask = useConfirm();
  const act = useAct();
  const remove = ({ position, id }: Job) =>
    act(ENDPOINTS.queue(name, 'delete'), { jobs: [{ position, id }] }, ({ results }) =>
      summary(results),
    );
  const columns: Column<Job>[] = [
    { head: 'Position', kind: 'number', cell: ({ position = 0 }) => count(position) },
    {
      ...{ head: 'Id', kind: 'title' },
      cell: (job) => (
        <Link to={{ page: 'waitingJob', name, position: job.position ?? 1, id: job.id }}>
          {job.broken ? (
            <Badge kind="bad">no job</Badge>
          ) : (
            <code>
              <Name text={job.id} />
            </code>
          )}
        </Link>
      ),
    },
    { head: 'Enqueued', cell: ({ enqueuedAt }) => <Time at={enqueuedAt} /> },
    { head: 'Failures', kind: 'number', cell: ({ fails }) => count(fails) },
    {
      head: 'Arguments',
      kind: 'args',
      cell: ({ args }) => (
        <code>
          <WithLocks text={args} />
        </code>
      ),
    },
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
              title: `Delete 1 waiting job named ${name}?`,
              detail: `Its id is ${job.id}. ${consequence('Delete', 1)}`,
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
