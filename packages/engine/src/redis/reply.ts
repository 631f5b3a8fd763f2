import type { CommandCall, ScriptCall } from './script.js';

/** The outcome of one command of a pipeline: its reply, with strings as bytes, or its error. */
export type Reply = { readonly value: unknown } | { readonly error: Error };

/** A script or command to run, and the callback for its reply. */
export interface Request {
  readonly call: ScriptCall | CommandCall;
  /** @throws the reply's error */
  readonly onReply: (reply: Reply | undefined) => void;
}

/** Returns the decoded reply. @throws the reply's error */
export function resultOf<Result>(
  call: ScriptCall<Result> | CommandCall<Result>,
  reply: Reply | undefined,
): Result {
  if (reply === undefined) throw new Error('Redis returned fewer replies than commands');
  if ('error' in reply) throw reply.error;
  return call.decode(reply.value);
}
