import { batches } from '../redis/batches.js';
import { goString } from '../job/go-json.js';
import type { JobEntry } from '../job/job-entry.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import type { FoundEntry } from '../scripts/job-scripts.js';
import { tryParse } from './entries.js';

const KEYS_AT_ONCE = 500;

/** A found job. */
export interface FoundJob extends FoundEntry {
  readonly entry: JobEntry;
}

/**
 * Finds jobs by id. gocraft/work's format has no index, so all entries are examined, in windows that keep Redis busy for
 * less than a millisecond each.
 */
export class JobFinder {
  readonly #connection: RedisConnection;
  readonly #scripts: Scripts;

  constructor({ connection, scripts }: { connection: RedisConnection; scripts: Scripts }) {
    this.#connection = connection;
    this.#scripts = scripts;
  }

  /** Finds the jobs of an id in any number of sorted sets and lists, in the order of `keys`. */
  async *findAmong(keys: readonly string[], jobId: string): AsyncGenerator<FoundJob> {
    for (const batch of batches(keys, KEYS_AT_ONCE)) yield* this.find(batch, jobId);
  }

  /**
   * Finds the jobs of an id in sorted sets and lists, in the order of `keys`.
   *
   * @param rank the number of entries of the first key to skip; default 0
   */
  async *find(keys: readonly string[], jobId: string, rank = 0): AsyncGenerator<FoundJob> {
    const texts = writtenForms(jobId);
    let next: { keys: readonly string[]; rank: number } | undefined = { keys, rank };
    while (next && next.keys.length > 0) {
      const call = this.#scripts.jobs.find(next.keys, next.rank, texts);
      const findings = await this.#connection.call(call);
      for (const one of findings.found) {
        const entry = tryParse(one.raw);
        if (entry?.id === jobId) yield { ...one, entry };
      }
      next = findings.next;
    }
  }
}

/** Returns the forms of a text in an entry, such as an id: as JavaScript, Go, and Redis's cjson write it. */
export function writtenForms(text: string): string[] {
  const forms = [JSON.stringify(text), goString(text, 'go1.22')];
  return [...new Set(forms.flatMap((form) => [form, form.replaceAll('/', '\\/')]))];
}
