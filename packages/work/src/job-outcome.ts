import {
  BadRequestException,
  ForbiddenException,
  HttpException,
  UnauthorizedException,
  UnprocessableEntityException,
  type Type,
} from '@nestjs/common';
import { DiscardJobError, WorkError } from '@nestcraft/engine';

/** What becomes of a job whose handler, guard or pipe throws an error of a class. */
export interface JobOutcome {
  readonly error: Type<Error>;
  /** `dead`: at once, because to run it again cannot help. `retry`: after its backoff, while it may. */
  readonly outcome: 'dead' | 'retry';
}

/** What validation pipes and guards throw. */
const HOPELESS = [
  BadRequestException,
  UnprocessableEntityException,
  UnauthorizedException,
  ForbiddenException,
];

/**
 * What a job has failed with: errors that say that its arguments are wrong, or that it may not be done, are its end.
 *
 * @param outcomes the user's; the first that fits counts, before the rule above
 */
export function jobError(error: unknown, outcomes: readonly JobOutcome[]): unknown {
  if (!(error instanceof Error) || error instanceof WorkError) return error;
  const rule = outcomes.find((one) => error instanceof one.error);
  const isHopeless = HOPELESS.some((type) => error instanceof type);
  const isEnd = rule ? rule.outcome === 'dead' : isHopeless;
  if (!isEnd) return error;
  const discard = new DiscardJobError(messageOf(error), { cause: error });
  discard.stack = error.stack; // where it was thrown
  return discard;
}

/** Of what a validation pipe throws, all that is wrong. */
function messageOf(error: Error): string {
  if (!(error instanceof HttpException)) return error.message;
  const { message } = error.getResponse() as { message?: unknown };
  if (!Array.isArray(message)) return error.message;
  return message.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('; ');
}
