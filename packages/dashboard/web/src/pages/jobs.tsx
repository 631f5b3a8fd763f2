import { useQuery } from '@tanstack/preact-query';
import { useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { get, type Job, type JobList, type SetName } from '../api';
import { count } from '../format';
import { Badge, Empty, Failure, Loading, PageHead, Time } from '../parts/basics';
import { NameFilter } from '../parts/name-filter';
import { Pager, START } from '../parts/pager';
import { Table, type Column } from '../parts/table';
import { useZone } from '../preferences';
import { jobHref, listHref, SETS } from '../words';
import { AllActions, SelectedActions } from './jobs-actions';
import { useSelection, type Selection } from './selection';

const LIMIT = '25';

/** The scheduled, retry or dead jobs, all or of a name. */
export function JobsPage({ set, name }: { set: SetName; name?: string }) {
  const words = SETS[set];
  const [place, setPlace] = useState(START);
  const [at, setAt] = useState<number>();
  const query = new URLSearchParams({
    ...(at !== undefined && place === START ? { at: String(at) } : { from: String(place.from) }),
    ...(name !== undefined && { name }),
    limit: LIMIT,
  });
  const { data, error, refetch } = useQuery({
    queryKey: ['jobs', set, query.toString()],
    queryFn: () => get<JobList>(`jobs/${set}?${query}`),
    refetchInterval: 5_000,
    placeholderData: (before) => before,
  });
  const jobs = data?.jobs ?? [];
  const selection = useSelection(jobs, keyOf);
  return (
    <>
      <PageHead title={words.title} />
      <div class="toolbar">
        <Filter
          set={set}
          name={name}
          onTime={(time) => {
            setAt(time);
            setPlace(START);
          }}
        />
        <AllActions set={set} name={name} total={data?.total ?? 0} />
      </div>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loading rows={10} />}
      {data && jobs.length === 0 && (
        <Empty>
          {data.total === 0
            ? words.empty
            : `None of the ${count(data.seen)} that were looked at has this name.`}
        </Empty>
      )}
      {jobs.length > 0 && (
        <Table caption={words.title} columns={columns(set, selection)} rows={jobs} keyOf={keyOf} />
      )}
      <SelectedActions set={set} selection={selection} />
      {data && data.total > 0 && (
        <Pager
          place={{ ...place, from: data.from }}
          shown={jobs.length}
          total={data.total}
          next={data.next}
          onPlace={(next) => {
            setAt(undefined);
            setPlace(next);
          }}
        />
      )}
    </>
  );
}

function columns(set: SetName, selection: Selection<Job>): Column<Job>[] {
  return [
    {
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
    },
    {
      ...{ head: 'Job', kind: 'title' },
      cell: (job) => (
        <Link href={jobHref(set, job)}>
          {job.broken ? <Badge kind="bad">no job</Badge> : job.name}
        </Link>
      ),
    },
    { head: SETS[set].time, cell: (job) => <Time at={job.at} /> },
    ...(set === 'scheduled' ? [] : FAILURE),
    { head: 'Arguments', kind: 'args', cell: (job) => <code>{job.args}</code> },
  ];
}

const FAILURE: Column<Job>[] = [
  { head: 'Failures', kind: 'number', cell: (job) => count(job.fails) },
  { head: 'Error', kind: 'error', cell: (job) => job.error ?? '–' },
];

function Filter({
  set,
  name,
  onTime,
}: {
  set: SetName;
  name: string | undefined;
  onTime: (seconds: number | undefined) => void;
}) {
  const [, navigate] = useLocation();
  const zone = useZone();
  return (
    <>
      <NameFilter name={name} onName={(one) => navigate(listHref(set, one))} />
      <label>
        {set === 'dead' ? 'Died before' : 'From'}{' '}
        <input
          type="datetime-local"
          onChange={(event) => {
            const { value } = event.currentTarget;
            const time = new Date(zone === 'UTC' ? `${value}Z` : value).getTime();
            onTime(Number.isNaN(time) ? undefined : Math.floor(time / 1000));
          }}
        />
      </label>
    </>
  );
}

function keyOf(job: Job): string {
  return `${job.at} ${job.id}`;
}
