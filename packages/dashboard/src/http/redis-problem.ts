import { ClosedError, EnqueueRejectedError, EnqueueOutcomeUnknownError } from '@nestcraft/work';
import { errorLine, meaningOf, redisFault } from '@nestcraft/work/internal';
import { Problem } from './problem.js';

/** Returns whether an error leaves it unknown if the command took effect. */
export function isUnknownEffect(error: unknown): boolean {
  const { code, effect } = redisFault(causeOf(error));
  return code === 'CONNECTION' && effect === 'unknown';
}

/** Returns the problem with Redis; `undefined` for an error that is unrelated to Redis. */
export function problemOfRedis(error: unknown, isChange: boolean): Problem | undefined {
  if (error instanceof ClosedError) {
    return unavailable('closing', 'The application is stopping.', 'Try again in a few seconds.');
  }
  const cause = causeOf(error);
  const { code, effect, remedy } = redisFault(cause);
  if (code === 'OTHER') return undefined;
  if (code === 'CONNECTION' && effect === 'refused') {
    const advice = 'Nothing was changed. Try again in a few seconds.';
    return unavailable('redis_unreachable', 'Redis cannot be reached.', advice);
  }
  if (code === 'CONNECTION') {
    const advice = isChange
      ? 'It is unknown whether the change was made; it may still take effect. Check before you try again.'
      : 'Try again in a few seconds.';
    return unavailable('redis_timed_out', 'Redis did not answer in time.', advice);
  }
  const refused = `Redis rejected the command: ${errorLine(cause)}`;
  if (remedy === 'alert') {
    return new Problem(500, 'redis_refused', refused, { title: 'Redis rejected a command.' });
  }
  const { condition = 'Redis cannot do this right now.', advice = 'Try again later.' } =
    meaningOf(code) ?? {};
  return unavailable(`redis_${code.toLowerCase()}`, condition, `${refused}. ${advice}`);
}

/** Returns the error that Redis sent to an enqueuer. */
function causeOf(error: unknown): unknown {
  const isEnqueuers =
    error instanceof EnqueueRejectedError || error instanceof EnqueueOutcomeUnknownError;
  return isEnqueuers ? error.cause : error;
}

function unavailable(code: string, title: string, advice: string): Problem {
  return new Problem(503, code, `${title} ${advice}`, { title });
}
