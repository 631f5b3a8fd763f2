import { objectWith } from '../options/option-rules.js';

/** What may be given to be measured. A test may give what has but some of the methods. */
export const MEASURED = {
  enqueuer: objectWith('an Enqueuer'),
  pool: objectWith('a WorkerPool'),
  client: objectWith('a Client'),
} as const;
