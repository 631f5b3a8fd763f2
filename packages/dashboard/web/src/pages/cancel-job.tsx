import { ENDPOINTS } from '../endpoints';
import { useConfirm } from '../parts/confirm';
import { useAct } from '../parts/use-act';
import { useSession } from '../session';
import { cancellation } from '../words';

interface CancelJobProps {
  id: string;
  name: string;
  /** In a table, where many rows have such a button. */
  small?: boolean;
}

/** Stops a job that runs, or that may have begun to since it was seen waiting. */
export function CancelJob({ id, name, small = false }: CancelJobProps) {
  const { may } = useSession();
  const ask = useConfirm();
  const act = useAct();
  if (!may('cancel')) return null;
  return (
    <button
      type="button"
      class={small ? 'small' : 'danger'}
      aria-label={small ? `Cancel ${name} ${id}` : undefined}
      onClick={() =>
        ask({
          title: `Cancel 1 job named ${name}?`,
          detail: `The job ${id} does not run if it waits. If it runs, its signal aborts, and it is not retried; a handler that ignores the signal goes on.`,
          verb: 'Cancel 1 job',
          act: () => act(ENDPOINTS.cancelJob, { id, name }, ({ result }) => cancellation(result)),
        })
      }
    >
      Cancel
    </button>
  );
}
