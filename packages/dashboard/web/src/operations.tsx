import { useRef, useState } from 'preact/hooks';
import type { Operation } from './api';
import { ENDPOINTS } from './endpoints';
import { useLive, useNow } from './live';
import { useAct } from './parts/use-act';
import { useSession } from './session';
import { progressText } from './words';

const TONES = {
  ...{ running: 'info', done: 'good', cancelled: 'warn', failed: 'bad', interrupted: 'bad' },
} as const;

// Seconds for which an ended operation is shown.
const SHOWN_FOR = 60;

/** Shows the bulk operations that are under way, and for a while those that have ended. */
export function Operations() {
  const { snapshot } = useLive();
  const [closed, setClosed] = useState<readonly string[]>([]);
  const shown = useRecent(snapshot?.operations).filter(({ id }) => !closed.includes(id));
  if (shown.length === 0) return null;
  return (
    <ul class="operations" aria-label="Bulk operations">
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

/** Returns the operations except those that ended before the page was opened or some time ago. Failures stay. */
function useRecent(operations: readonly Operation[] | undefined): readonly Operation[] {
  const now = useNow();
  const ends = useRef<Map<string, number>>();
  if (!operations) return [];
  const isFirst = ends.current === undefined;
  ends.current ??= new Map();
  for (const { id, state, endedAt } of operations) {
    if (state !== 'running' && !ends.current.has(id)) {
      ends.current.set(id, endedAt ?? (isFirst ? -Infinity : now));
    }
  }
  return operations.filter(({ id, state }) => {
    const end = ends.current?.get(id) ?? Infinity;
    return TONES[state] === 'bad' ? end !== -Infinity : now - end < SHOWN_FOR;
  });
}

function Progress({ operation: { id, title, action, progress } }: { operation: Operation }) {
  const { may } = useSession();
  const act = useAct();
  return (
    <>
      <progress aria-label={title} max={progress?.of ?? 1} value={progress?.scanned ?? 0} />
      {may(action) && (
        <button
          type="button"
          class="small"
          aria-label={`Cancel: ${title}`}
          onClick={() =>
            void act(ENDPOINTS.cancelOperation(id), {}, 'Cancelled. Changes made so far are kept.')
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
  return progress ? progressText(state, progress) : state;
}
