import { CarrierReader, type CarrierReaderOptions } from '../middleware/carrier-reader.js';
import type { Handler } from '../job/handler.js';
import { restore, type Propagator } from '../middleware/propagator.js';
import { CARRIER_LASTS } from '../scripts/enqueuing-scripts.js';
import type { Note } from '../scripts/running-scripts.js';
import { finishing } from '../middleware/returned-work.js';
import type { FinishedJob } from './finished-job.js';

export interface CarryingOptions extends CarrierReaderOptions {
  readonly propagators: readonly Propagator[];
}

/** A pool's part in what is carried to jobs: reads it, runs their handlers in it, and renews or forgets it. */
export class Carrying {
  readonly #options: CarryingOptions;
  readonly #reader: CarrierReader;

  constructor(options: CarryingOptions) {
    this.#options = options;
    this.#reader = new CarrierReader(options);
  }

  /** The handler within the pool's propagators. */
  around<Context>(handler: Handler<Context>): Handler<Context> {
    const { propagators, onError } = this.#options;
    const run = finishing(handler);
    return async (job, context) => {
      const carriers = await this.#reader.read(job.id);
      await restore({ propagators, carriers, job, onError }, async () => {
        await run(job, context);
      });
    };
  }

  /** The finished job, with what becomes of its carriers. */
  noted(job: FinishedJob): FinishedJob {
    const note = noteOf(job);
    return note ? { ...job, notes: [...(job.notes ?? []), note] } : job;
  }
}

function noteOf({ entry, fate }: FinishedJob): Note | undefined {
  if (!entry) return undefined;
  const jobId = entry.id;
  switch (fate.kind) {
    case 'done':
    case 'dropped':
    case 'cancelled':
      return { kind: 'forgetCarrier', jobId };
    case 'retry':
    case 'snoozed':
      return { kind: 'renewCarrier', jobId, milliseconds: fate.delay * 1000 + CARRIER_LASTS };
    case 'dead': // It may be retried by hand.
      return { kind: 'renewCarrier', jobId, milliseconds: CARRIER_LASTS };
    case 'putBack':
      return undefined;
  }
}
