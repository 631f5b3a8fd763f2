import type { ComponentChildren } from 'preact';
import { absolute, relative } from '../format';
import { useNow } from '../live';

export function Time({ at }: { at: number | undefined }) {
  const now = useNow();
  if (at === undefined) return <>–</>;
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={absolute(at)}>
      {relative(at, now)}
    </time>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export function Failure({ error }: { error: Error }) {
  return (
    <p class="failure" role="alert">
      {error.message}
    </p>
  );
}

export function Loading() {
  return (
    <p class="empty" aria-busy="true">
      Loading…
    </p>
  );
}

export function Badge({ kind, children }: { kind?: string; children: ComponentChildren }) {
  return <span class={`badge ${kind ?? ''}`}>{children}</span>;
}
