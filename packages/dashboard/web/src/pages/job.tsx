import { useQuery, useQueryClient } from '@tanstack/preact-query';
import { Link, useLocation } from 'wouter-preact';
import { get, post, type JobDetail, type SetName } from '../api';
import { absolute, plural, pretty } from '../format';
import { Badge, Failure, Loading, Time } from '../parts/basics';
import { useConfirm, useSay } from '../parts/confirm';
import { useSession } from '../session';
import { SETS, summary } from './jobs';

export function JobPage({ set, at, id }: { set: SetName; at: number; id: string }) {
  const { data: job, error } = useQuery({
    queryKey: ['job', set, at, id],
    queryFn: () => get<JobDetail>(`jobs/${set}/${at}/${encodeURIComponent(id)}`),
  });
  const words = SETS[set];
  return (
    <>
      <p class="crumbs">
        <Link href={`/jobs/${set}`}>{words.title}</Link>
      </p>
      <h1>{job?.name ?? 'Job'}</h1>
      {error && <Failure error={error} />}
      {!job && !error && <Loading />}
      {job && (
        <>
          <Actions set={set} job={job} />
          <dl class="facts">
            <dt>Id</dt>
            <dd>
              <code>{job.id}</code>
            </dd>
            <dt>Enqueued</dt>
            <dd>
              <Time at={job.enqueuedAt} />
            </dd>
            {job.failedAt !== undefined && (
              <>
                <dt>Failed</dt>
                <dd>
                  <Time at={job.failedAt} />, {plural(job.fails, 'time')} in all
                </dd>
              </>
            )}
            <dt>{words.time}</dt>
            <dd>
              <Time at={at} /> ({absolute(at)})
            </dd>
            {job.unique && (
              <>
                <dt>Unique</dt>
                <dd>
                  <Badge kind="info">unique</Badge> <code>{job.uniqueKey}</code>
                </dd>
              </>
            )}
          </dl>
          {job.error !== undefined && (
            <>
              <h2>Error</h2>
              <pre class="error" tabIndex={0}>
                {job.error}
              </pre>
              {job.backtrace !== undefined && <pre tabIndex={0}>{job.backtrace}</pre>}
            </>
          )}
          <h2>Arguments</h2>
          <pre tabIndex={0}>{pretty(job.args)}</pre>
          <details>
            <summary>The entry as it stands in Redis</summary>
            <pre tabIndex={0}>{job.text}</pre>
          </details>
        </>
      )}
    </>
  );
}

function Actions({ set, job }: { set: SetName; job: JobDetail }) {
  const { may } = useSession();
  const ask = useConfirm();
  const say = useSay();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const jobs = [{ at: job.at, id: job.id }];
  const act = async (what: 'enqueue' | 'delete') => {
    try {
      const { results } = await post<{ results: string[] }>(`jobs/${set}/${what}`, { jobs });
      say(summary(results));
      await queries.invalidateQueries({ queryKey: ['jobs', set] });
      navigate(`/jobs/${set}`);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <div class="actions">
      {may('retry') && (
        <button type="button" onClick={() => void act('enqueue')}>
          {SETS[set].verb}
        </button>
      )}
      {may('delete') && (
        <button
          type="button"
          class="danger"
          onClick={() =>
            ask({
              title: `Delete 1 job, ${job.name}?`,
              detail: 'It cannot be brought back.',
              verb: 'Delete 1 job',
              act: () => act('delete'),
            })
          }
        >
          Delete
        </button>
      )}
    </div>
  );
}
