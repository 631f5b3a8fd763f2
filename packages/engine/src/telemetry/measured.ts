import { objectWith } from '../options/option-rules.js';

/** The options that name the objects to measure. A test may pass objects with only some of the methods. */
export const MEASURED = {
  enqueuer: objectWith('an Enqueuer'),
  pool: objectWith('a WorkerPool'),
  client: objectWith('a Client'),
} as const;
