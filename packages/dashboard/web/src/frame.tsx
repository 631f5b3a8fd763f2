import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { refusal, type Snapshot } from './api';
import { count, duration } from './format';
import { Keys } from './keys';
import { useLive, useNow } from './live';
import { BulkTasks } from './bulk-tasks';
import { Badge } from './parts/basics';
import { PreferenceSwitches } from './preferences';
import { withReturnTo } from './problems';
import { Link, useRoute } from './router';
import { addressOf, identityOf, type Route } from './routes';
import { useSession } from './session';
import { StallBanner } from './stall-banner';
import { useStore } from './store';
import { arrive, restore } from './visits';

/** The navigation with all pages, the global messages, and the page. */
export function Frame({ children }: { children: ComponentChildren }) {
  const route = useRoute();
  const identity = route ? identityOf(route) : '';
  const address = route && addressOf(route);
  const main = useRef<HTMLElement>(null);
  const shown = useRef<string | null>(null);
  useEffect(() => {
    const visit = arrive();
    if (shown.current === identity) return; // a different part of the same list
    if (visit) restore(visit, main.current);
    else begin(main.current, shown.current === null);
    shown.current = identity;
  }, [address]);
  return (
    <div class="frame">
      <div class="rail">
        <Brand onSkip={() => main.current?.focus()} />
        <Pages route={route} />
        <Foot />
      </div>
      <main ref={main} tabIndex={-1}>
        <SignedOut />
        <Stale />
        <StallBanner />
        <BulkTasks />
        {children}
      </main>
    </div>
  );
}

/**
 * Moves focus and scroll position to the beginning of a page.
 *
 * @param isFirst whether the page was just opened; then only an element marked `data-first` gets the focus
 */
function begin(page: HTMLElement | null, isFirst: boolean): void {
  const first = page?.querySelector<HTMLElement>('[data-first]');
  if (first || !isFirst) (first ?? page)?.focus();
  scrollTo(0, 0);
}

function Brand({ onSkip }: { onSkip: () => void }) {
  const { namespace } = useSession();
  return (
    <header>
      <button type="button" class="skip" onClick={onSkip}>
        Skip to the content
      </button>
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="var(--accent)" />
        <path
          d="M8 10h16M8 16h11M8 22h6"
          stroke="var(--on-accent)"
          stroke-width="3"
          stroke-linecap="round"
        />
      </svg>
      <strong>Nestcraft Work</strong>
      <span class="namespace" title="Namespace in Redis">
        {namespace}
      </span>
    </header>
  );
}

interface Entry {
  to: Route;
  label: string;
  /** The number shown beside the label; omitted if zero. */
  number?: number | undefined;
  /** The unit of the number, if it differs from the label. */
  unit?: string;
  tone?: 'bad';
}

function Pages({ route }: { route: Route | undefined }) {
  const { snapshot } = useLive();
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
    // The first snapshot adds numbers, which move the links.
  }, [route, snapshot === undefined]);
  return (
    <nav aria-label="Pages" ref={nav}>
      {groupsOf(snapshot).map((entries, index) => (
        <ul key={index}>
          {entries.map(({ to, label, number = 0, unit, tone }) => (
            <li key={label}>
              <Link to={to} aria-current={route && isWithin(route, to) ? 'page' : undefined}>
                {label}
                {number > 0 && (
                  <span class={`count ${tone ?? ''}`}>
                    {count(number)} {unit}
                  </span>
                )}
              </Link>
            </li>
          ))}
        </ul>
      ))}
    </nav>
  );
}

function groupsOf(snapshot: Snapshot | undefined): Entry[][] {
  const { scheduled, retry, dead } = snapshot?.counts ?? {};
  const waiting = snapshot?.queues.reduce((sum, queue) => sum + queue.count, 0);
  return [
    [
      { to: { page: 'overview' }, label: 'Overview' },
      { to: { page: 'queues' }, label: 'Queues', number: waiting, unit: 'waiting' },
      { to: { page: 'running' }, label: 'Running', number: snapshot?.busy },
      { to: { page: 'pools' }, label: 'Pools', number: snapshot?.pools.length },
    ],
    [
      { to: { page: 'jobs', set: 'scheduled' }, label: 'Scheduled', number: scheduled },
      { to: { page: 'jobs', set: 'retry' }, label: 'Retries', number: retry },
      { to: { page: 'jobs', set: 'dead' }, label: 'Dead', number: dead, tone: 'bad' },
      { to: { page: 'periodic' }, label: 'Periodic' },
    ],
    [
      { to: { page: 'metrics' }, label: 'Metrics' },
      { to: { page: 'search' }, label: 'Search' },
      { to: { page: 'alerts' }, label: 'Alerts', number: snapshot?.stalling, tone: 'bad' },
      { to: { page: 'health' }, label: 'Health' },
    ],
  ];
}

/** Returns whether a page belongs to an entry or lies below it. */
function isWithin(route: Route, entry: Route): boolean {
  const [path, below] = [addressOf(entry), identityOf(route)];
  return path === '/' ? below === '/' : below === path || below.startsWith(`${path}/`);
}

function Foot() {
  const { readOnly } = useSession();
  const [tone, word] = useConnection();
  return (
    <footer>
      <span>
        <span class={`live ${tone}`}>{word}</span>{' '}
        {readOnly && <Badge kind="info">read-only</Badge>}
      </span>
      <PreferenceSwitches />
      <Keys />
    </footer>
  );
}

function useConnection(): [tone: string, word: string] {
  const { snapshot, staleSince } = useLive();
  const isSignedOut = useStore(refusal) !== undefined;
  if (isSignedOut) return ['bad', 'Signed out'];
  if (staleSince !== undefined) return ['bad', 'Stale'];
  return snapshot ? ['good', 'Live'] : ['', 'Connecting'];
}

function Stale() {
  const { staleSince } = useLive();
  const isSignedOut = useStore(refusal) !== undefined;
  const now = useNow();
  if (staleSince === undefined || isSignedOut) return null;
  return (
    <p class="stale" role="alert">
      The server or Redis has not answered for{' '}
      <span aria-hidden="true">{duration(Math.max(0, now - staleSince / 1000))}</span>. This page
      shows the last known state and keeps retrying.
    </p>
  );
}

/** Shown when the session is over: the page is no longer up to date, even if data still arrives. */
function SignedOut() {
  const error = useStore(refusal);
  if (!error) return null;
  return (
    <p class="stale" role="alert">
      You are signed out. This page shows the last known state.{' '}
      {error.loginUrl === undefined ? (
        <button type="button" onClick={() => location.reload()}>
          Reload to sign in
        </button>
      ) : (
        <a class="button" href={withReturnTo(error.loginUrl, location)}>
          Sign in
        </a>
      )}
    </p>
  );
}
