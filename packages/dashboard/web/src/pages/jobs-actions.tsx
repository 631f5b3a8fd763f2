import { useQuery } from '@tanstack/preact-query';
import { get, type Action, type Job, type JobCount, type SetName } from '../api';
import { count, plural } from '../format';
import { useConfirm } from '../parts/confirm';
import { useAct } from '../parts/use-act';
import { useSession } from '../session';
import { SETS, summary } from '../words';

interface Deed {
  what: 'enqueue' | 'delete' | 'kill';
  action: Action;
  verb: string;
  detail: string;
  danger: boolean;
}

function deedsFor(set: SetName): Deed[] {
  const enqueue: Deed = {
    ...{ what: 'enqueue', action: 'retry', verb: SETS[set].verb, danger: false },
    detail: 'They go to their queues in batches; you can stop on the way.',
  };
  const remove: Deed = {
    ...{ what: 'delete', action: 'delete', verb: 'Delete', danger: true },
    detail: 'They cannot be brought back.',
  };
  const kill: Deed = {
    ...{ what: 'kill', action: 'kill', verb: 'Kill', danger: true },
    detail: 'They do not run again, unless somebody retries them among the dead jobs.',
  };
  return set === 'retry' ? [enqueue, kill, remove] : [enqueue, remove];
}

/** What can be done with the selected jobs, and with all that the list shows on all its pages. */
export function JobsActions({
  set,
  name,
  total,
  chosen,
  onDone,
}: {
  set: SetName;
  name: string | undefined;
  total: number;
  chosen: readonly Job[];
  onDone: () => void;
}) {
  const { may } = useSession();
  const ask = useConfirm();
  const act = useAct();
  const matching = useMatching(set, name, total);
  const deeds = deedsFor(set).filter(({ action }) => may(action));
  if ((total === 0 && chosen.length === 0) || deeds.length === 0) return null;
  const jobs = chosen.map(({ at, id }) => ({ at, id }));
  const some = async ({ what }: Deed) => {
    await act(`jobs/${set}/${what}`, { jobs }, ({ results }) => summary(results));
    onDone();
  };
  const every = async ({ what }: Deed) => {
    const body = name === undefined ? {} : { name };
    await act(`jobs/${set}/${what}-all`, body, 'Begun; the line above says how far it is.');
    onDone();
  };
  const about = matching.exact ? '' : 'about ';
  const which = name === undefined ? '' : ` named ${name}`;
  return (
    <div class="actions bulk">
      {deeds.map((deed) => (
        <button
          key={deed.what}
          type="button"
          class={deed.danger ? 'danger' : ''}
          disabled={chosen.length === 0}
          onClick={() =>
            deed.danger
              ? ask({
                  title: `${deed.verb} ${plural(chosen.length, 'selected job')}?`,
                  detail: deed.detail,
                  verb: `${deed.verb} ${plural(chosen.length, 'job')}`,
                  act: () => some(deed),
                })
              : void some(deed)
          }
        >
          {deed.verb} {chosen.length > 0 && count(chosen.length)} selected
        </button>
      ))}
      {matching.count > 0 &&
        deeds.map((deed) => (
          <button
            key={deed.what}
            type="button"
            class={deed.danger ? 'danger' : ''}
            onClick={() =>
              ask({
                title: `${deed.verb} all of the ${SETS[set].title.toLowerCase()}${which}: ${about}${count(matching.count)}?`,
                detail: deed.detail,
                verb: `${deed.verb} ${about}${plural(matching.count, 'job')}`,
                act: () => every(deed),
              })
            }
          >
            {deed.verb} all {about}
            {count(matching.count)}
          </button>
        ))}
    </div>
  );
}

/** How many jobs the list shows on all its pages. */
function useMatching(set: SetName, name: string | undefined, total: number): JobCount {
  const { data } = useQuery({
    queryKey: ['count', set, name],
    queryFn: () => get<JobCount>(`jobs/${set}/count?${new URLSearchParams({ name: name ?? '' })}`),
    enabled: name !== undefined,
    refetchInterval: 10_000,
  });
  if (name === undefined) return { count: total, exact: true };
  return data ?? { count: 0, exact: true };
}
