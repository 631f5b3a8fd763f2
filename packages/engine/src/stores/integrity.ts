import { counted } from '../base/counted.js';
import { unixSeconds } from '../base/clock.js';
import { batches } from '../redis/batches.js';
import { tryParse } from './entries.js';
import { knownJobNames } from './known-job-names.js';
import { readHashes } from './read-hashes.js';
import { readPages } from './read-pages.js';
import type { StoreContext } from './store-context.js';
import type { JobSetName } from './timed-job.js';

/** Something in Redis that is wrong. */
export interface IntegrityFinding {
  readonly kind:
    'lock' | 'orphans' | 'silentPool' | 'overdue' | 'unknownName' | 'notAJob' | 'score';
  /** What is wrong, with names and numbers. */
  readonly what: string;
  /** The effect of it. */
  readonly consequence: string;
  /** What to do. */
  readonly remedy: string;
}

const SETS: readonly JobSetName[] = ['scheduled', 'retry', 'dead'];

// How many names a script compares: with a hundred pools it takes about a millisecond.
const NAMES_AT_ONCE = 20;
const LOCKS_AT_ONCE = 100;
const POOLS_AT_ONCE = 50;
// How many entries of a set are examined at either end.
const ENDS = 200;
// In seconds. A requeuer moves due jobs within a second.
const OVERDUE = 60;

/** Finds what is wrong in Redis, in bounded steps, and rebuilds locks. */
export class Integrity {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Changes nothing. */
  async findings(): Promise<IntegrityFinding[]> {
    const { connection, keys } = this.#context;
    const names = await knownJobNames(connection, keys);
    return [
      ...(await this.#locks(names)),
      ...(await this.#silentPools()),
      ...(await this.#overdue()),
      ...(await this.#entries(new Set(names))),
    ];
  }

  /** Sets the locks of all names to the jobs that the pools have in progress. Returns how many were wrong. */
  async rebuildLocks(): Promise<number> {
    const { connection, keys, scripts } = this.#context;
    let repaired = 0;
    for (const names of batches(await knownJobNames(connection, keys), LOCKS_AT_ONCE)) {
      repaired += await connection.call(scripts.queues.rebuild(names));
    }
    return repaired;
  }

  async #locks(names: readonly string[]): Promise<IntegrityFinding[]> {
    const { connection, scripts } = this.#context;
    const findings: IntegrityFinding[] = [];
    for (const batch of batches(names, NAMES_AT_ONCE)) {
      const readings = await connection.call(scripts.queues.inspect(batch));
      for (const { jobName, lock, shares, running, orphaned } of readings) {
        if (lock !== shares || shares !== running) {
          findings.push({
            kind: 'lock',
            what: `The lock of ${jobName} is ${lock}, its pools' shares add up to ${shares}, and ${running} are in progress.`,
            consequence: 'A limit of concurrency lets too many or too few of these jobs run.',
            remedy:
              'A running pool of this project repairs it within a minute, client.rebuildLocks() at once.',
          });
        }
        if (orphaned > 0) {
          findings.push({
            kind: 'orphans',
            what: `${orphaned} of ${jobName} are in progress in pools that are not registered.`,
            consequence: 'They run again only when a reaper has taken them.',
            remedy:
              'Have a pool of this project run in the namespace: it takes them in 10 to 30 seconds.',
          });
        }
      }
    }
    return findings;
  }

  async #silentPools(): Promise<IntegrityFinding[]> {
    const { connection, keys, scripts } = this.#context;
    const ids = await connection.redis.smembers(keys.workerPools);
    const parts = { connection, scripts };
    const heartbeats = await readHashes(parts, ids, POOLS_AT_ONCE, (id) => keys.heartbeat(id));
    const silent = ids.filter((id) => heartbeats.get(id)?.heartbeat_at === undefined);
    return silent.map((id) => ({
      kind: 'silentPool',
      what: `The pool ${id} is registered but has no heartbeat.`,
      consequence: 'The jobs that it had in progress wait for a reaper.',
      remedy:
        'Have a pool of this project run in the namespace: it takes them in 10 to 30 seconds.',
    }));
  }

  async #overdue(): Promise<IntegrityFinding[]> {
    const { connection, keys, clock } = this.#context;
    const before = unixSeconds(clock) - OVERDUE;
    const counts = await Promise.all(
      (['scheduled', 'retry'] as const).map(async (set) => ({
        set,
        count: await connection.redis.zcount(keys[set], '-inf', before),
      })),
    );
    return counts
      .filter(({ count }) => count > 0)
      .map(({ set, count }) => ({
        kind: 'overdue',
        what: `${counted(count, `${set} job has`, `${set} jobs have`)} been due for more than a minute.`,
        consequence: 'They do not run: nobody moves them to their queues.',
        remedy: 'Start a worker pool in this namespace.',
      }));
  }

  async #entries(names: ReadonlySet<string>): Promise<IntegrityFinding[]> {
    const findings: IntegrityFinding[] = [];
    for (const set of SETS) {
      const found = await this.#ends(set, names);
      const where = `among the ${2 * ENDS} ${set} jobs at either end`;
      if (found.noJob > 0) {
        findings.push({
          kind: 'notAJob',
          what:
            found.noJob === 1
              ? `1 entry ${where} is no job.`
              : `${found.noJob} entries ${where} are not jobs.`,
          consequence: 'Nobody can run them; some tools fail on them.',
          remedy: 'Look at them on the page of these jobs, and delete them there.',
        });
      }
      if (found.fractional > 0) {
        findings.push({
          kind: 'score',
          what: `${counted(found.fractional, 'entry', 'entries')} ${where} with a time that is not in whole seconds.`,
          consequence: "gocraft/work's client cannot delete or retry them.",
          remedy: 'Find out what wrote them; run, retry or delete them here.',
        });
      }
      if (found.unknown.size > 0 && set !== 'dead') {
        findings.push({
          kind: 'unknownName',
          what: `Entries ${where} have names that nobody knows: ${[...found.unknown].slice(0, 10).join(', ')}.`,
          consequence: 'When they come due they are dead.',
          remedy: 'Register a handler of that name, or delete them.',
        });
      }
    }
    return findings;
  }

  async #ends(set: JobSetName, names: ReadonlySet<string>) {
    const { connection, keys, scripts } = this.#context;
    const unknown = new Set<string>();
    let [noJob, fractional] = [0, 0];
    const read = (from: number, count: number) =>
      connection.call(scripts.jobs.setPage(keys[set], from, { count }));
    const total = await connection.redis.zcard(keys[set]);
    for (const first of [0, Math.max(ENDS, total - ENDS)]) {
      const { entries, scores } = await readPages(read, first, ENDS);
      for (const raw of entries) {
        const entry = tryParse(raw);
        if (!entry) noJob++;
        else if (!names.has(entry.name)) unknown.add(entry.name);
      }
      fractional += scores.filter((score) => !Number.isInteger(score)).length;
    }
    return { noJob, fractional, unknown };
  }
}
