import type { Fate } from '../run/fate.js';

const failure = { fails: 1, error: 'boom', at: 1_000, backtrace: undefined };

/** One fate of each kind. A new kind does not compile until it is added here, and then runs through every test of all kinds. */
export const EVERY_FATE: Readonly<{ [Kind in Fate['kind']]: Fate & { readonly kind: Kind } }> = {
  done: { kind: 'done' },
  retry: { kind: 'retry', delay: 60_000, failure },
  dead: { kind: 'dead', failure },
  dropped: { kind: 'dropped', failure },
  snoozed: { kind: 'snoozed', delay: 60_000 },
  cancelled: { kind: 'cancelled' },
  putBack: { kind: 'putBack' },
};
