import type { Running } from '../api';
import { count, plural } from '../format';
import { useLive } from '../live';
import { Elapsed, Empty, Loading, PageHead, Time } from '../parts/basics';
import { WithLocks } from '../parts/locked';
import { Name } from '../parts/name';
import { NameFilter } from '../parts/name-filter';
import { Table, type Column } from '../parts/table';
import { Link, navigate } from '../router';
import type { RouteTo } from '../routes';
import { useSession } from '../session';
import { CancelJob } from './cancel-job';

// Nobody reads more rows, and they would be rendered every two seconds.
const MAX_ROWS = 200;

export function RunningPage({ route }: { route: RouteTo<'running'> }) {
  const { snapshot } = useLive();
  const { may } = useSession();
  const { name, sort } = route;
  const running = snapshot?.running.filter(({ jobName }) => name === undefined || jobName === name);
  return (
    <>
      <PageHead title="Running jobs" />
      <div class="toolbar">
        <NameFilter name={name} onName={(one) => navigate({ ...route, name: one })} />
      </div>
      {!running && <Loading />}
      {running?.length === 0 && (
        <Empty>
          {name === undefined ? 'No jobs are running.' : 'No jobs of this name are running.'}
        </Empty>
      )}
      {running && running.length > 0 && (
        <Table
          caption="Running jobs"
          columns={may('cancel') ? [...COLUMNS, CANCEL] : COLUMNS}
          rows={running.toSorted((a, b) => a.startedAt - b.startedAt).slice(0, MAX_ROWS)}
          keyOf={({ workerId, jobId }) => `${workerId} ${jobId}`}
          sort={sort}
          onSort={(by) => navigate({ ...route, sort: by }, { replace: true })}
        />
      )}
      {snapshot &&
        running &&
        (running.length > MAX_ROWS || snapshot.busy > snapshot.running.length) && (
          <p class="hint">
            Shown: the {plural(Math.min(MAX_ROWS, running.length), 'job')} with the longest run
            time, of {count(name === undefined ? snapshot.busy : running.length)}.
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
        <Link to={{ page: 'runningJob', worker: workerId }}>
          <Name text={jobName} />
        </Link>
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
    ...{ head: 'Host', minor: true },
    cell: ({ host, pid }) => (
      <>
        {host ?? '–'}
        {pid !== undefined && <span class="second">pid {pid}</span>}
      </>
    ),
    sort: ({ host }) => host ?? '',
  },
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

const CANCEL: Column<Running> = {
  ...{ head: 'Actions', kind: 'actions' },
  cell: ({ jobId, jobName }) => <CancelJob id={jobId} name={jobName} small />,
};
