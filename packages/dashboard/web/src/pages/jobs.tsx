import { useQuery, useQueryClient } from '@tanstack/preact-query';
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { get, post, type Job, type Page, type SetName } from '../api';
import { count, plural } from '../format';
import { useLive } from '../live';
import { Badge, Empty, Failure, Loading, Table, Time } from '../parts/basics';
import { useConfirm, useSay } from '../parts/confirm';
import { Pager } from '../parts/pager';
import { useSession } from '../session';

export const SETS = {
  scheduled: {
    title: 'Scheduled jobs',
    time: 'Runs',
    verb: 'Run now',
    empty: 'No job waits for its time.',
  },
  retry: {
    title: 'Retries',
    time: 'Runs again',
    verb: 'Run now',
    empty: 'No failed job waits for its retry.',
  },
  dead: {
    title: 'Dead jobs',
    time: 'Died',
    verb: 'Retry',
    empty: 'No job has died. One that fails as often as it may shows here.',
  },
} as const;

export function JobsPage({ set }: { set: SetName }) {
  const words = SETS[set];
  const [page, setPage] = useState(1);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { data, error } = useQuery({
    queryKey: ['jobs', set, page],
    queryFn: () => get<Page>(`jobs/${set}?page=${page}`),
    refetchInterval: 5_000,
  });
  if (!Object.hasOwn(SETS, set)) return <Empty>There is no such list.</Empty>;
  const jobs = data?.jobs ?? [];
  const chosen = jobs.filter((job) => selected.has(keyOf(job)));
  const choosable = jobs.filter(({ broken }) => !broken);
  const toggle = (key: string) => {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    setSelected(next);
  };
  const all = choosable.length > 0 && chosen.length === choosable.length;
  return (
    <>
      <h1>{words.title}</h1>
      <BulkActions set={set} chosen={chosen} onDone={() => setSelected(new Set())} />
      {error && <Failure error={error} />}
      {!data && !error && <Loading />}
      {data?.total === 0 && <Empty>{words.empty}</Empty>}
      {jobs.length > 0 && (
        <>
          <Table
            caption={words.title}
            head={[
              <input
                key="all"
                type="checkbox"
                aria-label="Select all of this page"
                checked={all}
                onChange={() => setSelected(all ? new Set() : new Set(choosable.map(keyOf)))}
              />,
              'Job',
              words.time,
              'Failures',
              'Error',
              'Arguments',
            ]}
          >
            {jobs.map((job, index) => (
              <tr key={job.broken ? index : keyOf(job)}>
                <td>
                  {!job.broken && (
                    <input
                      type="checkbox"
                      aria-label={`Select ${job.name} ${job.id}`}
                      checked={selected.has(keyOf(job))}
                      onChange={() => toggle(keyOf(job))}
                    />
                  )}
                </td>
                <th scope="row">
                  {job.broken ? (
                    <Badge kind="bad">no job</Badge>
                  ) : (
                    <Link href={`/jobs/${set}/${job.at}/${encodeURIComponent(job.id)}`}>
                      {job.name}
                    </Link>
                  )}
                </th>
                <td>
                  <Time at={job.at} />
                </td>
                <td class="number">{count(job.fails)}</td>
                <td class="error">{job.error ?? '–'}</td>
                <td class="args">
                  <code>{job.args}</code>
                </td>
              </tr>
            ))}
          </Table>
          <Pager page={page} total={data?.total ?? 0} onPage={setPage} />
        </>
      )}
    </>
  );
}

function keyOf(job: Job): string {
  return `${job.at} ${job.id}`;
}

function BulkActions({
  set,
  chosen,
  onDone,
}: {
  set: SetName;
  chosen: readonly Job[];
  onDone: () => void;
}) {
  const { may } = useSession();
  const ask = useConfirm();
  const say = useSay();
  const queries = useQueryClient();
  const total = useLive().snapshot?.counts[set] ?? 0;
  const { verb, title } = SETS[set];
  const jobs = chosen.map(({ at, id }) => ({ at, id }));
  const reload = async () => {
    onDone();
    await queries.invalidateQueries({ queryKey: ['jobs', set] });
  };
  const some = async (what: 'enqueue' | 'delete') => {
    const { results } = await post<{ results: string[] }>(`jobs/${set}/${what}`, { jobs });
    say(summary(results));
    await reload();
  };
  const every = async (what: 'enqueue-all' | 'delete-all') => {
    await post(`jobs/${set}/${what}`);
    say('Begun; the line above says how far it is.');
    await reload();
  };
  if (total === 0 && chosen.length === 0) return null;
  return (
    <div class="actions">
      {may('retry') && (
        <button
          type="button"
          disabled={chosen.length === 0}
          onClick={() => void some('enqueue').catch((error: Error) => say(error.message))}
        >
          {verb} {chosen.length > 0 && count(chosen.length)} selected
        </button>
      )}
      {may('delete') && (
        <button
          type="button"
          class="danger"
          disabled={chosen.length === 0}
          onClick={() =>
            ask({
              title: `Delete ${plural(chosen.length, 'selected job')}?`,
              detail: 'They cannot be brought back.',
              verb: `Delete ${plural(chosen.length, 'job')}`,
              act: () => some('delete'),
            })
          }
        >
          Delete {chosen.length > 0 && count(chosen.length)} selected
        </button>
      )}
      {may('retry') && (
        <button
          type="button"
          onClick={() =>
            ask({
              title: `${verb}: all ${count(total)} of the ${title.toLowerCase()}?`,
              detail: 'They go to their queues in batches; you can stop on the way.',
              verb: `${verb}: ${plural(total, 'job')}`,
              act: () => every('enqueue-all'),
            })
          }
        >
          {verb} all {count(total)}
        </button>
      )}
      {may('delete') && (
        <button
          type="button"
          class="danger"
          onClick={() =>
            ask({
              title: `Delete all ${count(total)} of the ${title.toLowerCase()}?`,
              detail: 'They cannot be brought back.',
              verb: `Delete ${plural(total, 'job')}`,
              act: () => every('delete-all'),
            })
          }
        >
          Delete all {count(total)}
        </button>
      )}
    </div>
  );
}

const RESULTS: Record<string, string> = {
  moved: 'in the queue now',
  deleted: 'deleted',
  gone: 'not there any more',
  duplicate: 'stay, because another like them waits',
  unknown: 'stay, because nobody knows their name',
};

export function summary(results: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const result of results) counts.set(result, (counts.get(result) ?? 0) + 1);
  return [...counts].map(([result, n]) => `${count(n)} ${RESULTS[result] ?? result}`).join('; ');
}
