import { useQuery } from '@tanstack/preact-query';
import { get, type Action, type Job, type JobCount, type JobSetName } from '../api';
import { ENDPOINTS } from '../endpoints';
import { count, plural } from '../format';
import { useConfirm } from '../parts/confirm';
import { useAct } from '../parts/use-act';
import { useSession } from '../session';
import { askAll, consequence, doTo, doToAll, doToJobs, SETS, summary, type Verb } from '../words';
import type { Selection } from './selection';

interface Deed {
  what: 'run' | 'delete' | 'kill';
  action: Action;
  verb: Verb;
  danger: boolean;
  key?: string;
}

/** Returns the actions that the user may take on the jobs of a list. */
export function useDeeds(set: JobSetName): Deed[] {
  const { may } = useSession();
  const enqueue: Deed = {
    ...{ what: 'run', action: 'retry', verb: SETS[set].verb, danger: false, key: 'r' },
  };
  const remove: Deed = {
    ...{ what: 'delete', action: 'delete', verb: 'Delete', danger: true, key: '#' },
  };
  const kill: Deed = {
    ...{ what: 'kill', action: 'kill', verb: 'Kill', danger: true },
  };
  const deeds = set === 'retry' ? [enqueue, kill, remove] : [enqueue, remove];
  return deeds.filter(({ action }) => may(action));
}

/** The actions on the selected jobs; stays visible. */
export function SelectedActions({
  set,
  selection,
}: {
  set: JobSetName;
  selection: Selection<Job>;
}) {
  const ask = useConfirm();
  const act = useAct();
  const deeds = useDeeds(set);
  const { rows, clear } = selection;
  if (rows.length === 0 || deeds.length === 0) return null;
  const jobs = rows.map(({ at, id }) => ({ at, id }));
  const run = async ({ what }: Deed) => {
    await act(ENDPOINTS.act(set, what), { jobs }, ({ results }) => summary(results));
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
          aria-label={doTo(deed.verb, `${count(rows.length)} selected`)}
          aria-keyshortcuts={deed.key}
          onClick={() =>
            deed.danger
              ? ask({
                  title: `${doTo(deed.verb, plural(rows.length, 'selected job'))}?`,
                  detail: consequence(deed.verb, rows.length),
                  verb: doTo(deed.verb, plural(rows.length, 'job')),
                  act: () => run(deed),
                })
              : void run(deed)
          }
        >
          {deed.verb}
        </button>
      ))}
      <button type="button" class="plain" aria-keyshortcuts="Escape" onClick={clear}>
        Clear
      </button>
    </div>
  );
}

/** The actions on all jobs of the list, across all its pages. */
export function AllActions({
  set,
  name,
  total,
}: {
  set: JobSetName;
  name: string | undefined;
  total: number;
}) {
  const ask = useConfirm();
  const act = useAct();
  const deeds = useDeeds(set);
  const matching = useMatching(set, name, total);
  if (matching.count === 0 || deeds.length === 0) return null;
  const run = ({ what }: Deed) =>
    act(
      ENDPOINTS.act(set, `${what}-all`),
      name === undefined ? {} : { name },
      'Started. The line at the top of the page shows the progress.',
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
              title: askAll(deed.verb, { set, name }, matching),
              detail: consequence(deed.verb, matching.count),
              verb: doToJobs(deed.verb, matching),
              many: matching.count,
              harmless: !deed.danger,
              act: () => run(deed),
            })
          }
        >
          {doToAll(deed.verb, matching)}
        </button>
      ))}
    </div>
  );
}

/** Returns the number of jobs of the list, across all its pages. */
function useMatching(set: JobSetName, name: string | undefined, total: number): JobCount {
  const { data } = useQuery({
    queryKey: ['count', set, name],
    queryFn: () => get<JobCount>(ENDPOINTS.count(set, name ?? '')),
    enabled: name !== undefined,
    refetchInterval: 10_000,
  });
  if (name === undefined) return { count: total, exact: true };
  return data ?? { count: 0, exact: true };
}
