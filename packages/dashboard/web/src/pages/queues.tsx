import type { Queue } from '../api';
import { ENDPOINTS } from '../endpoints';
import { count } from '../format';
import { useLive } from '../live';
import { Empty, Loading, PageHead } from '../parts/basics';
import { Table, type Column } from '../parts/table';
import { useAct } from '../parts/use-act';
import { navigate } from '../router';
import type { RouteTo } from '../routes';
import { useSession } from '../session';
import { useQueueColumns } from './queue-columns';

export function QueuesPage({ route }: { route: RouteTo<'queues'> }) {
  const { snapshot } = useLive();
  const { may } = useSession();
  const { filter = '', sort } = route;
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
            onInput={(event) =>
              navigate(
                { ...route, filter: event.currentTarget.value || undefined },
                { replace: true },
              )
            }
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
            ? 'No queues yet. A queue appears here when its first job is enqueued.'
            : 'No queue name contains this text.'}
        </Empty>
      )}
      {queues && queues.length > 0 && (
        <Table
          caption="Queues"
          columns={may('pause') ? [...columns, PAUSE] : columns}
          rows={queues}
          keyOf={({ jobName }) => jobName}
          sort={sort}
          onSort={(by) => navigate({ ...route, sort: by }, { replace: true })}
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
  return (
    <button
      type="button"
      class="small"
      aria-label={`${paused ? 'Resume' : 'Pause'} ${jobName}`}
      onClick={() =>
        void (paused
          ? act(ENDPOINTS.queue(jobName, 'resume'), {}, `${jobName} is resumed.`)
          : act(ENDPOINTS.queue(jobName, 'pause'), {}, `${jobName} is paused.`))
      }
    >
      {paused ? 'Resume' : 'Pause'}
    </button>
  );
}
