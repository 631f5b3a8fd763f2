import { useQuery } from '@tanstack/preact-query';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { ask, get, type JobDetail } from '../api';
import { ENDPOINTS } from '../endpoints';
import { argsOf, count, isCut, isJson, isTime, pretty, shortId } from '../format';
import { Badge, Failure, Loading, PageHead, Time } from '../parts/basics';
import { Copy } from '../parts/copy';
import { WithLocks } from '../parts/locked';
import { isGone } from '../problems';
import { Link } from '../router';
import type { RouteTo } from '../routes';
import { SETS } from '../words';
import { CancelJob } from './cancel-job';
import { ExplanationSection } from './explanation';
import { Gone } from './gone';
import { SetJobActions, WaitingJobActions } from './job-actions';
import { Timeline, type JobState } from './timeline';

const REFRESH = 5_000;

/** A scheduled, retry or dead job. */
export function JobPage({ route: { set, at, id } }: { route: RouteTo<'job'> }) {
  const words = SETS[set];
  const list = <Link to={{ page: 'jobs', set }}>{words.title}</Link>;
  const path = ENDPOINTS.job(set, at, id);
  return (
    <Job
      id={id}
      load={() => get<JobDetail>(path)}
      entry={ENDPOINTS.entry(set, at, id)}
      was={words.was}
      elsewhere={list}
      crumbs={(job) => (
        <>
          {list}
          {job && !job.broken && (
            <>
              {' / '}
              <Link to={{ page: 'jobs', set, name: job.name }}>{job.name}</Link>
            </>
          )}
        </>
      )}
      badge={(job) => (
        <Badge kind={words.tone}>
          {words.state} <Time at={job.at} />
        </Badge>
      )}
      actions={(job) => <SetJobActions set={set} job={job} />}
      state={(job) => ({
        ...{ title: words.time, kind: words.tone },
        at: isTime(job.at) ? job.at : undefined,
      })}
    />
  );
}

/** A waiting job. */
export function WaitingJobPage({
  route: { name, position, id },
}: {
  route: RouteTo<'waitingJob'>;
}) {
  // The queue moves: the last known position is where to look for the job next.
  const last = useRef(position);
  const load = async () => {
    const job = await get<JobDetail>(ENDPOINTS.waitingJob(name, last.current, id));
    last.current = job.position ?? last.current;
    return job;
  };
  const queue = <Link to={{ page: 'queue', name }}>{name}</Link>;
  return (
    <Job
      id={id}
      name={name}
      load={load}
      entry={ENDPOINTS.waitingEntry(name, last.current, id)}
      was="waiting in this queue"
      elsewhere={queue}
      crumbs={() => (
        <>
          <Link to={{ page: 'queues' }}>Queues</Link> / {queue}
        </>
      )}
      badge={() => <Badge kind="info">waiting</Badge>}
      actions={(job) => (
        <>
          {!job.broken && <CancelJob id={job.id} name={name} />}
          <WaitingJobActions name={name} job={job} />
        </>
      )}
      state={() => undefined}
    />
  );
}

interface JobProps {
  id: string;
  load: () => Promise<JobDetail>;
  /** The address of the whole entry. */
  entry: string;
  /** The job's state when the link to it was made. */
  was: string;
  /** The queue in which it waits. */
  name?: string;
  /** Where to look if it has left that state. */
  elsewhere: ComponentChildren;
  crumbs: (job: JobDetail | undefined) => ComponentChildren;
  badge: (job: JobDetail) => ComponentChildren;
  actions: (job: JobDetail) => ComponentChildren;
  state: (job: JobDetail) => JobState | undefined;
}

function Job({ id, name, load, entry, was, elsewhere, crumbs, badge, actions, state }: JobProps) {
  const { data: job, error } = useQuery({
    queryKey: ['job', entry],
    queryFn: load,
    refetchInterval: REFRESH,
  });
  const isHere = job !== undefined && !isGone(error);
  return (
    <>
      <PageHead
        title={job ? job.name || 'An entry that is not a job' : 'Job'}
        tab={job && `${job.name || 'Entry'} ${shortId(job.id)}`}
        crumbs={crumbs(job)}
        state={isHere && badge(job)}
      >
        {isHere && actions(job)}
      </PageHead>
      {error && !isGone(error) && <Failure error={error} />}
      {isGone(error) && (
        <Gone id={id} was={was}>
          {elsewhere}
        </Gone>
      )}
      {!job && !error && <Loading />}
      {/* The name makes the search faster; a link to a job that is gone has none. */}
      {job && (
        <Content
          job={job}
          name={name ?? job.name}
          entry={entry}
          state={state(job)}
          isHere={isHere}
        />
      )}
      {!job && isGone(error) && isId(id) && <Why id={id} name={name} />}
    </>
  );
}

interface WhyProps {
  id: string;
  name: string | undefined;
  isHere?: boolean;
}

function Why({ id, name, isHere = false }: WhyProps) {
  return <ExplanationSection title="Why is it not running?" id={id} name={name} isOnJob={isHere} />;
}

/** Returns whether an id is a job's own, not the digest of an entry without one. */
function isId(id: string): boolean {
  return id !== '' && !id.startsWith('sha1:');
}

function Content({
  job,
  name,
  entry,
  state,
  isHere,
}: {
  job: JobDetail;
  name: string;
  entry: string;
  state: JobState | undefined;
  /** Whether the job is still where the page shows it. */
  isHere: boolean;
}) {
  return (
    <div class="job">
      <div>
        {isId(job.id) && <Why id={job.id} name={name} isHere={isHere} />}
        {job.error !== undefined && <ErrorSection job={job} />}
        <Arguments job={job} entry={entry} />
        <section>
          <details>
            <summary>Raw entry in Redis</summary>
            <pre tabIndex={0}>
              <WithLocks text={job.text} />
            </pre>
          </details>
        </section>
      </div>
      <section>
        <Facts job={job} />
        {!job.broken && (
          <section>
            <h2>Timeline</h2>
            <Timeline job={job} state={state} />
          </section>
        )}
      </section>
    </div>
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
            <Link to={{ page: 'queue', name: job.name }}>{job.name}</Link>
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

/** Shows a backtrace with the application's lines emphasised over those of libraries. */
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

function Arguments({ job, entry }: { job: JobDetail; entry: string }) {
  const copied = argumentsToCopy(job, entry);
  return (
    <section>
      <div class="section-head">
        <h2>{job.broken ? 'Content' : 'Arguments'}</h2>
        <span>
          {copied !== undefined && <Copy text={copied} what="the arguments" />}
          {job.downloadable && (
            <a href={`api/${entry}`} download>
              Download the entry
            </a>
          )}
        </span>
      </div>
      <pre tabIndex={0}>
        <WithLocks text={pretty(job.args)} />
      </pre>
      {job.truncated && (
        <p class="hint">
          {job.downloadable
            ? 'Only the beginning is shown. The download contains everything.'
            : 'Only the beginning is shown.'}
        </p>
      )}
    </section>
  );
}

/**
 * Returns the complete, exact arguments: the page holds only the beginning of long ones. `undefined` if they are
 * hidden.
 */
function argumentsToCopy({ args, broken, truncated, downloadable }: JobDetail, entry: string) {
  if (!truncated || !isCut(args)) return broken || isJson(args) ? args : undefined;
  if (!downloadable) return undefined;
  return async () => {
    const text = await (await ask(entry, {})).text();
    return broken ? text : (argsOf(text) ?? text);
  };
}
