import { BATCH_LIMITS } from './batch.js';
import type { EnqueueBatcher } from './enqueue-batcher.js';
import { resultOf, type EnqueueReply, type EnqueueResult } from './enqueue-result.js';
import type { MadeJob } from './entry-maker.js';
import { EnqueueOutcomeUnknownError, PartialEnqueueError } from '../errors/errors.js';
import { mostBytesOf } from '../job/job-size.js';
import { batchesBySize } from '../redis/batches.js';
import type { Carrier } from '../scripts/enqueuing-scripts.js';

/** Passes jobs to the batcher, each with the command that its plan needs. */
export class JobSender {
  readonly #batcher: EnqueueBatcher;

  constructor(batcher: EnqueueBatcher) {
    this.#batcher = batcher;
  }

  /**
   * Sends a job. Resolves to Redis's reply.
   *
   * @param carrier the carried context
   * @throws EnqueueRejectedError, EnqueueOutcomeUnknownError
   */
  send(job: MadeJob, carrier: string | undefined): Promise<EnqueueReply> {
    const { when, unique, key } = job.plan;
    if (!unique && !when) return this.#push([job], carrier);
    const { name: jobName, id, uniqueKey } = job.entry;
    const entry = job.text;
    if (when && !unique) return this.#batcher.schedule({ jobName, id, entry, when, carrier });
    const keyed = key !== undefined;
    return this.#batcher.enqueueUnique({ jobName, id, entry, uniqueKey, keyed, when, carrier });
  }

  /**
   * Sends jobs. Resolves to the results in the order of the jobs. Plain jobs of one name share a command.
   *
   * @param carrier the carried context
   * @throws EnqueueRejectedError, EnqueueOutcomeUnknownError; PartialEnqueueError when Redis has accepted only some of the jobs
   */
  async sendAll(jobs: readonly MadeJob[], carrier: string | undefined): Promise<EnqueueResult[]> {
    const replies = new Map<MadeJob, EnqueueReply>();
    const errors = new Map<MadeJob, unknown>();
    await Promise.all(
      groupsOf(jobs).map(async (group) => {
        try {
          const reply = await this.#sendGroup(group, carrier);
          if (reply !== undefined) for (const job of group) replies.set(job, reply);
        } catch (error) {
          for (const job of group) errors.set(job, error);
        }
      }),
    );
    if (errors.size === 0) return jobs.map((job) => resultOf(job, replies.get(job)));
    throw failureOf(
      jobs.map((job) => (errors.has(job) ? undefined : resultOf(job, replies.get(job)))),
      [...errors.values()],
    );
  }

  #sendGroup(group: readonly MadeJob[], carrier: string | undefined): Promise<EnqueueReply> {
    const [first, second] = group;
    return first && !second ? this.send(first, carrier) : this.#push(group, carrier);
  }

  #push(jobs: readonly MadeJob[], carrier: string | undefined): Promise<undefined> {
    const texts = jobs.map(({ text }) => text);
    return this.#batcher.push(jobs[0]?.entry.name ?? '', texts, carriersOf(jobs, carrier));
  }
}

/** Groups the jobs: plain jobs by name, as many as fit into one command; each other job alone. */
function groupsOf(jobs: readonly MadeJob[]): MadeJob[][] {
  const byName = new Map<string, MadeJob[]>();
  const others: MadeJob[][] = [];
  for (const job of jobs) {
    const { name } = job.entry;
    const group = byName.get(name);
    if (job.plan.unique || job.plan.when) others.push([job]);
    else if (group) group.push(job);
    else byName.set(name, [job]);
  }
  const plain = [...byName.values()].flatMap((group) =>
    batchesBySize(group, ({ text }) => mostBytesOf(text), BATCH_LIMITS),
  );
  return [...plain, ...others];
}

function carriersOf(
  jobs: readonly MadeJob[],
  text: string | undefined,
): readonly Carrier[] | undefined {
  return text === undefined ? undefined : jobs.map(({ entry }) => ({ jobId: entry.id, text }));
}

/** Makes the error of a call that failed for at least some of its jobs. Their results are `undefined`. */
function failureOf(
  results: readonly (EnqueueResult | undefined)[],
  errors: readonly unknown[],
): unknown {
  // One job with an unknown outcome makes the outcome of the call unknown.
  const error = errors.find((one) => one instanceof EnqueueOutcomeUnknownError) ?? errors[0];
  return results.some(Boolean) ? new PartialEnqueueError(results, error) : error;
}
