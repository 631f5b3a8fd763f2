import { useLocation } from 'wouter-preact';
import type { JobDetail, SetName } from '../api';
import { useConfirm } from '../parts/confirm';
import { useAct } from '../parts/use-act';
import { useSession } from '../session';
import { listHref, queueHref, SETS, summary } from '../words';

/** What can be done with a scheduled, retry or dead job. */
export function SetJobActions({ set, job }: { set: SetName; job: JobDetail }) {
  const { may } = useSession();
  const ask = useConfirm();
  const act = useAct();
  const [, navigate] = useLocation();
  const jobs = [{ at: job.at, id: job.id }];
  const run = async (what: 'enqueue' | 'delete' | 'kill') => {
    const path = `jobs/${set}/${what}`;
    if (await act(path, { jobs }, ({ results }) => summary(results))) navigate(listHref(set));
  };
  const which = job.name === '' ? '' : `, ${job.name}`;
  return (
    <>
      {may('retry') && !job.broken && (
        <button
          type="button"
          class="primary"
          aria-keyshortcuts="r"
          onClick={() => void run('enqueue')}
        >
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
              detail: 'It does not run again, unless somebody retries it among the dead jobs.',
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
              detail: 'It cannot be brought back.',
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

/** What can be done with a job that waits in its queue. */
export function WaitingJobActions({ name, job }: { name: string; job: JobDetail }) {
  const { may } = useSession();
  const ask = useConfirm();
  const act = useAct();
  const [, navigate] = useLocation();
  const remove = async () => {
    const jobs = [{ position: job.position, id: job.id }];
    const path = `queues/${encodeURIComponent(name)}/delete`;
    if (await act(path, { jobs }, ({ results }) => summary(results))) navigate(queueHref(name));
  };
  if (!may('delete')) return null;
  return (
    <button
      type="button"
      class="danger"
      aria-keyshortcuts="#"
      onClick={() =>
        ask({
          title: `Delete 1 waiting job, ${name}?`,
          detail: 'It cannot be brought back.',
          verb: 'Delete 1 job',
          act: remove,
        })
      }
    >
      Delete
    </button>
  );
}
