import { useQuery } from '@tanstack/preact-query';
import type { ComponentChildren } from 'preact';
import { Link } from 'wouter-preact';
import { get, type JobDetail, type SetName } from '../api';
import { count, pretty } from '../format';
import { Badge, Failure, Loading, PageHead, Time } from '../parts/basics';
import { Copy } from '../parts/copy';
import { listHref, queueHref, SETS } from '../words';
import { CancelJob } from './cancel-job';
import { SetJobActions, WaitingJobActions } from './job-actions';
import { Timeline } from './timeline';

/** A scheduled, retry or dead job. */
export function JobPage({ set, at, id }: { set: SetName; at: number; id: string }) {
  const words = SETS[set];
  return (
    <Job
      path={`jobs/${set}/${at}/${encodeURIComponent(id)}`}
      crumbs={(job) => (
        <>
          <Link href={listHref(set)}>{words.title}</Link>
          {job && !job.broken && (
            <>
              {' / '}
              <Link href={listHref(set, job.name)}>{job.name}</Link>
            </>
          )}
        </>
      )}
      state={
        <Badge kind={words.tone}>
          {words.state} <Time at={at} />
        </Badge>
      }
      actions={(job) => <SetJobActions set={set} job={job} />}
      latest={{ title: words.time, at, kind: words.tone }}
    />
  );
}

/** A job that waits in its queue. */
export function WaitingJobPage(place: { name: string; position: number; id: string }) {
  const { name, position, id } = place;
  return (
    <Job
      path={`queues/${encodeURIComponent(name)}/jobs/${position}/${encodeURIComponent(id)}`}
      crumbs={() => (
        <>
          <Link href="/queues">Queues</Link> / <Link href={queueHref(name)}>{name}</Link>
        </>
      )}
      state={<Badge kind="info">waiting</Badge>}
      actions={(job) => (
        <>
          {!job.broken && <CancelJob id={job.id} name={name} />}
          <WaitingJobActions name={name} job={job} />
        </>
      )}
    />
  );
}

function Job({
  path,
  crumbs,
  state,
  actions,
  latest,
}: {
  path: string;
  crumbs: (job: JobDetail | undefined) => ComponentChildren;
  state: ComponentChildren;
  actions: (job: JobDetail) => ComponentChildren;
  latest?: { title: string; at: number; kind: string };
}) {
  const { data: job, error } = useQuery({
    queryKey: ['job', path],
    queryFn: () => get<JobDetail>(path),
  });
  return (
    <>
      <PageHead
        title={job ? job.name || 'An entry that is no job' : 'Job'}
        crumbs={crumbs(job)}
        state={job && state}
      >
        {job && actions(job)}
      </PageHead>
      {error && <Failure error={error} />}
      {!job && !error && <Loading />}
      {job && (
        <div class="job">
          <div>
            {job.error !== undefined && <ErrorSection job={job} />}
            <Arguments job={job} path={path} />
            <section>
              <details>
                <summary>The entry as it stands in Redis</summary>
                <pre tabIndex={0}>{job.text}</pre>
              </details>
            </section>
          </div>
          <section>
            <Facts job={job} />
            {!job.broken && (
              <section>
                <h2>Timeline</h2>
                <Timeline job={job} latest={latest} />
              </section>
            )}
          </section>
        </div>
      )}
    </>
  );
}

function Facts({ job }: { job: JobDetail }) {
  return (
    <dl class="facts">
      <dt>Id</dt>
      <dd>
        <code>{job.id}</code> <Copy text={job.id} what="the id" />
      </dd>
      {!job.broken && (
        <>
          <dt>Queue</dt>
          <dd>
            <Link href={queueHref(job.name)}>{job.name}</Link>
          </dd>
        </>
      )}
      {job.position !== undefined && (
        <>
          <dt>Position</dt>
          <dd>{count(job.position)}</dd>
        </>
      )}
      {job.unique && (
        <>
          <dt>Unique</dt>
          <dd>
            <code>{job.uniqueKey ?? 'yes'}</code>
          </dd>
        </>
      )}
    </dl>
  );
}

function ErrorSection({ job: { error = '', backtrace } }: { job: JobDetail }) {
  return (
    <section>
      <div class="section-head">
        <h2>Error</h2>
        <Copy text={[error, backtrace].filter(Boolean).join('\n')} what="the error" />
      </div>
      <pre class="error" tabIndex={0}>
        {error}
      </pre>
      {backtrace !== undefined && <Backtrace text={backtrace} />}
    </section>
  );
}

/** The lines of libraries stand back behind those of the application. */
export function Backtrace({ text }: { text: string }) {
  return (
    <pre tabIndex={0}>
      {text.split('\n').map((line, index) => (
        <span key={index} class={/node_modules|node:|\(native/.test(line) ? 'theirs' : ''}>
          {line}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}

function Arguments({ job, path }: { job: JobDetail; path: string }) {
  return (
    <section>
      <div class="section-head">
        <h2>{job.broken ? 'Content' : 'Arguments'}</h2>
        <span>
          <Copy text={job.args} what="the arguments" />
          {job.downloadable && (
            <a href={`api/${path}/entry`} download>
              Download the entry
            </a>
          )}
        </span>
      </div>
      <pre tabIndex={0}>{pretty(job.args)}</pre>
      {job.truncated && (
        <p class="hint">
          Only the beginning; the entry in Redis, which can be downloaded, has all of it.
        </p>
      )}
    </section>
  );
}
