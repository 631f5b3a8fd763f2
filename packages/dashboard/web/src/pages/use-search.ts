import { useEffect, useRef, useState } from 'preact/hooks';
import type { Job, SetName } from '../api';

export interface Hit {
  set: SetName | 'waiting' | 'running';
  job: Job;
  queue?: string;
  workerId?: string;
}

/** How far a search has come. */
export interface Found {
  hits: Hit[];
  seen: number;
  total: number;
  state: 'idle' | 'searching' | 'done' | 'full' | 'stopped' | 'failed';
}

const IDLE: Found = { hits: [], seen: 0, total: 0, state: 'idle' };

/** Searches for `query`, a query string, as soon as there is one; until it is stopped, or nobody looks any more. */
export function useSearch(query: string) {
  const [found, setFound] = useState<Found>(IDLE);
  const source = useRef<EventSource>();
  const end = (state: Found['state']) => {
    source.current?.close();
    setFound((before) => (before.state === 'searching' ? { ...before, state } : before));
  };
  const begin = () => {
    source.current?.close();
    setFound({ ...IDLE, state: 'searching' });
    const stream = new EventSource(`api/search?${query}`);
    source.current = stream;
    stream.addEventListener('hits', (event) => {
      const hits = JSON.parse(event.data as string) as Hit[];
      setFound((before) => ({ ...before, hits: [...before.hits, ...hits] }));
    });
    stream.addEventListener('progress', (event) => {
      const progress = JSON.parse(event.data as string) as { seen: number; total: number };
      setFound((before) => ({ ...before, ...progress }));
    });
    stream.addEventListener('end', (event) => {
      end((JSON.parse(event.data as string) as { full: boolean }).full ? 'full' : 'done');
    });
    stream.addEventListener('failed', () => end('failed'));
    stream.onerror = () => end('failed');
  };
  useEffect(() => {
    if (query === '') setFound(IDLE);
    else begin();
    return () => source.current?.close();
  }, [query]);
  useEffect(() => {
    const stopHidden = () => document.hidden && end('stopped');
    document.addEventListener('visibilitychange', stopHidden);
    return () => document.removeEventListener('visibilitychange', stopHidden);
  }, []);
  return { found, begin, stop: () => end('stopped') };
}
