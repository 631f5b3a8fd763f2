import type { JobDetail, JobSetName } from '../api';
import { ENDPOINTS } from '../endpoints';
import { useConfirm } from '../parts/confirm';
import { useAct } from '../parts/use-act';
import { navigate, useWayBack } from '../router';
import { useSession } from '../session';
import { consequence, SETS, summary } from '../words';

/** The actions on a scheduled, retry or dead job. */
export function SetJobActions({ set, job }: { set: JobSetName; job: JobDetail }) {
  const { may } = useSession();
  const ask = useConfirm();
  const act = useAct();
  const list = useWayBack({ page: 'jobs', set });
  const jobs = [{ at: job.at, id: job.id }];
  const run = async (what: 'run' | 'delete' | 'kill') => {
    const path = ENDPOINTS.act(set, what);
    const isDone = await act(path, { jobs }, ({ results }) => summary(results));
    if (isDone) navigate(list);
  };
  const which = job.name === '' ? '' : ` named ${job.name}`;
  return (
    <>
      {may('retry') && !job.broken && (
        <button type="button" class="primary" aria-keyshortcuts="r" onClick={() => void run('run')}>
          {SETS[set].verb}
        </button>
      )}
      {set === 'retry' && may('kill') && (
        <button
          type="button"
          class="danger"
          onClick={() =>
            ask({
              title: `Kill 1 job${which}?`,
              detail: consequence('Kill', 1),
              verb: 'Kill 1 job',
              act: () => run('kill'),
            })
          }
        >
          Kill
        </button>
      )}
      {may('delete') && (
        <button
          type="button"
          class="danger"
          aria-keyshortcuts="#"
          onClick={() =>
            ask({
              title: `Delete 1 job${which}?`,
              detail: consequence('Delete', 1),
              verb: 'Delete 1 job',
              act: () => run('delete'),
            })
          }
        >
          Delete
        </button>
      )}
    </>
  );
}

/** The actions on a waiting job. */
export function WaitingJobActions({ name, job }: { name: string; job: JobDetail }) {
  const { may } = useSession();
  const ask = useConfirm();
  const act = useAct();
  const queue = useWayBack({ page: 'queue', name });
  const remove = async () => {
    const jobs = [{ position: job.position, id: job.id }];
    const path = ENDPOINTS.queue(name, 'delete');
    const isDone = await act(path, { jobs }, ({ results }) => summary(results));
    if (isDone) navigate(queue);
  };
  if (!may('delete')) return null;
  return (
    <button
      type="button"
      class="danger"
      aria-keyshortcuts="#"
      onClick={() =>
        ask({
          title: `Delete 1 waiting job named ${name}?`,
          detail: consequence('Delete', 1),
          verb: 'Delete 1 job',
          act: remove,
        })
      }
    >
      Delete
    </button>
  );
}
