/** How somebody has left a page. */
export interface Visit {
  /** How far it was scrolled, in pixels. */
  readonly scroll: number;
  /** Where the link leads that was pressed last. */
  readonly link: string | null;
}

// By the entry of the browser's history. What a tab has seen before the page was loaded is not known any more.
const visits = new Map<string, Visit>();
const loaded = Date.now().toString(36);
let current = '';

/** Notes how the page is left. */
export function leave(): void {
  const link = document.activeElement?.closest('a')?.getAttribute('href') ?? null;
  visits.set(current, { scroll: scrollY, link });
}

/** @returns how the page was left, for somebody who has come back to it */
export function arrive(): Visit | undefined {
  const { visit } = (history.state ?? {}) as { visit?: string };
  current = visit ?? `${loaded} ${visits.size}`;
  if (visit === undefined) history.replaceState({ visit: current }, '');
  return visits.get(current);
}

/** Puts the page where it was. */
export function restore({ scroll, link }: Visit, page: HTMLElement | null): void {
  const wanted = [...(page?.querySelectorAll('a') ?? [])].find(
    (one) => link !== null && one.getAttribute('href') === link,
  );
  (wanted ?? page)?.focus({ preventScroll: true });
  scrollTo(0, scroll);
}
