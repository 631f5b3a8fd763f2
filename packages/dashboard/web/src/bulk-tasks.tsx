import { useRef, useState } from 'preact/hooks';
import type { BulkTask } from './api';
import { ENDPOINTS } from './endpoints';
import { useLive, useNow } from './live';
import { useAct } from './parts/use-act';
import { useSession } from './session';
import { progressText } from './words';

const TONES = {
  ...{ running: 'info', done: 'good', cancelled: 'warn', failed: 'bad', interrupted: 'bad' },
} as const;

// Seconds for which an ended task is shown.
const SHOWN_FOR = 60;

/** Shows the bulk tasks that are under way, and for a while those that have ended. */
export function BulkTasks() {
  const { snapshot } = useLive();
  const [closed, setClosed] = useState<readonly string[]>([]);
  const shown = useRecent(snapshot?.bulkTasks).filter(({ id }) => !closed.includes(id));
  if (shown.length === 0) return null;
  return (
    <ul class="bulk-tasks" aria-label="Bulk tasks">
      {shown.map((task) => (
        <li key={task.id} class={TONES[task.state]}>
          <span>
            {task.title}: {describe(task)}
          </span>
          {task.state === 'running' ? (
            <Progress task={task} />
          ) : (
            <button
              type="button"
              class="small"
              aria-label={`Dismiss: ${task.title}`}
              onClick={() => setClosed([...closed, task.id])}
            >
              Dismiss
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Returns the tasks except those that ended before the page was opened or some time ago. Failures stay. */
function useRecent(tasks: readonly BulkTask[] | undefined): readonly BulkTask[] {
  const now = useNow();
  const ends = useRef<Map<string, number>>();
  if (!tasks) return [];
  const isFirst = ends.current === undefined;
  ends.current ??= new Map();
  for (const { id, state, endedAt } of tasks) {
    if (state !== 'running' && !ends.current.has(id)) {
      ends.current.set(id, endedAt ?? (isFirst ? -Infinity : now));
    }
  }
  return tasks.filter(({ id, state }) => {
    const end = ends.current?.get(id) ?? Infinity;
    return TONES[state] === 'bad' ? end !== -Infinity : now - end < SHOWN_FOR;
  });
}

function Progress({ task: { id, title, action, progress } }: { task: BulkTask }) {
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
            void act(ENDPOINTS.cancelBulkTask(id), {}, 'Cancelled. Changes made so far are kept.')
          }
        >
          Cancel
        </button>
      )}
    </>
  );
}

function describe({ state, progress, error }: BulkTask): string {
  if (state === 'failed') return `failed: ${error ?? 'no reason given'}`;
  return progress ? progressText(state, progress) : state;
}
