import { useState } from 'preact/hooks';
import type { Operation } from './api';
import { count } from './format';
import { useLive } from './live';
import { useAct } from './parts/use-act';
import { useSession } from './session';

const TONES = { running: 'info', done: 'good', cancelled: 'warn', failed: 'bad' } as const;

/** The work on many jobs that is under way, and how what is over has ended. */
export function Operations() {
  const { snapshot } = useLive();
  const [closed, setClosed] = useState<string[]>([]);
  const shown = snapshot?.operations.filter(({ id }) => !closed.includes(id)) ?? [];
  if (shown.length === 0) return null;
  return (
    <ul class="operations" aria-label="Work on many jobs">
      {shown.map((operation) => (
        <li key={operation.id} class={TONES[operation.state]}>
          <span>
            {operation.title}: {describe(operation)}
          </span>
          {operation.state === 'running' ? (
            <Progress operation={operation} />
          ) : (
            <button
              type="button"
              class="small"
              aria-label={`Dismiss: ${operation.title}`}
              onClick={() => setClosed([...closed, operation.id])}
            >
              Dismiss
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Progress({ operation: { id, title, action, progress } }: { operation: Operation }) {
  const { may } = useSession();
  const act = useAct();
  return (
    <>
      <progress aria-label={title} max={progress?.total ?? 1} value={progress?.seen ?? 0} />
      {may(action) && (
        <button
          type="button"
          class="small"
          aria-label={`Cancel: ${title}`}
          onClick={() =>
            void act(`operations/${id}/cancel`, {}, 'Cancelled. What is done stays done.')
          }
        >
          Cancel
        </button>
      )}
    </>
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
