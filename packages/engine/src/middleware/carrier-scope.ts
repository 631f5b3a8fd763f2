import type { Handler } from '../job/handler.js';
import { CarrierReader, type CarrierReaderOptions } from './carrier-reader.js';
import { restore, type Propagator } from './propagator.js';
import { finishing } from './returned-work.js';

export interface CarrierScopeOptions extends CarrierReaderOptions {
  readonly propagators: readonly Propagator[];
}

/** Reads the carriers of jobs, and runs handlers in the contexts that the propagators restore from them. */
export class CarrierScope {
  readonly #options: CarrierScopeOptions;
  readonly #reader: CarrierReader;

  constructor(options: CarrierScopeOptions) {
    this.#options = options;
    this.#reader = new CarrierReader(options);
  }

  /** Wraps the handler in the pool's propagators. */
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
}
