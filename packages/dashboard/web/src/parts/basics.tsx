import type { ComponentChildren } from 'preact';
import { absolute, duration, relative } from '../format';
import { useNow } from '../live';
import { useZone } from '../preferences';

/** How far away a time is; where the pointer rests, when that is. */
export function Time({ at }: { at: number | undefined }) {
  const now = useNow();
  const zone = useZone();
  if (at === undefined) return <>–</>;
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={absolute(at, zone)}>
      {relative(at, now)}
    </time>
  );
}

/** For how long something has been going on. */
export function Elapsed({ since }: { since: number }) {
  return <>{duration(useNow() - since)}</>;
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export function Failure({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  return (
    <p class="failure" role="alert">
      {error.message}{' '}
      {onRetry && (
        <button type="button" class="small" onClick={onRetry}>
          Try again
        </button>
      )}
    </p>
  );
}

/** In the place of what is still on its way. */
export function Loading({ rows = 5 }: { rows?: number }) {
  return (
    <div class="loading" role="status" aria-busy="true">
      <div class="hidden">Loading…</div>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  );
}

export function Badge({ kind, children }: { kind?: string; children: ComponentChildren }) {
  return <span class={`badge ${kind ?? ''}`}>{children}</span>;
}

/** What stands above a page: where it belongs, its title, and what can be done with the whole. */
export function PageHead({
  title,
  crumbs,
  state,
  children,
}: {
  title: string;
  crumbs?: ComponentChildren;
  state?: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <div class="page-head">
      <div>
        {crumbs && <p class="crumbs">{crumbs}</p>}
        <h1>
          {title} {state}
        </h1>
      </div>
      {children && <div class="buttons">{children}</div>}
    </div>
  );
}
