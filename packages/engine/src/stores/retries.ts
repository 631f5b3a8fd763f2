import { rewriteEntry, type JobEntry } from '../job/job-entry.js';
import { holdsClaim } from '../job/unique-key.js';
import type { Raw } from '../redis/raw.js';
import type { KillParams } from '../scripts/job-scripts.js';
import type { BulkOptions, BulkResult } from './bulk.js';
import { removeParams, tryParse } from './entries.js';
import { JobSet } from './job-set.js';
import type { KillResult } from './results.js';
import { setInBulk } from './set-bulk.js';
import { SetEntries } from './set-entries.js';
import type { StoreContext } from './store-context.js';
import type { TimedJobRef } from './timed-job.js';

/** The jobs that have failed and wait for their retry. */
export class Retries extends JobSet {
  readonly #context: StoreContext;
  readonly #entries: SetEntries;

  constructor(context: StoreContext) {
    super(context, 'retry');
    this.#context = context;
    this.#entries = new SetEntries(context, 'retry');
  }

  /**
   * Moves a job to the dead jobs instead of retrying it. A unique job releases its claim if it holds one.
   *
   * @param job a job from a list, or its time and id
   * @throws InvalidOptionError
   */
  async kill(job: TimedJobRef): Promise<KillResult> {
    const raw = await this.#entries.find(job);
    if (raw === undefined) return { status: 'notFound' };
    const { connection, scripts } = this.#context;
    const params = this.#killParams(raw, tryParse(raw));
    const [killed] = await connection.call(scripts.jobs.kill([params]));
    return { status: killed ? 'killed' : 'notFound' };
  }

  /** Moves all jobs, or those of a name, to the dead jobs, in batches of up to 500. @throws InvalidOptionError */
  async killAll(options: BulkOptions = {}): Promise<BulkResult> {
    const { connection, scripts } = this.#context;
    return setInBulk(this.#entries, options, async (batch) => {
      const params = batch.map(({ raw, entry }) => this.#killParams(raw, entry));
      const results = await connection.call(scripts.jobs.kill(params));
      return results.map((killed) => (killed ? 'done' : 'gone'));
    });
  }

  /** Makes a dead entry without a claim. A user has decided that this job must not run, so an equal one may. */
  #killParams(raw: Raw, entry: JobEntry | undefined): KillParams {
    const deadEntry = entry && holdsClaim(entry) ? rewriteEntry(raw, { claim: null }) : raw;
    return { ...removeParams(this.#context.keys, raw, entry), deadEntry };
  }
}
