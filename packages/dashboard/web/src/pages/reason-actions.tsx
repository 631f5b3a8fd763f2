import type { JobSetName, Reason } from '../api';
import { ENDPOINTS } from '../endpoints';
import { actOf } from '../explained';
import { useAct } from '../parts/use-act';
import { useSession } from '../session';
import { summary } from '../words';
import { Limit } from './queue-actions';
import { RepairLocks } from './repair-locks';

interface ReasonActionProps {
  reason: Reason;
  /** The job's name, if it is known. */
  name: string | undefined;
  /** The job's id; `undefined` where the page has buttons for the job itself. */
  id: string | undefined;
}

/** The button that removes a reason, if the dashboard has one and the user may press it. */
export function ReasonAction({ reason, name = '', id = '' }: ReasonActionProps) {
  const { may } = useSession();
  switch (actOf(reason)) {
    case 'resume':
      return may('pause') ? <Resume name={name} /> : null;
    case 'raise':
      return may('limit') ? (
        <div class="toolbar">
          <Limit name={name} />
        </div>
      ) : null;
    case 'runNow':
      return may('retry') ? (
        <RunNow
          set={reason.code === 'scheduledUntil' ? 'scheduled' : 'retry'}
          at={reason.until}
          id={id}
          label="Run now"
        />
      ) : null;
    case 'retry':
      return may('retry') ? <RunNow set="dead" at={reason.since} id={id} label="Retry" /> : null;
    case 'repair':
      return <RepairLocks />;
    default:
      return null;
  }
}

function Resume({ name }: { name: string }) {
  const act = useAct();
  return (
    <button
      type="button"
      class="small"
      onClick={() => void act(ENDPOINTS.queue(name, 'resume'), {}, `${name} is resumed.`)}
    >
      Resume {name}
    </button>
  );
}

function RunNow({
  set,
  at,
  id,
  label,
}: {
  set: JobSetName;
  /** The job's time in its set; nothing identifies the job without it. */
  at: number | undefined;
  id: string;
  label: string;
}) {
  const act = useAct();
  if (at === undefined || id === '') return null;
  const run = () =>
    act(ENDPOINTS.act(set, 'run'), { jobs: [{ at, id }] }, ({ results }) => summary(results));
  return (
    <button type="button" class="small" onClick={() => void run()}>
      {label}
    </button>
  );
}
