import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { Running } from '../api';
import { count } from '../format';
import { useLive } from '../live';
import { Elapsed, Empty, Loading, PageHead, Time } from '../parts/basics';
import { NameFilter } from '../parts/name-filter';
import { Table, type Column } from '../parts/table';
import { useSession } from '../session';
import { queueHref, runningHref } from '../words';
import { CancelJob } from './cancel-job';

// What nobody reads is not drawn every two seconds.
const MOST = 200;

export function RunningPage() {
  const { snapshot } = useLive();
  const { may } = useSession();
  const [name, setName] = useState<string>();
  const running = snapshot?.running.filter(({ jobName }) => name === undefined || jobName === name);
  return (
    <>
      <PageHead title="Running jobs" />
      <div class="toolbar">
        <NameFilter name={name} onName={setName} />
      </div>
      {!running && <Loading />}
      {running?.length === 0 && (
        <Empty>{name === undefined ? 'No job runs now.' : 'No job of this name runs now.'}</Empty>
      )}
      {running && running.length > 0 && (
        <Table
          caption="Running jobs"
          columns={may('cancel') ? [...COLUMNS, CANCEL] : COLUMNS}
          rows={running.toSorted((a, b) => a.startedAt - b.startedAt).slice(0, MOST)}
          keyOf={({ workerId }) => workerId}
        />
      )}
      {snapshot &&
        running &&
        (running.length > MOST || snapshot.busy > snapshot.running.length) && (
          <p class="hint">
            The {count(Math.min(MOST, running.length))} that have run for the longest time, of{' '}
            {count(name === undefined ? snapshot.busy : running.length)}.
          </p>
        )}
    </>
  );
}

const COLUMNS: Column<Running>[] = [
  {
    ...{ head: 'Job', kind: 'title' },
    cell: ({ workerId, jobName, jobId }) => (
      <>
        <Link href={runningHref(workerId)}>{jobName}</Link>
        <code class="second">{jobId}</code>
      </>
    ),
    sort: ({ jobName }) => jobName,
  },
  {
    ...{ head: 'Elapsed', kind: 'number' },
    cell: ({ startedAt }) => <Elapsed since={startedAt} />,
    sort: ({ startedAt }) => -startedAt,
  },
  {
    ...{ head: 'Check-in', kind: 'names' },
    cell: ({ checkin, checkinAt }) =>
      checkin === undefined ? (
        '–'
      ) : (
        <>
          {checkin}
          {checkinAt !== undefined && (
            <span class="second">
              <Time at={checkinAt} />
            </span>
          )}
        </>
      ),
  },
  {
    head: 'Host',
    cell: ({ host, pid }) => (
      <>
        {host ?? '–'}
        {pid !== undefined && <span class="second">pid {pid}</span>}
      </>
    ),
    sort: ({ host }) => host ?? '',
  },
  { head: 'Queue', cell: ({ jobName }) => <Link href={queueHref(jobName)}>{jobName}</Link> },
  { head: 'Arguments', kind: 'args', cell: ({ args }) => <code>{args}</code> },
];

const CANCEL: Column<Running> = {
  ...{ head: 'Actions', kind: 'actions' },
  cell: ({ jobId, jobName }) => <CancelJob id={jobId} name={jobName} small />,
};
