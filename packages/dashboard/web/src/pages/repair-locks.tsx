import { useQueryClient } from '@tanstack/preact-query';
import { get, type LockRepairs } from '../api';
import { ENDPOINTS } from '../endpoints';
import { count, plural } from '../format';
import { useConfirm, useSay } from '../parts/confirm';
import { useAct } from '../parts/use-act';
import { messageOf } from '../problems';
import { useSession } from '../session';

/** Sets wrong locks to the numbers of jobs in progress; shows first what that would change. */
export function RepairLocks() {
  const { may } = useSession();
  const ask = useConfirm();
  const say = useSay();
  const act = useAct();
  const queries = useQueryClient();
  if (!may('repair')) return null;
  const repair = async () => {
    if (await act(ENDPOINTS.repairLocks, {}, 'The locks are repaired.')) {
      await queries.invalidateQueries({ queryKey: ['health'] });
    }
  };
  const show = async () => {
    try {
      const found = await get<LockRepairs>(ENDPOINTS.locks);
      if (found.total === 0) {
        say('All locks are right now; there is nothing to repair.');
        return;
      }
      ask({
        title: `Repair ${plural(found.total, 'lock')}?`,
        detail: 'Each lock is set to the number of its jobs in progress. No job is touched.',
        content: <Repairs {...found} />,
        verb: `Repair ${plural(found.total, 'lock')}`,
        harmless: true,
        act: repair,
      });
    } catch (error) {
      say(messageOf(error));
    }
  };
  return (
    <button type="button" class="small" onClick={() => void show()}>
      Repair the locks…
    </button>
  );
}

function Repairs({ repairs, total }: LockRepairs) {
  return (
    <ul class="repairs" tabIndex={0} aria-label="Changes of locks">
      {repairs.map(({ jobName, before, after }) => (
        <li key={jobName}>
          <code>{jobName}</code>
          <span>
            {count(before)} → {count(after)}
          </span>
        </li>
      ))}
      {total > repairs.length && <li>and {count(total - repairs.length)} more</li>}
    </ul>
  );
}
