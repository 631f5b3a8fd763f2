import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { absolute, duration, errorParts, isTime, relative } from '../format';
import { useNow } from '../live';
import { useZone } from '../preferences';

/** A relative time, with the absolute time as a tooltip. */
export function Time({ at }: { at: number | null | undefined }) {
  const now = useNow();
  const zone = useZone();
  if (!isTime(at)) return <>–</>;
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={absolute(at, zone)}>
      {relative(at, now)}
    </time>
  );
}

/** The time that has elapsed since a start. */
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

/** An error in a list: its class, if the text contains it, and its first line. */
export function ErrorLine({ text }: { text: string | undefined }) {
  if (text === undefined || text === '') return <>–</>;
  const { name, line } = errorParts(text);
  return (
    <span title={text}>
      {name !== undefined && (
        <>
          <span class="tag">{name}</span>{' '}
        </>
      )}
      {line}
    </span>
  );
}

/** A placeholder for content that is loading. */
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

/** The head of a page: breadcrumbs, title, and actions on the whole page. */
export function PageHead({
  title,
  tab = title,
  crumbs,
  state,
  children,
}: {
  title: string;
  /** The title of the browser's tab; default: the page's title. */
  tab?: string;
  crumbs?: ComponentChildren;
  /** Shown beside the title rather than in it, because it may tick. */
  state?: ComponentChildren;
  children?: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${tab} – Nestcraft Work`;
  }, [tab]);
  return (
    <div class="page-head">
      <div>
        {crumbs && <p class="crumbs">{crumbs}</p>}
        <div class="title">
          <h1>{title}</h1>
          {state}
        </div>
      </div>
      {children && <div class="buttons">{children}</div>}
    </div>
  );
}
