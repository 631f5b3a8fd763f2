import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { count, duration } from './format';
import { Keys } from './keys';
import { useLive, useNow } from './live';
import { Operations } from './operations';
import { Badge } from './parts/basics';
import { PreferenceSwitches } from './preferences';
import { useSession } from './session';

export function Frame({ children }: { children: ComponentChildren }) {
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    (main.current?.querySelector<HTMLElement>('[data-first]') ?? main.current)?.focus();
    window.scrollTo(0, 0);
    document.title = `${main.current?.querySelector('h1')?.textContent ?? ''} – Nestcraft Work`;
  }, [path]);
  return (
    <div class="frame">
      <div class="rail">
        <Brand />
        <Pages path={path} />
        <Foot />
      </div>
      <main ref={main} tabIndex={-1}>
        <Stale />
        <Operations />
        {children}
      </main>
    </div>
  );
}

function Brand() {
  const { namespace } = useSession();
  return (
    <header>
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

interface Page {
  href: string;
  label: string;
  badge?: number | undefined;
  tone?: 'bad';
}

function Pages({ path }: { path: string }) {
  const { snapshot } = useLive();
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [path]);
  const { scheduled, retry, dead } = snapshot?.counts ?? {};
  const groups: Page[][] = [
    [
      { href: '/', label: 'Overview' },
      {
        ...{ href: '/queues', label: 'Queues' },
        badge: snapshot?.queues.reduce((sum, queue) => sum + queue.count, 0),
      },
      { href: '/running', label: 'Running', badge: snapshot?.busy },
      { href: '/workers', label: 'Workers', badge: snapshot?.pools.length },
    ],
    [
      { href: '/jobs/scheduled', label: 'Scheduled', badge: scheduled },
      { href: '/jobs/retry', label: 'Retries', badge: retry },
      { href: '/jobs/dead', label: 'Dead', badge: dead, tone: 'bad' },
      { href: '/periodic', label: 'Periodic' },
    ],
    [
      { href: '/metrics', label: 'Metrics' },
      { href: '/search', label: 'Search' },
      { href: '/health', label: 'Health' },
    ],
  ];
  return (
    <nav aria-label="Pages" ref={nav}>
      {groups.map((pages, index) => (
        <ul key={index}>
          {pages.map(({ href, label, badge = 0, tone }) => (
            <li key={href}>
              <Link href={href} aria-current={isCurrent(href, path) ? 'page' : undefined}>
                {label}
                {badge > 0 && <span class={`count ${tone ?? ''}`}>{count(badge)}</span>}
              </Link>
            </li>
          ))}
        </ul>
      ))}
    </nav>
  );
}

function isCurrent(href: string, path: string): boolean {
  return href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
}

function Foot() {
  const { snapshot, staleSince } = useLive();
  const { readOnly } = useSession();
  const [tone, word] =
    staleSince !== undefined ? ['bad', 'Stale'] : snapshot ? ['good', 'Live'] : ['', 'Connecting'];
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

function Stale() {
  const { staleSince } = useLive();
  const now = useNow();
  if (staleSince === undefined) return null;
  return (
    <p class="stale" role="alert">
      The server or Redis has not answered for{' '}
      <span aria-hidden="true">{duration(Math.max(0, now - staleSince / 1000))}</span>. What you see
      is what was last known; the page goes on trying.
    </p>
  );
}
