import { useEffect, useRef } from 'preact/hooks';
import { navigate } from './router';
import type { Route } from './routes';

const PAGES: Record<string, [to: Route, name: string]> = {
  o: [{ page: 'overview' }, 'Overview'],
  q: [{ page: 'queues' }, 'Queues'],
  n: [{ page: 'running' }, 'Running jobs'],
  w: [{ page: 'pools' }, 'Worker pools'],
  s: [{ page: 'jobs', set: 'scheduled' }, 'Scheduled jobs'],
  r: [{ page: 'jobs', set: 'retry' }, 'Retries'],
  d: [{ page: 'jobs', set: 'dead' }, 'Dead jobs'],
  p: [{ page: 'periodic' }, 'Periodic jobs'],
  m: [{ page: 'metrics' }, 'Metrics'],
  a: [{ page: 'alerts' }, 'Alerts'],
  h: [{ page: 'health' }, 'Health'],
};

const OTHERS: [keys: string[], what: string][] = [
  [['/'], 'Search'],
  [['j', 'k'], 'Down and up in a table'],
  [['x'], 'Select the job'],
  [['Shift', 'x'], 'Select all jobs from the last selected one to this one'],
  [['r'], 'Retry or run the selected jobs now'],
  [['#'], 'Delete the selected jobs (asks first)'],
  [['Esc'], 'Clear the selection'],
  [['?'], 'Show this list'],
];

// Milliseconds between g and the letter after it.
const PATIENCE = 1_500;

/** The keys that work on every page, and the list of them. */
export function Keys() {
  const help = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    let after = -Infinity;
    const deeds: Record<string, () => void> = {
      '?': () => help.current?.showModal(),
      '/': () => {
        navigate({ page: 'search' });
        document.querySelector<HTMLElement>('[data-first]')?.focus();
      },
      j: () => step(1),
      k: () => step(-1),
      x: () => toggle(false),
      X: () => toggle(true),
    };
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('dialog[open]')) return;
      const [to] = performance.now() - after < PATIENCE ? (PAGES[event.key] ?? []) : [];
      after = event.key === 'g' ? performance.now() : -Infinity;
      const deed = to === undefined ? deeds[event.key] : () => navigate(to);
      (deed ?? (() => press(event.key)))();
      if (deed) event.preventDefault();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
  return (
    <>
      <button type="button" class="keys" onClick={() => help.current?.showModal()}>
        Shortcuts <kbd>?</kbd>
      </button>
      <dialog ref={help} aria-labelledby="keys">
        <h2 id="keys">Keyboard shortcuts</h2>
        <dl class="facts">
          {Object.entries(PAGES).map(([key, [, name]]) => (
            <Row key={key} keys={['g', key]} what={name} />
          ))}
          {OTHERS.map(([keys, what]) => (
            <Row key={what} keys={keys} what={what} />
          ))}
        </dl>
        <form method="dialog" class="buttons">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}

function Row({ keys, what }: { keys: string[]; what: string }) {
  return (
    <>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{what}</dd>
    </>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches('select, textarea, input:not([type=checkbox], [type=radio])')
  );
}

function currentRow(): HTMLTableRowElement | null {
  return document.activeElement?.closest<HTMLTableRowElement>('tbody tr') ?? null;
}

/** Moves the focus to the main link or button of the next row, or of the first row of the page. */
function step(by: 1 | -1): void {
  const row = currentRow();
  const rows = [...(row?.parentElement ?? document).querySelectorAll('main tbody tr')];
  const next = row ? rows[rows.indexOf(row) + by] : rows[0];
  // The row's heading takes precedence over the checkbox before it.
  ['th a, th button', 'a, button', 'input']
    .map((selector) => next?.querySelector<HTMLElement>(selector))
    .find((target) => target)
    ?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

function toggle(shiftKey: boolean): void {
  currentRow()
    ?.querySelector('input[type=checkbox]')
    ?.dispatchEvent(new MouseEvent('click', { shiftKey, bubbles: true, cancelable: true }));
}

/** Presses the button that declares the key. */
function press(key: string): void {
  document.querySelector<HTMLElement>(`[aria-keyshortcuts="${CSS.escape(key)}"]`)?.click();
}
