import { useState } from 'preact/hooks';
import type { Queue } from '../api';
import { plural } from '../format';
import { useConfirm } from '../parts/confirm';
import { useAct } from '../parts/use-act';
import { useSession } from '../session';

/** Pause, resume, limit and empty a queue. */
export function QueueActions({ name, queue }: { name: string; queue: Queue | undefined }) {
  const { may } = useSession();
  const path = `queues/${encodeURIComponent(name)}`;
  const waiting = queue?.count ?? 0;
  return (
    <div class="toolbar">
      {may('pause') && <Pause name={name} path={path} paused={queue?.paused ?? false} />}
      {may('limit') && <Limit name={name} path={path} />}
      {may('empty') && waiting > 0 && <EmptyButton name={name} path={path} waiting={waiting} />}
    </div>
  );
}

function Pause({ name, path, paused }: { name: string; path: string; paused: boolean }) {
  const act = useAct();
  const [minutes, setMinutes] = useState('');
  if (paused) {
    return (
      <button type="button" onClick={() => void act(`${path}/unpause`, {}, `${name} runs again.`)}>
        Resume
      </button>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const body = minutes === '' ? {} : { seconds: Math.round(Number(minutes) * 60) };
        void act(`${path}/pause`, body, `${name} is paused.`);
      }}
    >
      <label>
        Pause for{' '}
        <input
          type="number"
          min="1"
          step="1"
          placeholder="ever"
          value={minutes}
          onInput={(event) => setMinutes(event.currentTarget.value)}
        />{' '}
        minutes
      </label>
      <button type="submit">Pause</button>
    </form>
  );
}

function Limit({ name, path }: { name: string; path: string }) {
  const act = useAct();
  const [limit, setLimit] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void act(`${path}/limit`, { limit: Number(limit) }, `The limit of ${name} is set.`);
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

function EmptyButton({ name, path, waiting }: { name: string; path: string; waiting: number }) {
  const act = useAct();
  const ask = useConfirm();
  return (
    <button
      type="button"
      class="danger end"
      onClick={() =>
        ask({
          title: `Delete ${plural(waiting, 'waiting job')} of ${name}?`,
          detail: 'They cannot be brought back. Jobs that run go on.',
          verb: `Delete ${plural(waiting, 'job')}`,
          many: waiting,
          act: () => act(`${path}/empty`, {}, `${name} is being emptied.`),
        })
      }
    >
      Empty
    </button>
  );
}
