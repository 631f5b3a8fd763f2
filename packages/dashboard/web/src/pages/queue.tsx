import { useQuery, useQueryClient } from '@tanstack/preact-query';
import { useState } from 'preact/hooks';
import { get, post, type Page } from '../api';
import { count, duration, plural } from '../format';
import { useLive } from '../live';
import { Empty, Failure, Loading, Table, Time } from '../parts/basics';
import { useConfirm, useSay } from '../parts/confirm';
import { Pager } from '../parts/pager';
import { useSession } from '../session';
import { QueueState } from './queues';

export function QueuePage({ name }: { name: string }) {
  const [page, setPage] = useState(1);
  const path = `queues/${encodeURIComponent(name)}`;
  const { data, error } = useQuery({
    queryKey: ['waiting', name, page],
    queryFn: () => get<Page>(`${path}/jobs?page=${page}`),
    refetchInterval: 5_000,
  });
  const queue = useLive().snapshot?.queues.find(({ jobName }) => jobName === name);
  return (
    <>
      <h1>{name}</h1>
      {queue && (
        <dl class="facts">
          <dt>Waiting</dt>
          <dd>{count(queue.count)}</dd>
          <dt>Oldest wait</dt>
          <dd>{queue.count > 0 ? duration(queue.latency) : '–'}</dd>
          <dt>Running</dt>
          <dd>{count(queue.inProgress)}</dd>
          <dt>Limit</dt>
          <dd>{queue.maxConcurrency > 0 ? count(queue.maxConcurrency) : 'none'}</dd>
          <dt>Pools</dt>
          <dd>{count(queue.pools)}</dd>
          <dt>State</dt>
          <dd>
            <QueueState queue={queue} />
          </dd>
        </dl>
      )}
      <QueueActions
        name={name}
        path={path}
        paused={queue?.paused ?? false}
        waiting={queue?.count ?? 0}
      />
      <h2>Waiting jobs</h2>
      {error && <Failure error={error} />}
      {!data && !error && <Loading />}
      {data?.jobs.length === 0 && <Empty>No job waits.</Empty>}
      {data && data.jobs.length > 0 && (
        <>
          <Table caption="Waiting jobs" head={['Position', 'Id', 'Enqueued', 'Arguments']}>
            {data.jobs.map((job) => (
              <tr key={`${job.position}-${job.id}`}>
                <td class="number">{job.position}</td>
                <td>
                  <code>{job.id || '–'}</code>
                </td>
                <td>
                  <Time at={job.enqueuedAt} />
                </td>
                <td class="args">
                  <code>{job.args}</code>
                </td>
              </tr>
            ))}
          </Table>
          <Pager page={page} total={data.total} onPage={setPage} />
        </>
      )}
    </>
  );
}

function QueueActions({
  name,
  path,
  paused,
  waiting,
}: {
  name: string;
  path: string;
  paused: boolean;
  waiting: number;
}) {
  const { may } = useSession();
  const ask = useConfirm();
  const say = useSay();
  const queries = useQueryClient();
  const [minutes, setMinutes] = useState('');
  const [limit, setLimit] = useState('');
  const act = async (what: string, body: object, done: string) => {
    try {
      await post(`${path}/${what}`, body);
      say(done);
      await queries.invalidateQueries({ queryKey: ['waiting', name] });
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <div class="actions">
      {may('pause') &&
        (paused ? (
          <button type="button" onClick={() => void act('unpause', {}, `${name} runs again.`)}>
            Resume
          </button>
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              const seconds = minutes === '' ? {} : { seconds: Math.round(Number(minutes) * 60) };
              void act('pause', seconds, `${name} is paused.`);
            }}
          >
            <label>
              Pause for{' '}
              <input
                type="number"
                min="1"
                step="1"
                placeholder="ever"
                value={minutes}
                onInput={(event) => setMinutes(event.currentTarget.value)}
              />{' '}
              minutes
            </label>
            <button type="submit">Pause</button>
          </form>
        ))}
      {may('limit') && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void act('limit', { limit: Number(limit) }, `The limit of ${name} is set.`);
          }}
        >
          <label>
            At most{' '}
            <input
              type="number"
              min="0"
              step="1"
              required
              placeholder="0 = no limit"
              value={limit}
              onInput={(event) => setLimit(event.currentTarget.value)}
            />{' '}
            at once
          </label>
          <button type="submit">Set limit</button>
        </form>
      )}
      {may('empty') && waiting > 0 && (
        <button
          type="button"
          class="danger"
          onClick={() =>
            ask({
              title: `Delete ${plural(waiting, 'waiting job')} of ${name}?`,
              detail: 'They cannot be brought back. Jobs that run go on.',
              verb: `Delete ${plural(waiting, 'job')}`,
              act: () => act('empty', {}, `${name} is being emptied.`),
            })
          }
        >
          Empty
        </button>
      )}
    </div>
  );
}
