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

/** A table that can be scrolled sideways where it does not fit, by keyboard, too. */
export function Table({
  caption,
  head,
  children,
}: {
  caption: string;
  head: readonly ComponentChildren[];
  children: ComponentChildren;
}) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {head.map((cell, index) => (
              <th key={index} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
