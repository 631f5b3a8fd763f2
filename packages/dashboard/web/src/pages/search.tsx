import { useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { count, plural } from '../format';
import { useLive } from '../live';
import { Badge, Empty, PageHead, Time } from '../parts/basics';
import { Table, type Column } from '../parts/table';
import { jobHref, runningHref, searchHref, SETS, waitingHref } from '../words';
import { useSearch, type Found, type Hit } from './use-search';

/** @param query what is searched, as a query string: it stands in the page's address, so that a search can be shared */
export function SearchPage({ query = '' }: { query?: string }) {
  const { found, begin, stop } = useSearch(query);
  const { hits, seen, total, state } = found;
  return (
    <>
      <PageHead title="Search" />
      <Form
        key={query}
        query={query}
        onSearch={begin}
        searching={state === 'searching'}
        onStop={stop}
      />
      <p role="status">{describe(found)}</p>
      {state === 'idle' && (
        <Empty>
          Any part of an id, a name, arguments or an error finds a job, wherever it is: running,
          dead, waiting, scheduled, or between retries. Jobs that are done leave no trace.
        </Empty>
      )}
      {state === 'searching' && <progress aria-label="Searched" value={seen} max={total || 1} />}
      {hits.length > 0 && (
        <Table
          caption="Found jobs"
          columns={COLUMNS}
          rows={hits}
          keyOf={({ set, job }, index) => `${set} ${job.at ?? index} ${job.id}`}
        />
      )}
      {state === 'done' && hits.length === 0 && (
        <Empty>Nothing of {plural(seen, 'job')} holds that text.</Empty>
      )}
    </>
  );
}

function Form({
  query,
  onSearch,
  searching,
  onStop,
}: {
  query: string;
  onSearch: () => void;
  searching: boolean;
  onStop: () => void;
}) {
  const [, navigate] = useLocation();
  const asked = new URLSearchParams(query);
  const [text, setText] = useState(asked.get('q') ?? '');
  const [where, setWhere] = useState(asked.get('in') ?? '');
  const [name, setName] = useState(asked.get('name') ?? '');
  const queues = useLive().snapshot?.queues ?? [];
  return (
    <form
      class="toolbar"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        const next = { q: text, ...(where && { in: where }), ...(name && { name }) };
        const wanted = String(new URLSearchParams(next));
        if (wanted === query) onSearch();
        else navigate(searchHref(wanted));
      }}
    >
      <label class="wide">
        <span class="hidden">Text in the id, name, arguments or error</span>
        <input
          placeholder="Text in the id, name, arguments or error"
          type="search"
          required
          data-first
          maxLength={200}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <label>
        Among{' '}
        <select value={where} onChange={(event) => setWhere(event.currentTarget.value)}>
          <option value="">all jobs</option>
          <option value="running">running jobs</option>
          <option value="dead">dead jobs</option>
          <option value="retry">retries</option>
          <option value="scheduled">scheduled jobs</option>
          <option value="waiting">waiting jobs</option>
        </select>
      </label>
      <label>
        Name{' '}
        <select value={name} onChange={(event) => setName(event.currentTarget.value)}>
          <option value="">all</option>
          {queues.map(({ jobName }) => (
            <option key={jobName} value={jobName}>
              {jobName}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="primary">
        Search
      </button>
      {searching && (
        <button type="button" onClick={onStop}>
          Stop
        </button>
      )}
    </form>
  );
}

const COLUMNS: Column<Hit>[] = [
  {
    ...{ head: 'Job', kind: 'title' },
    cell: (hit) => (
      <Link href={hrefOf(hit)}>
        {hit.job.broken ? <Badge kind="bad">no job</Badge> : hit.job.name}
        <code class="second">{hit.job.id}</code>
      </Link>
    ),
  },
  { head: 'Where', cell: (hit) => <Badge kind={toneOf(hit)}>{whereOf(hit)}</Badge> },
  { head: 'When', cell: ({ job }) => <Time at={job.at ?? job.enqueuedAt} /> },
  { head: 'Error', kind: 'error', cell: ({ job }) => job.error ?? '–' },
  { head: 'Arguments', kind: 'args', cell: ({ job }) => <code>{job.args}</code> },
];

function hrefOf({ set, job, queue = '', workerId = '' }: Hit): string {
  if (set === 'running') return runningHref(workerId);
  return set === 'waiting' ? waitingHref(queue, job) : jobHref(set, job);
}

function whereOf({ set, job }: Hit): string {
  return set === 'waiting' ? `waiting, position ${count(job.position ?? 0)}` : set;
}

function toneOf({ set }: Hit): string {
  if (set === 'running') return 'good';
  return set === 'waiting' ? 'info' : SETS[set].tone;
}

function describe({ hits, seen, total, state }: Found): string {
  const looked = `${count(seen)} of ${plural(total, 'job')}`;
  switch (state) {
    case 'idle':
      return '';
    case 'searching':
      return `Looked at ${looked}, found ${count(hits.length)}…`;
    case 'full':
      return `Found ${count(hits.length)} and looked no further. Ask for something rarer.`;
    case 'failed':
      return 'The search broke off: the server or Redis does not answer.';
    case 'stopped':
      return `Stopped at ${looked}, found ${count(hits.length)}.`;
    default:
      return `Looked at ${plural(seen, 'job')}, found ${count(hits.length)}.`;
  }
}
