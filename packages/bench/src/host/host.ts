import type { Protocol, Verb } from './protocol.js';

/** Answers what the benchmark asks: a method for each verb. */
export type Host = {
  readonly [V in Verb]: (params: Protocol[V]['params']) => Promise<Protocol[V]['result']>;
};
