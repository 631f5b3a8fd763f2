import type { ComponentChildren } from 'preact';
import type { Attempt, JobDetail } from '../api';
import { absolute, milliseconds, plural } from '../format';
import { Time } from '../parts/basics';
import { useZone } from '../preferences';
import { Backtrace } from './job';

/** What happened to a job, the latest first. */
export function Timeline({
  job,
  latest,
}: {
  job: JobDetail;
  latest: { title: string; at: number; kind: string } | undefined;
}) {
  const { attempts } = job;
  const told = attempts.length > 0 ? attempts.length : job.failedAt === undefined ? 0 : 1;
  const untold = job.fails - told;
  return (
    <ol class="timeline">
      {latest && <Event {...latest} />}
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
      {job.fails > 0 && (untold > 0 || attempts.length === 0) && (
        <li class="hint">
          {untold > 0 && `${plural(untold, 'failure')} more. `}
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
  const zone = useZone();
  return (
    <li class={kind}>
      <strong>{title}</strong> <Time at={at} />
      {at !== undefined && <span class="second">{absolute(at, zone)}</span>}
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
          <Backtrace text={backtrace} />
        </details>
      )}
    </>
  );
}
