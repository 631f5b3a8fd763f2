import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { get, type Snapshot } from './api';
import { ENDPOINTS } from './endpoints';

/** The last snapshot from the server, and the time since which no new one has arrived. */
export interface Live {
  snapshot: Snapshot | undefined;
  /** Milliseconds since the epoch, when the connection or Redis was lost. */
  staleSince: number | undefined;
}

const RETRY = 5_000;

const LiveContext = createContext<Live>({ snapshot: undefined, staleSince: undefined });
const NowContext = createContext(0);

/** Provides one stream of snapshots and one clock for the whole page; both stop while the page is hidden. */
export function LiveProvider({ children }: { children: ComponentChildren }) {
  const live = useSnapshots();
  return (
    <LiveContext.Provider value={live}>
      <NowContext.Provider value={useClock(live.snapshot)}>{children}</NowContext.Provider>
    </LiveContext.Provider>
  );
}

export function useLive(): Live {
  return useContext(LiveContext);
}

/** Returns the current time in seconds, by the server's clock; it ticks. */
export function useNow(): number {
  return useContext(NowContext);
}

function useSnapshots(): Live {
  const [live, setLive] = useState<Live>({ snapshot: undefined, staleSince: undefined });
  useWhileSeen(() => {
    let isOver = false;
    let source: EventSource;
    let retry: number | undefined;
    const lost = () =>
      setLive(({ snapshot, staleSince }) => ({ snapshot, staleSince: staleSince ?? Date.now() }));
    const open = () => {
      source = new EventSource(`api/${ENDPOINTS.events}`);
      source.addEventListener('snapshot', (event) => {
        setLive({ snapshot: JSON.parse(event.data as string) as Snapshot, staleSince: undefined });
      });
      source.addEventListener('unreachable', lost);
      source.onerror = () => {
        lost();
        if (source.readyState === EventSource.CLOSED) void reopen();
      };
    };
    // After an error response a browser neither retries nor reveals the error, so another request finds it out.
    const reopen = async () => {
      const isAllowed = await get(ENDPOINTS.me).then(
        () => true,
        () => false,
      );
      if (isOver) return;
      retry = window.setTimeout(isAllowed ? open : () => void reopen(), RETRY);
    };
    open();
    return () => {
      isOver = true;
      window.clearTimeout(retry);
      source.close();
    };
  });
  return live;
}

function useClock(snapshot: Snapshot | undefined): number {
  const [now, setNow] = useState(Date.now());
  const [offset, setOffset] = useState(0);
  useEffect(() => {
    if (snapshot) setOffset(snapshot.time - Date.now());
  }, [snapshot]);
  useWhileSeen(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  });
  return (now + offset) / 1000;
}

/** Runs something while the page is visible: starts it when the page is shown and ends it when the page is hidden. */
function useWhileSeen(begin: () => () => void): void {
  useEffect(() => {
    let end: (() => void) | undefined;
    const follow = () => {
      end?.();
      end = document.hidden ? undefined : begin();
    };
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      end?.();
    };
  }, []);
}
