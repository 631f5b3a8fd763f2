import { useEffect, useRef } from 'preact/hooks';
import { useLocation } from 'wouter-preact';

const PAGES: Record<string, [path: string, name: string]> = {
  o: ['/', 'Overview'],
  q: ['/queues', 'Queues'],
  w: ['/workers', 'Workers'],
  s: ['/jobs/scheduled', 'Scheduled jobs'],
  r: ['/jobs/retry', 'Retries'],
  d: ['/jobs/dead', 'Dead jobs'],
  p: ['/periodic', 'Periodic jobs'],
  m: ['/metrics', 'Metrics'],
  f: ['/search', 'Search'],
  h: ['/health', 'Health'],
};

// Milliseconds between g and the letter after it.
const PATIENCE = 1_500;

/** The keys that work on every page, and the list of them. */
export function Keys() {
  const [, navigate] = useLocation();
  const help = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    let after = -Infinity;
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^(INPUT|SELECT|TEXTAREA)$/.test((event.target as HTMLElement).tagName)) return;
      const [path] = PAGES[event.key] ?? [];
      if (path !== undefined && performance.now() - after < PATIENCE) navigate(path);
      after = event.key === 'g' ? performance.now() : -Infinity;
      if (event.key === '?') help.current?.showModal();
      if (event.key === '/') {
        event.preventDefault();
        navigate('/search');
        document.querySelector<HTMLElement>('[data-first]')?.focus();
      }
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [navigate]);
  return (
    <>
      <button type="button" class="keys" onClick={() => help.current?.showModal()}>
        Keys
      </button>
      <dialog ref={help} aria-labelledby="keys">
        <h2 id="keys">Keys</h2>
        <dl class="facts">
          {Object.entries(PAGES).map(([key, [path, name]]) => (
            <>
              <dt key={path}>
                <kbd>g</kbd> <kbd>{key}</kbd>
              </dt>
              <dd>{name}</dd>
            </>
          ))}
          <dt>
            <kbd>/</kbd>
          </dt>
          <dd>Search</dd>
          <dt>
            <kbd>j</kbd> <kbd>k</kbd>
          </dt>
          <dd>Down and up in a table</dd>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>This list</dd>
        </dl>
        <form method="dialog" class="buttons">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}
