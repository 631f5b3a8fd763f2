import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Snapshot } from './api';

/** What the server last told, and since when it tells nothing. */
export interface Live {
  snapshot: Snapshot | undefined;
  /** Milliseconds since the epoch, when the connection or Redis was lost. */
  staleSince: number | undefined;
}

const LiveContext = createContext<Live>({ snapshot: undefined, staleSince: undefined });

/** One stream of snapshots for the whole page; closed while the page is hidden. */
export function LiveProvider({ children }: { children: ComponentChildren }) {
  const [live, setLive] = useState<Live>({ snapshot: undefined, staleSince: undefined });
  useEffect(() => {
    let source: EventSource | undefined;
    const lost = () =>
      setLive(({ snapshot, staleSince }) => ({ snapshot, staleSince: staleSince ?? Date.now() }));
    const open = () => {
      source = new EventSource('api/events');
      source.addEventListener('snapshot', (event) => {
        setLive({ snapshot: JSON.parse(event.data as string) as Snapshot, staleSince: undefined });
      });
      source.addEventListener('unreachable', lost);
      source.onerror = () => {
        lost();
        // A browser does not try again by itself after an answer that is an error.
        if (source?.readyState === EventSource.CLOSED) retry = window.setTimeout(open, 5_000);
      };
    };
    let retry: number | undefined;
    const follow = () => {
      window.clearTimeout(retry);
      source?.close();
      if (!document.hidden) open();
    };
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      window.clearTimeout(retry);
      source?.close();
    };
  }, []);
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

export function useLive(): Live {
  return useContext(LiveContext);
}

/** Now in seconds, by the server's clock; ticks. */
export function useNow(): number {
  const { snapshot } = useLive();
  const [offset, setOffset] = useState(0);
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (snapshot) setOffset(snapshot.time - Date.now());
  }, [snapshot]);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (now + offset) / 1000;
}
