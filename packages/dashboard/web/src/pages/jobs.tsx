import { keepPreviousData, useQuery } from '@tanstack/preact-query';
import { get, type Job, type JobList, type JobSetName } from '../api';
import { ENDPOINTS } from '../endpoints';
import { count, dateInput, plural, secondsOf } from '../format';
import { Badge, Empty, ErrorLine, Failure, Loading, PageHead, Time } from '../parts/basics';
import { WithLocks } from '../parts/locked';
import { Name } from '../parts/name';
import { NameFilter } from '../parts/name-filter';
import { Pager } from '../parts/pager';
import { Table, type Column } from '../parts/table';
import { useZone } from '../preferences';
import { Link, navigate } from '../router';
import type { RouteTo } from '../routes';
import { SETS } from '../words';
import { AllActions, SelectedActions, useDeeds } from './jobs-actions';
import { useSelection, type Selection } from './selection';

const LIMIT = 25;

/** The scheduled, retry or dead jobs, all of them or those of one name. */
export function JobsPage({ route }: { route: RouteTo<'jobs'> }) {
  const { set, name, at, from = 0, before = [] } = route;
  const words = SETS[set];
  const path = ENDPOINTS.jobs(set, {
    ...(at === undefined ? { from } : { at }),
    name,
    limit: LIMIT,
  });
  const { data, error, refetch } = useQuery({
    queryKey: ['jobs', path],
    queryFn: () => get<JobList>(path),
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
  });
  const jobs = data?.jobs ?? [];
  const selection = useSelection(jobs, keyOf);
  const canSelect = useDeeds(set).length > 0;
  return (
    <>
      <PageHead title={words.title} />
      <div class="toolbar">
        <Filter route={route} />
        <AllActions set={set} name={name} total={data?.total ?? 0} />
      </div>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loading rows={10} />}
      {data && jobs.length === 0 && (
        <Empty>
          {data.total === 0 ? words.empty : `No matches in ${plural(data.seen, 'job')}.`}
        </Empty>
      )}
      {jobs.length > 0 && (
        <Table
          caption={words.title}
          columns={[...(canSelect ? [selectColumn(selection)] : []), ...columns(set)]}
          rows={jobs}
          keyOf={keyOf}
        />
      )}
      <SelectedActions set={set} selection={selection} />
      {data && data.total > 0 && (
        <Pager
          place={{ from: at === undefined ? from : data.from, before }}
          shown={jobs.length}
          total={data.total}
          next={data.next}
          onPlace={(place) => navigate({ page: 'jobs', set, name, ...place })}
        />
      )}
    </>
  );
}

function selectColumn(selection: Selection<Job>): Column<Job> {
  return {
    ...{ head: 'Select', kind: 'select' },
    headCell: (
      <input
        type="checkbox"
        aria-label="Select all of this page"
        checked={selection.hasAll}
        onClick={selection.toggleAll}
      />
    ),
    cell: (job) => (
      <input
        type="checkbox"
        aria-label={`Select ${job.name} ${job.id}`}
        checked={selection.has(job)}
        onClick={(event) => selection.toggle(job, event.shiftKey)}
      />
    ),
  };
}

function columns(set: JobSetName): Column<Job>[] {
  return [
    {
      ...{ head: 'Job', kind: 'title' },
      cell: (job) => (
        <Link to={{ page: 'job', set, at: String(job.at), id: job.id }}>
          {job.broken ? <Badge kind="bad">no job</Badge> : <Name text={job.name} />}
        </Link>
      ),
    },
    { head: SETS[set].time, cell: (job) => <Time at={job.at} /> },
    ...(set === 'scheduled' ? [] : FAILURE),
    {
      head: 'Arguments',
      kind: 'args',
      cell: (job) => (
        <code>
          <WithLocks text={job.args} />
        </code>
      ),
    },
  ];
}

const FAILURE: Column<Job>[] = [
  {
    ...{ head: 'Failures', kind: 'number' },
    cell: ({ fails }) => <span class={fails > 0 ? 'failures' : ''}>{count(fails)}</span>,
  },
  { head: 'Error', kind: 'error', cell: (job) => <ErrorLine text={job.error} /> },
];

function Filter({ route: { set, name, at } }: { route: RouteTo<'jobs'> }) {
  const zone = useZone();
  return (
    <>
      <NameFilter name={name} onName={(one) => navigate({ page: 'jobs', set, name: one })} />
      <label>
        {set === 'dead' ? 'Died before' : 'From'}{' '}
        <input
          type="datetime-local"
          value={at === undefined ? '' : dateInput(at, zone)}
          onChange={(event) => {
            const time = secondsOf(event.currentTarget.value, zone);
            navigate({ page: 'jobs', set, name, at: time });
          }}
        />
      </label>
    </>
  );
}

function keyOf(job: Job): string {
  return `${job.at} ${job.id}`;
}
