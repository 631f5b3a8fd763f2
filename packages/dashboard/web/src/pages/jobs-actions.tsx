import { useQuery } from '@tanstack/preact-query';
import { get, type Action, type Job, type JobCount, type SetName } from '../api';
import { count, plural } from '../format';
import { useConfirm } from '../parts/confirm';
import { useAct } from '../parts/use-act';
import { useSession } from '../session';
import { SETS, summary } from '../words';
import type { Selection } from './selection';

interface Deed {
  what: 'enqueue' | 'delete' | 'kill';
  action: Action;
  verb: string;
  detail: string;
  danger: boolean;
  key?: string;
}

function useDeeds(set: SetName): Deed[] {
  const { may } = useSession();
  const enqueue: Deed = {
    ...{ what: 'enqueue', action: 'retry', verb: SETS[set].verb, danger: false, key: 'r' },
    detail: 'They go to their queues in batches; you can stop on the way.',
  };
  const remove: Deed = {
    ...{ what: 'delete', action: 'delete', verb: 'Delete', danger: true, key: '#' },
    detail: 'They cannot be brought back.',
  };
  const kill: Deed = {
    ...{ what: 'kill', action: 'kill', verb: 'Kill', danger: true },
    detail: 'They do not run again, unless somebody retries them among the dead jobs.',
  };
  const deeds = set === 'retry' ? [enqueue, kill, remove] : [enqueue, remove];
  return deeds.filter(({ action }) => may(action));
}

/** What can be done with the selected jobs; stays in sight. */
export function SelectedActions({ set, selection }: { set: SetName; selection: Selection<Job> }) {
  const ask = useConfirm();
  const act = useAct();
  const deeds = useDeeds(set);
  const { rows, clear } = selection;
  if (rows.length === 0 || deeds.length === 0) return null;
  const jobs = rows.map(({ at, id }) => ({ at, id }));
  const run = async ({ what }: Deed) => {
    await act(`jobs/${set}/${what}`, { jobs }, ({ results }) => summary(results));
    clear();
  };
  return (
    <div class="selection" role="group" aria-label="Selected jobs">
      <strong>{count(rows.length)} selected</strong>
      {deeds.map((deed) => (
        <button
          key={deed.what}
          type="button"
          class={deed.danger ? 'danger' : 'primary'}
          aria-label={`${deed.verb} ${count(rows.length)} selected`}
          aria-keyshortcuts={deed.key}
          onClick={() =>
            deed.danger
              ? ask({
                  title: `${deed.verb} ${plural(rows.length, 'selected job')}?`,
                  detail: deed.detail,
                  verb: `${deed.verb} ${plural(rows.length, 'job')}`,
                  act: () => run(deed),
                })
              : void run(deed)
          }
        >
          {deed.verb}
        </button>
      ))}
      <button type="button" class="plain" onClick={clear}>
        Clear
      </button>
    </div>
  );
}

/** What can be done with all that the list shows on all its pages. */
export function AllActions({
  set,
  name,
  total,
}: {
  set: SetName;
  name: string | undefined;
  total: number;
}) {
  const ask = useConfirm();
  const act = useAct();
  const deeds = useDeeds(set);
  const matching = useMatching(set, name, total);
  if (matching.count === 0 || deeds.length === 0) return null;
  const about = matching.exact ? '' : 'about ';
  const which = name === undefined ? '' : ` named ${name}`;
  const run = ({ what }: Deed) =>
    act(
      `jobs/${set}/${what}-all`,
      name === undefined ? {} : { name },
      'Begun; the line above says how far it is.',
    );
  return (
    <div class="buttons end">
      {deeds.map((deed) => (
        <button
          key={deed.what}
          type="button"
          class={deed.danger ? 'danger' : ''}
          onClick={() =>
            ask({
              title: `${deed.verb} all of the ${SETS[set].title.toLowerCase()}${which}: ${about}${count(matching.count)}?`,
              detail: deed.detail,
              verb: `${deed.verb} ${about}${plural(matching.count, 'job')}`,
              ...(deed.danger ? { many: matching.count } : { harmless: true }),
              act: () => run(deed),
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
