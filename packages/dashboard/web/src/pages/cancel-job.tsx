import { ENDPOINTS } from '../endpoints';
import { useConfirm } from '../parts/confirm';
import { useAct } from '../parts/use-act';
import { useSession } from '../session';
import { cancellation } from '../words';

interface CancelJobProps {
  id: string;
  name: string;
  /** Whether the button is in a table, where many rows have one. */
  small?: boolean;
}

/** Stops a running job, or a waiting job that may have started in the meantime. */
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
          detail: `If the job ${id} is waiting, it will not run. If it is running, its signal aborts and it is not retried; a handler that ignores the signal continues.`,
          verb: 'Cancel 1 job',
          act: () => act(ENDPOINTS.cancelJob, { id, name }, ({ result }) => cancellation(result)),
        })
      }
    >
      Cancel
    </button>
  );
}
