import { Fragment } from 'preact';
import { LOCKED } from '../../../src/views/locked';

/** Shows a text of a job, with a lock for each encrypted value. */
export function WithLocks({ text }: { text: string }) {
  return (
    <>
      {text.split(LOCKED).map((part, index) => (
        <Fragment key={index}>
          {index > 0 && <Lock />}
          {part}
        </Fragment>
      ))}
    </>
  );
}

function Lock() {
  return (
    <span class="locked" title="Encrypted: only processes with the key can read it">
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M5 7V5a3 3 0 0 1 6 0v2" fill="none" stroke="currentColor" stroke-width="1.6" />
        <rect x="3" y="7" width="10" height="7" rx="1.5" fill="currentColor" />
      </svg>
      encrypted
    </span>
  );
}
