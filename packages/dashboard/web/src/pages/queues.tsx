import { useState } from 'preact/hooks';
import type { Queue } from '../api';
import { count } from '../format';
import { useLive } from '../live';
import { Empty, Loading, PageHead } from '../parts/basics';
import { Table, type Column } from '../parts/table';
import { useAct } from '../parts/use-act';
import { useSession } from '../session';
import { useQueueColumns } from './queue-columns';

export function QueuesPage() {
  const { snapshot } = useLive();
  const { may } = useSession();
  const [filter, setFilter] = useState('');
  const columns = useQueueColumns();
  const wanted = filter.toLowerCase();
  const queues = snapshot?.queues.filter(({ jobName }) => jobName.toLowerCase().includes(wanted));
  return (
    <>
      <PageHead title="Queues" />
      <div class="toolbar">
        <label>
          Name contains{' '}
          <input
            type="search"
            value={filter}
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        </label>
        {queues && snapshot && filter !== '' && (
          <span class="hint" role="status">
            {count(queues.length)} of {count(snapshot.queues.length)}
          </span>
        )}
      </div>
      {!queues && <Loading />}
      {queues?.length === 0 && (
        <Empty>
          {filter === ''
            ? 'No job was ever enqueued in this namespace. Enqueue one, and it shows here.'
            : 'No queue has such a name.'}
        </Empty>
      )}
      {queues && queues.length > 0 && (
        <Table
          caption="Queues"
          columns={may('pause') ? [...columns, PAUSE] : columns}
          rows={queues}
          keyOf={({ jobName }) => jobName}
        />
      )}
    </>
  );
}

const PAUSE: Column<Queue> = {
  ...{ head: 'Actions', kind: 'actions' },
  cell: (one) => <PauseSwitch queue={one} />,
};

function PauseSwitch({ queue: { jobName, paused } }: { queue: Queue }) {
  const act = useAct();
  const path = `queues/${encodeURIComponent(jobName)}`;
  return (
    <button
      type="button"
      class="small"
      aria-label={`${paused ? 'Resume' : 'Pause'} ${jobName}`}
      onClick={() =>
        void (paused
          ? act(`${path}/unpause`, {}, `${jobName} runs again.`)
          : act(`${path}/pause`, {}, `${jobName} is paused.`))
      }
    >
      {paused ? 'Resume' : 'Pause'}
    </button>
  );
}
