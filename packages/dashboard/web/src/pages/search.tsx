import { useEffect, useRef, useState } from 'preact/hooks';
import type { Hit, Searched } from '../api';
import { count, plural } from '../format';
import { Badge, Empty, ErrorLine, PageHead, Time } from '../parts/basics';
import { WithLocks } from '../parts/locked';
import { Name } from '../parts/name';
import { NameFilter } from '../parts/name-filter';
import { Table, type Column } from '../parts/table';
import { Link, navigate } from '../router';
import { addressOf, type Route, type RouteTo } from '../routes';
import { SETS } from '../words';
import { WhyDialog, type AskedJob } from './why-dialog';
import { isUnderWay, useSearch, type Found } from './use-search';

/** The search page. The query is part of the page's address, so that a search can be shared. */
export function SearchPage({ route }: { route: RouteTo<'search'> }) {
  const { found, begin, stop } = useSearch(route);
  const { hits, seen, total, state } = found;
  const [asked, setAsked] = useState<AskedJob>();
  return (
    <>
      <PageHead title="Search" />
      <Form
        key={addressOf(route)}
        route={route}
        onSearch={begin}
        searching={isUnderWay(found)}
        onStop={stop}
      />
      <p role="status">{useSlowly(describe(found), state === 'searching')}</p>
      {state === 'idle' && (
        <Empty>
          Find running, dead, waiting and scheduled jobs and retries by any part of their id, name,
          arguments or error. Completed jobs are not kept.
        </Empty>
      )}
      {state === 'searching' && <progress aria-label="Searched" value={seen} max={total || 1} />}
      {hits.length > 0 && (
        <Table
          caption="Found jobs"
          columns={[...COLUMNS, whyColumn(setAsked)]}
          rows={hits}
          keyOf={({ set, job }) => `${set} ${job.at} ${job.id}`}
        />
      )}
      {state === 'done' && hits.length === 0 && <Empty>No matches in {plural(seen, 'job')}.</Empty>}
      <WhyDialog job={asked} onClose={() => setAsked(undefined)} />
    </>
  );
}

const WHERE: readonly (readonly [where: Searched, label: string])[] = [
  ['running', 'running jobs'],
  ['dead', 'dead jobs'],
  ['retry', 'retries'],
  ['scheduled', 'scheduled jobs'],
  ['waiting', 'waiting jobs'],
];

function Form({
  route,
  onSearch,
  searching,
  onStop,
}: {
  route: RouteTo<'search'>;
  onSearch: () => void;
  searching: boolean;
  onStop: () => void;
}) {
  const [text, setText] = useState(route.q ?? '');
  const [where, setWhere] = useState(route.in);
  const [name, setName] = useState(route.name);
  return (
    <form
      class="toolbar"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        const wanted: Route = { page: 'search', q: text, in: where, name };
        if (addressOf(wanted) === addressOf(route)) onSearch();
        else navigate(wanted);
      }}
    >
      <label class="wide">
        <span class="hidden">Text in the id, name, arguments or error</span>
        <input
          placeholder="Text in the id, name, arguments or error"
          type="search"
          required
          data-first
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <label>
        Among{' '}
        <select
          value={where ?? ''}
          onChange={({ currentTarget }) =>
            setWhere(WHERE.find(([one]) => one === currentTarget.value)?.[0])
          }
        >
          <option value="">all jobs</option>
          {WHERE.map(([one, label]) => (
            <option key={one} value={one}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <NameFilter name={name} onName={setName} />
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
      <Link to={routeOfHit(hit)}>
        {hit.job.broken ? <Badge kind="bad">no job</Badge> : <Name text={hit.job.name} />}
        <code class="second">{hit.job.id}</code>
      </Link>
    ),
  },
  { head: 'Where', cell: (hit) => <Badge kind={toneOf(hit)}>{whereOf(hit)}</Badge> },
  { head: 'When', cell: ({ job }) => <Time at={job.at ?? job.enqueuedAt} /> },
  { head: 'Error', kind: 'error', cell: ({ job }) => <ErrorLine text={job.error} /> },
  {
    head: 'Arguments',
    kind: 'args',
    cell: ({ job }) => (
      <code>
        <WithLocks text={job.args} />
      </code>
    ),
  },
];

function whyColumn(ask: (job: AskedJob) => void): Column<Hit> {
  return {
    ...{ head: 'Actions', kind: 'actions' },
    cell: ({ set, queue, job: { id, name, broken } }) =>
      !broken &&
      id !== '' && (
        <button
          type="button"
          class="small"
          aria-label={`Why? ${name} ${id}`}
          onClick={() => ask({ id, name: queue ?? name, isRunning: set === 'running' })}
        >
          Why?
        </button>
      ),
  };
}

function routeOfHit({ set, job, queue = '', workerId = '' }: Hit): Route {
  const { id, at, position = 1 } = job;
  if (set === 'running') return { page: 'runningJob', worker: workerId };
  if (set === 'waiting') return { page: 'waitingJob', name: queue, position, id };
  return { page: 'job', set, at: String(at), id };
}

function whereOf({ set, job }: Hit): string {
  return set === 'waiting' ? `waiting, position ${count(job.position ?? 0)}` : set;
}

function toneOf({ set }: Hit): string {
  if (set === 'running') return 'good';
  return set === 'waiting' ? 'info' : SETS[set].tone;
}

// Milliseconds between two reports of a search: a screen reader reads each one in full.
const PAUSE = 3_000;

/** Returns a text that updates at most every few seconds while it changes constantly. */
function useSlowly(text: string, isChanging: boolean): string {
  const [shown, setShown] = useState(text);
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => {
    setShown(latest.current);
    const timer = isChanging && setInterval(() => setShown(latest.current), PAUSE);
    return () => clearInterval(timer || undefined);
  }, [isChanging]);
  return isChanging ? shown : text;
}

function describe({ hits, seen, total, state, error }: Found): string {
  const looked = `${count(seen)} of ${plural(total, 'job')}`;
  switch (state) {
    case 'idle':
      return '';
    case 'queued':
      return 'Waiting for other searches to finish.';
    case 'searching':
      return `Searched ${looked}, found ${count(hits.length)}…`;
    case 'full':
      return `Stopped after ${count(hits.length)} matches. Search for a more specific text.`;
    case 'failed':
      return `The search failed after ${looked}. ${error ?? 'The server or Redis does not answer.'}`;
    case 'stopped':
      return `Stopped after ${looked}, found ${count(hits.length)}.`;
    default:
      return `Searched ${plural(seen, 'job')}, found ${count(hits.length)}.`;
  }
}
