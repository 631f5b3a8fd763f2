import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, type Hit } from '../api';
import { ENDPOINTS } from '../endpoints';
import { messageOf } from '../problems';
import { addressOf, type RouteTo } from '../routes';
import { EventReader, type StreamEvent } from '../sse';

/** How far a search has come. */
export interface Found {
  hits: Hit[];
  seen: number;
  total: number;
  /** `queued`: the searches of others come first. */
  state: 'idle' | 'queued' | 'searching' | 'done' | 'full' | 'stopped' | 'failed';
  /** Why it failed, if the server says so. */
  error?: string;
}

const IDLE: Found = { hits: [], seen: 0, total: 0, state: 'idle' };

/** Searches for what the address asks for; until it is stopped, or nobody looks any more. */
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

/** Whether a search has not ended. */
export function isUnderWay({ state }: Found): boolean {
  return state === 'searching' || state === 'queued';
}

/** What is known after an event; a search that has ended stays so. */
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
