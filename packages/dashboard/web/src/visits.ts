/** The state of a page when the user left it. */
export interface Visit {
  /** The scroll position in pixels. */
  readonly scroll: number;
  /** The target of the last link that was pressed. */
  readonly link: string | null;
}

// By entry of the browser's history. Visits from before the page was loaded are lost.
const visits = new Map<string, Visit>();
const loaded = Date.now().toString(36);
let current = '';

/** Records the state of the page that is being left. */
export function leave(): void {
  const link = document.activeElement?.closest('a')?.getAttribute('href') ?? null;
  visits.set(current, { scroll: scrollY, link });
}

/** Returns the recorded state of the page if the user has come back to it. */
export function arrive(): Visit | undefined {
  const { visit } = (history.state ?? {}) as { visit?: string };
  current = visit ?? `${loaded} ${visits.size}`;
  if (visit === undefined) history.replaceState({ visit: current }, '');
  return visits.get(current);
}

/** Restores the page's scroll position and focus. */
export function restore({ scroll, link }: Visit, page: HTMLElement | null): void {
  const wanted = [...(page?.querySelectorAll('a') ?? [])].find(
    (one) => link !== null && one.getAttribute('href') === link,
  );
  (wanted ?? page)?.focus({ preventScroll: true });
  scrollTo(0, scroll);
}
