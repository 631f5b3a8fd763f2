import { ClosedError, EnqueueRejectedError, EnqueueOutcomeUnknownError } from '@nestcraft/work';
import { errorLine, redisFault } from '@nestcraft/work/internal';
import { Problem } from './problem.js';

const TITLES: Readonly<Record<string, string>> = {
  BUSY: 'Redis is busy with a script.',
  LOADING: 'Redis is starting: it loads its data.',
  OOM: 'Redis has no memory left.',
  READONLY: 'This Redis is a replica, which takes no changes.',
  MISCONF: 'Redis cannot save its data, and takes no changes.',
  NOREPLICAS: 'Redis has too few replicas, and takes no changes.',
  CLUSTERDOWN: 'The Redis Cluster is down.',
  MASTERDOWN: 'The master of this Redis is down.',
};

/** Whether an error leaves open if the command had its effect. */
export function isUnknownEffect(error: unknown): boolean {
  const { code, effect } = redisFault(causeOf(error));
  return code === 'CONNECTION' && effect === 'unknown';
}

/** What is wrong with Redis; `undefined` for an error that has nothing to do with it. */
export function problemOfRedis(error: unknown, isChange: boolean): Problem | undefined {
  if (error instanceof ClosedError) {
    return unavailable('closing', 'The application is stopping.', 'Try again in some seconds.');
  }
  const cause = causeOf(error);
  const { code, effect, remedy } = redisFault(cause);
  if (code === 'OTHER') return undefined;
  if (code === 'CONNECTION' && effect === 'refused') {
    const advice = 'Nothing was changed. Try again in some seconds.';
    return unavailable('redis_unreachable', 'Redis cannot be reached.', advice);
  }
  if (code === 'CONNECTION') {
    const advice = isChange
      ? 'Whether the change was made is not known: it may be made yet. Look before you try again.'
      : 'Try again in some seconds.';
    return unavailable('redis_timed_out', 'Redis has not answered in time.', advice);
  }
  const refused = `Redis has refused: ${errorLine(cause)}`;
  if (remedy === 'alert') {
    return new Problem(500, 'redis_refused', refused, { title: 'Redis has refused a command.' });
  }
  const title = TITLES[code] ?? 'Redis cannot do this now.';
  return unavailable(`redis_${code.toLowerCase()}`, title, `${refused}. Try again later.`);
}

/** What Redis has said to an enqueuer. */
function causeOf(error: unknown): unknown {
  const isEnqueuers =
    error instanceof EnqueueRejectedError || error instanceof EnqueueOutcomeUnknownError;
  return isEnqueuers ? error.cause : error;
}

function unavailable(code: string, title: string, advice: string): Problem {
  return new Problem(503, code, `${title} ${advice}`, { title });
}
