import { counted } from '../base/counted.js';
import { dateOf, listed, quoted, type Finding } from './finding.js';
import type { Situation } from './situation.js';

/** No pool that beats handles the name. */
export function noLivePool(situation: Situation): Finding | undefined {
  const { name, live, view } = situation;
  if (!name || live.length > 0) return undefined;
  const lastBeat = view.pools.length > 0 ? Math.max(...view.pools.map((pool) => pool.beatAt)) : 0;
  return {
    effect: 'blocks',
    text:
      lastBeat > 0
        ? `No running pool handles ${quoted(situation)}: the pools that did no longer beat.`
        : `No running pool handles ${quoted(situation)}.`,
    since: lastBeat > 0 ? dateOf(lastBeat) : undefined,
    by: listed(view.pools),
    remedy:
      'Start a process with a handler for the name. The Pools page shows the names of each pool.',
  };
}

/** All pools that handle the name are stopping. */
export function poolStopping(situation: Situation): Finding | undefined {
  const { name, live, open } = situation;
  if (!name || live.length === 0 || open.length > 0) return undefined;
  return {
    effect: 'blocks',
    text: `Every pool that handles ${quoted(situation)} is stopping and fetches no more jobs.`,
    since: dateOf(Math.max(...live.map((pool) => pool.stoppingSince ?? 0))),
    by: listed(live),
    remedy:
      'Start a new process. In a rolling deployment, start the new one before the old one stops.',
  };
}

/** Redis does not answer the fetches of the pools. */
export function fetchNotAnswered(situation: Situation): Finding | undefined {
  const { name, open, fetching, view } = situation;
  if (!name || open.length === 0 || fetching.length > 0) return undefined;
  const age = Math.min(...open.map((pool) => pool.unanswered ?? 0));
  return {
    effect: 'blocks',
    text: `Redis has not answered a fetch of the pools that handle ${quoted(situation)} for ${age} s.`,
    since: dateOf(Math.floor(view.now / 1000) - age),
    by: listed(open),
    remedy:
      'Look at the network between these hosts and Redis, and at pool.health(). Restart the process if it does not recover.',
  };
}

/** All workers are busy. */
export function workersBusy(situation: Situation): Finding | undefined {
  const { state, fetching, name } = situation;
  if (state !== 'queued' || fetching.length === 0 || !name || name.idle > 0) return undefined;
  const seen = fetching.filter(({ busy }) => busy !== undefined);
  const workers = seen.reduce((sum, { concurrency }) => sum + concurrency, 0);
  const scope =
    seen.length < fetching.length
      ? ` of ${seen.length} examined pools, out of ${fetching.length}`
      : '';
  return {
    effect: 'passes',
    text: `All ${counted(workers, 'worker')}${scope} that may run ${quoted(situation)} are busy.`,
    by: listed(seen),
    remedy:
      'Wait, raise the concurrency of the pools, or start further pools. The Running page shows the jobs.',
  };
}

/** Only Go processes handle the name. */
export function onlyGoPools(situation: Situation): Finding | undefined {
  const { name, live } = situation;
  if (!name || live.length === 0 || !live.every(({ isGo }) => isGo)) return undefined;
  return {
    effect: 'notes',
    text: `Only pools of gocraft/work handle ${quoted(situation)}. They look for jobs up to five seconds apart and do not obey cancellations.`,
    by: listed(live),
    remedy:
      "Register a handler in a pool of this project if the job needs this project's features.",
  };
}
