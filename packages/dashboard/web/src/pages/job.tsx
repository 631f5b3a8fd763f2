import { useQuery } from '@tanstack/preact-query';
import type { ComponentChildren } from 'preact';
import { Link, useLocation } from 'wouter-preact';
import { get, type Attempt, type JobDetail, type SetName } from '../api';
import { absolute, milliseconds, plural, pretty } from '../format';
import { Badge, Failure, Loading, Time } from '../parts/basics';
import { useConfirm } from '../parts/confirm';
import { useAct } from '../parts/use-act';
import { useSession } from '../session';
import { listHref, queueHref, SETS, summary } from '../words';

export function JobPage({ set, at, id }: { set: SetName; at: number; id: string }) {
  const { data: job, error } = useQuery({
    queryKey: ['job', set, at, id],
    queryFn: () => get<JobDetail>(`jobs/${set}/${at}/${encodeURIComponent(id)}`),
  });
  const words = SETS[set];
  return (
    <>
      <p class="crumbs">
        <Link href={listHref(set)}>{words.title}</Link>
        {job && (
          <>
            {' / '}
            <Link href={listHref(set, job.name)}>{job.name}</Link>
          </>
        )}
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
            <dt>Queue</dt>
            <dd>
              <Link href={queueHref(job.name)}>{job.name}</Link>
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
          <h2>Timeline</h2>
          <Timeline set={set} job={job} at={at} />
          <details>
            <summary>The entry as it stands in Redis</summary>
            <pre tabIndex={0}>{job.text}</pre>
          </details>
        </>
      )}
    </>
  );
}

/** What happened to the job, the latest first. */
function Timeline({ set, job, at }: { set: SetName; job: JobDetail; at: number }) {
  const { attempts } = job;
  const unknown = job.fails - attempts.length;
  return (
    <ol class="timeline">
      <Event title={SETS[set].time} at={at} kind={set === 'dead' ? 'bad' : 'info'} />
      {attempts.map((attempt, index) => (
        <Event key={index} title={`Failure ${attempt.fails}`} at={attempt.at} kind="bad">
          <AttemptDetail attempt={attempt} />
        </Event>
      ))}
      {attempts.length === 0 && job.failedAt !== undefined && (
        <Event title={`Failure ${job.fails}`} at={job.failedAt} kind="bad">
          <p class="error">{job.error}</p>
        </Event>
      )}
      {unknown > 0 && job.failedAt !== undefined && (
        <li class="hint">
          {attempts.length === 0 && unknown === 1
            ? ''
            : `${plural(attempts.length === 0 ? unknown - 1 : unknown, 'failure')} more. `}
          Of jobs that fail in Go only the last is known; others are kept for a week, ten at most.
        </li>
      )}
      <Event title="Put into its queue" at={job.enqueuedAt} kind="good" />
    </ol>
  );
}

function Event({
  title,
  at,
  kind,
  children,
}: {
  title: string;
  at: number | undefined;
  kind: string;
  children?: ComponentChildren;
}) {
  return (
    <li class={kind}>
      <strong>{title}</strong> <Time at={at} />
      {at !== undefined && <span class="hint"> {absolute(at)}</span>}
      {children}
    </li>
  );
}

function AttemptDetail({ attempt }: { attempt: Attempt }) {
  const { error, backtrace, duration, host, pid } = attempt;
  return (
    <>
      <p class="hint">
        {duration === undefined ? 'its process died' : `after ${milliseconds(duration)}`} on {host}{' '}
        ({pid})
      </p>
      <p class="error">{error}</p>
      {backtrace !== undefined && (
        <details>
          <summary>Backtrace</summary>
          <pre tabIndex={0}>{backtrace}</pre>
        </details>
      )}
    </>
  );
}

function Actions({ set, job }: { set: SetName; job: JobDetail }) {
  const { may } = useSession();
  const ask = useConfirm();
  const act = useAct();
  const [, navigate] = useLocation();
  const jobs = [{ at: job.at, id: job.id }];
  const run = async (what: 'enqueue' | 'delete' | 'kill') => {
    const path = `jobs/${set}/${what}`;
    if (await act(path, { jobs }, ({ results }) => summary(results))) navigate(listHref(set));
  };
  return (
    <div class="actions">
      {may('retry') && (
        <button type="button" onClick={() => void run('enqueue')}>
          {SETS[set].verb}
        </button>
      )}
      {set === 'retry' && may('kill') && (
        <button
          type="button"
          class="danger"
          onClick={() =>
            ask({
              title: `Kill 1 job, ${job.name}?`,
              detail: 'It does not run again, unless somebody retries it among the dead jobs.',
              verb: 'Kill 1 job',
              act: () => run('kill'),
            })
          }
        >
          Kill
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
              act: () => run('delete'),
            })
          }
        >
          Delete
        </button>
      )}
    </div>
  );
}
