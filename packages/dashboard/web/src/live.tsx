import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { get, type Snapshot } from './api';
import { ENDPOINTS } from './endpoints';

/** What the server last told, and since when it tells nothing. */
export interface Live {
  snapshot: Snapshot | undefined;
  /** Milliseconds since the epoch, when the connection or Redis was lost. */
  staleSince: number | undefined;
}

const RETRY = 5_000;

const LiveContext = createContext<Live>({ snapshot: undefined, staleSince: undefined });
const NowContext = createContext(0);

/** One stream of snapshots and one clock for the whole page; both stand still while the page is hidden. */
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

/** Now in seconds, by the server's clock; ticks. */
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
    // After an answer that is an error a browser neither tries again nor tells which: so something else is asked.
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

/** Begins something whenever the page comes into sight, and ends it when it goes out of it. */
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
