import type { ComponentChildren } from 'preact';
import type { Attempt, JobDetail } from '../api';
import { absolute, firstLine, isTime, milliseconds } from '../format';
import { ErrorLine, Time } from '../parts/basics';
import { useZone } from '../preferences';
import { timelineOf, type TimelineItem } from '../timeline-events';
import { Backtrace } from './job';

// A longer line is collapsed until the reader opens it.
const LONG_LINE = 300;

/** The current state of a job, and since or until when it lasts. */
export interface JobState {
  readonly title: string;
  readonly at: number | undefined;
  readonly kind: string;
}

/** The events of a job, latest first. */
export function Timeline({ job, state }: { job: JobDetail; state: JobState | undefined }) {
  return (
    <ol class="timeline">
      {timelineOf(job, state).map((item, index) => (
        <Item key={index} item={item} tone={state?.kind} />
      ))}
    </ol>
  );
}

function Item({ item, tone }: { item: TimelineItem; tone: string | undefined }) {
  switch (item.kind) {
    case 'note':
      return <li class="hint">{item.text}</li>;
    case 'failure':
      return (
        <Event title={`Failure ${item.number}`} at={item.at} tone="bad">
          <FailureDetail error={item.error} attempt={item.attempt} />
        </Event>
      );
    default:
      return (
        <Event
          title={item.title}
          at={item.at}
          tone={item.kind === 'enqueued' ? 'good' : (tone ?? '')}
        />
      );
  }
}

function Event({
  title,
  at,
  tone,
  children,
}: {
  title: string;
  at: number | undefined;
  tone: string;
  children?: ComponentChildren;
}) {
  const zone = useZone();
  return (
    <li class={tone}>
      <strong>{title}</strong> <Time at={at} />
      {isTime(at) && <span class="second">{absolute(at, zone)}</span>}
      {children}
    </li>
  );
}

function FailureDetail({ error, attempt }: { error: string; attempt: Attempt | undefined }) {
  const line = firstLine(error);
  const isLong = line !== error.trim() || line.length > LONG_LINE;
  return (
    <>
      {attempt && <Circumstances attempt={attempt} />}
      <p>
        <ErrorLine text={error} />
      </p>
      {isLong && (
        <details>
          <summary>Full error</summary>
          <pre tabIndex={0}>{error}</pre>
        </details>
      )}
      {attempt?.backtrace !== undefined && (
        <details>
          <summary>Backtrace</summary>
          <Backtrace text={attempt.backtrace} />
        </details>
      )}
    </>
  );
}

function Circumstances({ attempt: { duration, host, pid } }: { attempt: Attempt }) {
  return (
    <p class="hint">
      {duration === undefined ? 'its process died' : `after ${milliseconds(duration)}`} on {host} (
      {pid})
    </p>
  );
}
