import { useEffect, useRef, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { Job, SetName } from '../api';
import { count, plural } from '../format';
import { Empty, Table, Time } from '../parts/basics';
import { SETS } from './jobs';

interface Hit {
  set: SetName;
  job: Job;
}

interface State {
  hits: Hit[];
  seen: number;
  state: 'idle' | 'searching' | 'done' | 'full' | 'stopped' | 'failed';
}

const IDLE: State = { hits: [], seen: 0, state: 'idle' };

export function SearchPage() {
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<State>(IDLE);
  const source = useRef<EventSource>();
  const stop = (state: State['state']) => {
    source.current?.close();
    setFound((before) => (before.state === 'searching' ? { ...before, state } : before));
  };
  useEffect(() => () => source.current?.close(), []);
  const search = () => {
    source.current?.close();
    setFound({ ...IDLE, state: 'searching' });
    const stream = new EventSource(`api/search?${new URLSearchParams({ q: query })}`);
    source.current = stream;
    stream.addEventListener('hits', (event) => {
      const hits = JSON.parse(event.data) as Hit[];
      setFound((before) => ({ ...before, hits: [...before.hits, ...hits] }));
    });
    stream.addEventListener('progress', (event) => {
      const { seen } = JSON.parse(event.data) as { seen: number };
      setFound((before) => ({ ...before, seen }));
    });
    stream.addEventListener('end', (event) => {
      stop((JSON.parse(event.data) as { full: boolean }).full ? 'full' : 'done');
    });
    stream.addEventListener('failed', () => stop('failed'));
    stream.onerror = () => stop('failed');
  };
  const { hits, seen, state } = found;
  return (
    <>
      <h1>Search</h1>
      <form
        class="actions"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          search();
        }}
      >
        <label>
          Text in the id, name, arguments or error of a scheduled, retry or dead job{' '}
          <input
            type="search"
            required
            maxLength={200}
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Search</button>
        {state === 'searching' && (
          <button type="button" onClick={() => stop('stopped')}>
            Stop
          </button>
        )}
      </form>
      <p role="status">{describe(found)}</p>
      {hits.length > 0 && (
        <Table caption="Found jobs" head={['Job', 'Where', 'When', 'Error', 'Arguments']}>
          {hits.map(({ set, job }) => (
            <tr key={`${set} ${job.at} ${job.id}`}>
              <th scope="row">
                {job.broken ? (
                  'no job'
                ) : (
                  <Link href={`/jobs/${set}/${job.at}/${encodeURIComponent(job.id)}`}>
                    {job.name}
                  </Link>
                )}
              </th>
              <td>{SETS[set].title}</td>
              <td>
                <Time at={job.at} />
              </td>
              <td class="error">{job.error ?? '–'}</td>
              <td class="args">
                <code>{job.args}</code>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {state === 'done' && hits.length === 0 && (
        <Empty>
          Nothing of {plural(seen, 'job')} holds that text. Waiting jobs are not searched.
        </Empty>
      )}
    </>
  );
}

function describe({ hits, seen, state }: State): string {
  switch (state) {
    case 'idle':
      return '';
    case 'searching':
      return `Looked at ${plural(seen, 'job')}, found ${count(hits.length)}…`;
    case 'full':
      return `Found ${count(hits.length)} and looked no further. Ask for something rarer.`;
    case 'failed':
      return 'The search broke off: the server or Redis does not answer.';
    default:
      return `Looked at ${plural(seen, 'job')}, found ${count(hits.length)}.`;
  }
}
