import { EnqueueRejectedError, PartialEnqueueError } from '@nestcraft/engine';

/**
 * @typedef {object} LoggedJob
 * @property {string} name
 * @property {{ ref: string } & Record<string, unknown>} args
 * @property {import('@nestcraft/engine').EnqueueOptions} [options]
 */

/** @typedef {{ status: string, id: string | undefined } | undefined} Result */

/**
 * Enqueues jobs, one by `enqueue` and several by `enqueueMany`, and logs the outcome of each. Returns the ids of those
 * that are new.
 *
 * @param {import('@nestcraft/engine').Enqueuer} enqueuer
 * @param {Pick<import('./event-writer.mjs').EventWriter, 'write'>} log
 * @param {readonly LoggedJob[]} jobs
 * @returns {Promise<string[]>}
 */
export async function enqueueLogged(enqueuer, log, jobs) {
  const { results, error } = await outcome(enqueuer, jobs);
  const others = error instanceof EnqueueRejectedError ? 'rejected' : 'unknown';
  const text = error === undefined ? undefined : String(error);
  jobs.forEach((job, index) => {
    const result = results[index];
    const facts = { ref: job.args.ref, name: job.name, key: keyOf(job), id: result?.id };
    if (!result) log.write(others, { ...facts, text });
    else log.write(result.status === 'duplicate' ? 'duplicate' : 'ok', facts);
  });
  return results.flatMap((result) => (isNew(result) && result?.id ? [result.id] : []));
}

/**
 * @param {import('@nestcraft/engine').Enqueuer} enqueuer
 * @param {readonly LoggedJob[]} jobs
 * @returns {Promise<{ results: readonly Result[], error?: unknown }>}
 */
async function outcome(enqueuer, jobs) {
  const [first, ...more] = jobs;
  if (!first) return { results: [] };
  try {
    if (more.length > 0) return { results: await enqueuer.enqueueMany(jobs) };
    return { results: [await enqueuer.enqueue(first.name, first.args, first.options)] };
  } catch (error) {
    if (error instanceof PartialEnqueueError) return { results: error.results, error: error.cause };
    return { results: [], error };
  }
}

/** @param {Result} result */
function isNew(result) {
  return result?.status === 'enqueued' || result?.status === 'scheduled';
}

/** What makes a unique job equal to another. @param {LoggedJob} job */
function keyOf({ name, args, options }) {
  const unique = options?.unique;
  if (!unique) return undefined;
  return `${name} ${JSON.stringify(unique === true ? args : unique.key)}`;
}
