import { useState } from 'preact/hooks';
import type { Queue } from '../api';
import { ENDPOINTS } from '../endpoints';
import { plural } from '../format';
import { useConfirm } from '../parts/confirm';
import { useAct } from '../parts/use-act';
import { useSession } from '../session';
import { consequence } from '../words';

/** Pause, resume, limit and empty a queue. */
export function QueueActions({ name, queue }: { name: string; queue: Queue | undefined }) {
  const { may } = useSession();
  const waiting = queue?.count ?? 0;
  return (
    <div class="toolbar">
      {may('pause') && <Pause name={name} paused={queue?.paused ?? false} />}
      {may('limit') && <Limit name={name} />}
      {may('empty') && waiting > 0 && <EmptyButton name={name} waiting={waiting} />}
    </div>
  );
}

function Pause({ name, paused }: { name: string; paused: boolean }) {
  const act = useAct();
  const [minutes, setMinutes] = useState('');
  if (paused) {
    return (
      <button
        type="button"
        onClick={() => void act(ENDPOINTS.queue(name, 'resume'), {}, `${name} is resumed.`)}
      >
        Resume
      </button>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const body = minutes === '' ? {} : { seconds: Math.round(Number(minutes) * 60) };
        void act(ENDPOINTS.queue(name, 'pause'), body, `${name} is paused.`);
      }}
    >
      <label>
        Pause for{' '}
        <input
          type="number"
          min="1"
          step="1"
          placeholder="unlimited"
          value={minutes}
          onInput={(event) => setMinutes(event.currentTarget.value)}
        />{' '}
        minutes
      </label>
      <button type="submit">Pause</button>
    </form>
  );
}

/** Sets the number of jobs of a name that may run at once. */
export function Limit({ name }: { name: string }) {
  const act = useAct();
  const [limit, setLimit] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void act(
          ENDPOINTS.queue(name, 'limit'),
          { limit: Number(limit) },
          `The limit of ${name} is set.`,
        );
      }}
    >
      <label>
        At most{' '}
        <input
          type="number"
          min="0"
          step="1"
          required
          placeholder="0: no limit"
          value={limit}
          onInput={(event) => setLimit(event.currentTarget.value)}
        />{' '}
        at once
      </label>
      <button type="submit">Set limit</button>
    </form>
  );
}

function EmptyButton({ name, waiting }: { name: string; waiting: number }) {
  const act = useAct();
  const ask = useConfirm();
  return (
    <button
      type="button"
      class="danger end"
      onClick={() =>
        ask({
          title: `Delete ${plural(waiting, 'waiting job')} named ${name}?`,
          detail: `${consequence('Delete', waiting)} Running jobs continue.`,
          verb: `Delete ${plural(waiting, 'job')}`,
          many: waiting,
          act: () => act(ENDPOINTS.queue(name, 'empty'), {}, `${name} is being emptied.`),
        })
      }
    >
      Empty
    </button>
  );
}
