import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { post, type Operation } from './api';
import { count, duration } from './format';
import { useLive, useNow } from './live';
import { Badge } from './parts/basics';
import { Keys } from './keys';
import { useSession } from './session';
import { ThemeSwitch } from './theme';

export function Frame({ children }: { children: ComponentChildren }) {
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const { snapshot } = useLive();
  const { readOnly } = useSession();
  useEffect(() => {
    (main.current?.querySelector<HTMLElement>('[data-first]') ?? main.current)?.focus();
    document.title = `${main.current?.querySelector('h1')?.textContent ?? ''} – Nestcraft Work`;
  }, [path]);
  const waiting = snapshot?.queues.reduce((sum, queue) => sum + queue.count, 0);
  const pages: [href: string, label: string, badge?: number][] = [
    ['/', 'Overview'],
    ['/queues', 'Queues', waiting],
    ['/workers', 'Workers', snapshot?.busy],
    ['/jobs/scheduled', 'Scheduled', snapshot?.counts.scheduled],
    ['/jobs/retry', 'Retries', snapshot?.counts.retry],
    ['/jobs/dead', 'Dead', snapshot?.counts.dead],
    ['/periodic', 'Periodic'],
    ['/metrics', 'Metrics'],
    ['/search', 'Search'],
    ['/health', 'Health'],
  ];
  return (
    <div class="frame">
      <header>
        <strong>Nestcraft Work</strong>
        {readOnly && <Badge kind="info">read-only</Badge>}
        <Keys />
        <ThemeSwitch />
      </header>
      <nav aria-label="Pages">
        <ul>
          {pages.map(([href, label, badge]) => (
            <li key={href}>
              <Link href={href} aria-current={isCurrent(href, path) ? 'page' : undefined}>
                {label}
                {badge !== undefined && badge > 0 && <span class="count">{count(badge)}</span>}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <main ref={main} tabIndex={-1}>
        <Stale />
        <Operations />
        {children}
      </main>
    </div>
  );
}

function isCurrent(href: string, path: string): boolean {
  return href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
}

function Stale() {
  const { staleSince } = useLive();
  const now = useNow();
  if (staleSince === undefined) return null;
  const seconds = Math.max(0, now - staleSince / 1000);
  return (
    <p class="stale" role="alert">
      The server or Redis has not answered for {duration(seconds)}. What you see is what was last
      known; the page goes on trying.
    </p>
  );
}

function Operations() {
  const { may } = useSession();
  const { snapshot } = useLive();
  const [closed, setClosed] = useState<string[]>([]);
  const shown = snapshot?.operations.filter(({ id }) => !closed.includes(id)) ?? [];
  if (shown.length === 0) return null;
  return (
    <ul class="operations" aria-label="Work under way">
      {shown.map((operation) => (
        <li key={operation.id}>
          <span>
            {operation.title}: {describe(operation)}
          </span>
          {operation.state === 'running' ? (
            <>
              <progress
                aria-label={operation.title}
                max={operation.progress?.total ?? 1}
                value={operation.progress?.seen ?? 0}
              />
              {may(operation.action) && (
                <button
                  type="button"
                  onClick={() => void post(`operations/${operation.id}/cancel`)}
                >
                  Cancel
                </button>
              )}
            </>
          ) : (
            <button type="button" onClick={() => setClosed([...closed, operation.id])}>
              Dismiss
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function describe({ state, progress, error }: Operation): string {
  if (state === 'failed') return `failed: ${error ?? 'no reason given'}`;
  if (!progress) return state;
  const { done, total, duplicates, unknown } = progress;
  const left = [
    duplicates > 0 && `${count(duplicates)} stay, because another like them waits`,
    unknown > 0 && `${count(unknown)} stay, because nobody knows their name`,
  ].filter(Boolean);
  return [`${state}, ${count(done)} of ${count(total)}`, ...left].join('; ');
}
