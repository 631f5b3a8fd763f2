import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, type Hit } from '../api';
import { ENDPOINTS } from '../endpoints';
import { messageOf } from '../problems';
import { addressOf, type RouteTo } from '../routes';
import { EventReader, type StreamEvent } from '../sse';

/** The progress and hits of a search. */
export interface Found {
  hits: Hit[];
  seen: number;
  total: number;
  /** `queued`: other searches come first. */
  state: 'idle' | 'queued' | 'searching' | 'done' | 'full' | 'stopped' | 'failed';
  /** The reason for a failure, if the server gives one. */
  error?: string;
}

const IDLE: Found = { hits: [], seen: 0, total: 0, state: 'idle' };

/** Runs the search in the address, until it is stopped or the page is hidden. */
export function useSearch(route: RouteTo<'search'>) {
  const [found, setFound] = useState<Found>(IDLE);
  const under = useRef<AbortController>();
  const end = (state: Found['state'], error?: string) => {
    under.current?.abort();
    setFound((before) =>
      isUnderWay(before) ? { ...before, state, ...(error && { error }) } : before,
    );
  };
  const begin = () => {
    under.current?.abort();
    const controller = new AbortController();
    under.current = controller;
    setFound({ ...IDLE, state: 'searching' });
    const { signal } = controller;
    const isCurrent = () => !signal.aborted;
    search(ENDPOINTS.search(route), signal, (event) => isCurrent() && setFound(after(event))).then(
      () => isCurrent() && end('failed'),
      (error: unknown) => isCurrent() && end('failed', messageOf(error)),
    );
  };
  const address = addressOf(route);
  useEffect(() => {
    if (route.q === undefined || route.q === '') setFound(IDLE);
    else begin();
    return () => under.current?.abort();
  }, [address]);
  useEffect(() => {
    const stopHidden = () => document.hidden && end('stopped');
    document.addEventListener('visibilitychange', stopHidden);
    return () => document.removeEventListener('visibilitychange', stopHidden);
  }, []);
  return { found, begin, stop: () => end('stopped') };
}

async function search(path: string, signal: AbortSignal, tell: (event: StreamEvent) => void) {
  const { body } = await ask(path, { signal, headers: { accept: 'text/event-stream' } });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  const events = new EventReader();
  for (;;) {
    const { done = true, value = '' } = (await reader?.read()) ?? {};
    for (const event of events.read(value)) tell(event);
    if (done) return;
  }
}

/** Returns whether a search is still running. */
export function isUnderWay({ state }: Found): boolean {
  return state === 'searching' || state === 'queued';
}

/** Applies an event to the state. A search that has ended stays ended. */
function after({ type, data }: StreamEvent): (before: Found) => Found {
  const told = JSON.parse(data) as unknown;
  return (before) => {
    if (!isUnderWay(before)) return before;
    switch (type) {
      case 'waiting':
        return { ...before, state: 'queued' };
      case 'hits':
        return { ...before, hits: [...before.hits, ...(told as Hit[])] };
      case 'progress':
        return { ...before, ...(told as { seen: number; total: number }), state: 'searching' };
      case 'end':
        return { ...before, state: (told as { full: boolean }).full ? 'full' : 'done' };
      case 'failed':
        return { ...before, state: 'failed' };
      default:
        return before;
    }
  };
}
