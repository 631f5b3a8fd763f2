import { useQuery } from '@tanstack/preact-query';
import { useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { get, type Job, type JobList, type SetName } from '../api';
import { count } from '../format';
import { useLive } from '../live';
import { Badge, Empty, Failure, Loading, Time } from '../parts/basics';
import { Pager, START } from '../parts/pager';
import { Table, type Column } from '../parts/table';
import { isSet, jobHref, listHref, SETS } from '../words';
import { JobsActions } from './jobs-actions';

export function JobsPage({ set, name }: { set: SetName; name?: string }) {
  const words = SETS[set];
  const [place, setPlace] = useState(START);
  const [at, setAt] = useState<number>();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const query = new URLSearchParams({
    ...(at !== undefined && place === START ? { at: String(at) } : { from: String(place.from) }),
    ...(name !== undefined && { name }),
  });
  const { data, error } = useQuery({
    queryKey: ['jobs', set, query.toString()],
    queryFn: () => get<JobList>(`jobs/${set}?${query}`),
    refetchInterval: 5_000,
    placeholderData: (before) => before,
  });
  if (!isSet(set)) return <Empty>There is no such list.</Empty>;
  const jobs = data?.jobs ?? [];
  const chosen = jobs.filter((job) => selected.has(keyOf(job)));
  return (
    <>
      <h1>{words.title}</h1>
      <Filter
        set={set}
        name={name}
        onTime={(time) => {
          setAt(time);
          setPlace(START);
        }}
      />
      <JobsActions
        set={set}
        name={name}
        total={data?.total ?? 0}
        chosen={chosen}
        onDone={() => setSelected(new Set())}
      />
      {error && <Failure error={error} />}
      {!data && !error && <Loading />}
      {data && jobs.length === 0 && (
        <Empty>
          {data.total === 0
            ? words.empty
            : `None of the ${count(data.seen)} that were looked at has this name.`}
        </Empty>
      )}
      {jobs.length > 0 && (
        <Table
          caption={words.title}
          columns={columns(set, jobs, selected, setSelected)}
          rows={jobs}
          keyOf={(job, index) => (job.broken ? `${index}` : keyOf(job))}
        />
      )}
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

function columns(
  set: SetName,
  jobs: readonly Job[],
  selected: ReadonlySet<string>,
  setSelected: (selected: ReadonlySet<string>) => void,
): Column<Job>[] {
  const choosable = jobs.filter(({ broken }) => !broken).map(keyOf);
  const all = choosable.length > 0 && choosable.every((key) => selected.has(key));
  const toggle = (key: string) => {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    setSelected(next);
  };
  return [
    {
      head: 'Select',
      kind: 'select',
      headCell: (
        <input
          type="checkbox"
          aria-label="Select all of this page"
          checked={all}
          onChange={() => setSelected(all ? new Set() : new Set(choosable))}
        />
      ),
      cell: (job) =>
        !job.broken && (
          <input
            type="checkbox"
            aria-label={`Select ${job.name} ${job.id}`}
            checked={selected.has(keyOf(job))}
            onChange={() => toggle(keyOf(job))}
          />
        ),
    },
    {
      head: 'Job',
      kind: 'title',
      cell: (job) =>
        job.broken ? (
          <Badge kind="bad">no job</Badge>
        ) : (
          <Link href={jobHref(set, job)}>{job.name}</Link>
        ),
    },
    { head: SETS[set].time, cell: (job) => <Time at={job.at} /> },
    ...(set === 'scheduled'
      ? []
      : ([
          { head: 'Failures', kind: 'number', cell: (job) => count(job.fails) },
          { head: 'Error', kind: 'error', cell: (job) => job.error ?? '–' },
        ] satisfies Column<Job>[])),
    { head: 'Arguments', kind: 'args', cell: (job) => <code>{job.args}</code> },
  ];
}

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
  const queues = useLive().snapshot?.queues ?? [];
  const names = new Set([
    ...(name === undefined ? [] : [name]),
    ...queues.map((one) => one.jobName),
  ]);
  return (
    <div class="actions">
      <label>
        Name{' '}
        <select
          value={name ?? ''}
          onChange={(event) => navigate(listHref(set, event.currentTarget.value || undefined))}
        >
          <option value="">all</option>
          {[...names].map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <label>
        {set === 'dead' ? 'Died before' : 'From'}{' '}
        <input
          type="datetime-local"
          onChange={(event) => {
            const time = new Date(event.currentTarget.value).getTime();
            onTime(Number.isNaN(time) ? undefined : Math.floor(time / 1000));
          }}
        />
      </label>
    </div>
  );
}

function keyOf(job: Job): string {
  return `${job.at} ${job.id}`;
}
