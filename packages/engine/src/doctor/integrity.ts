import { counted } from '../base/counted.js';
import { unixSeconds } from '../base/clock.js';
import { batches } from '../redis/batches.js';
import { tryParse } from './entries.js';
import { knownJobNames } from './known-job-names.js';
import { readHashes } from './read-hashes.js';
import { readPages } from './read-pages.js';
import type { StoreContext } from './store-context.js';
import type { JobSetName } from './timed-job.js';

/** An inconsistency in Redis. */
export interface IntegrityFinding {
  readonly kind:
    'lock' | 'orphans' | 'silentPool' | 'overdue' | 'unknownName' | 'notAJob' | 'score';
  /** A description of the problem, with names and numbers. */
  readonly what: string;
  /** The effect of the problem. */
  readonly consequence: string;
  /** The action that solves the problem. */
  readonly remedy: string;
}

const SETS: readonly JobSetName[] = ['scheduled', 'retry', 'dead'];

// The number of names that a script compares. With a hundred pools it takes about a millisecond.
const NAMES_AT_ONCE = 20;
const LOCKS_AT_ONCE = 100;
const POOLS_AT_ONCE = 50;
// The number of examined entries at either end of a set.
const ENDS = 200;
// In seconds. A requeuer moves due jobs within a second.
const OVERDUE = 60;

/** Finds inconsistencies in Redis, in bounded steps, and rebuilds locks. */
export class Integrity {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Returns the inconsistencies. Changes nothing. */
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

  /** Sets the locks of all names to the numbers of jobs in progress. Returns how many locks were wrong. */
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
            consequence: 'A concurrency limit lets too many or too few of these jobs run.',
            remedy:
              'A running pool of this project repairs it within a minute. client.rebuildLocks() repairs it immediately.',
          });
        }
        if (orphaned > 0) {
          findings.push({
            kind: 'orphans',
            what: `${orphaned} of ${jobName} are in progress in pools that are not registered.`,
            consequence: 'They run again only after a reaper has taken them.',
            remedy:
              'Run a pool of this project in the namespace. It takes them within 10 to 30 seconds.',
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
      remedy: 'Run a pool of this project in the namespace. It takes them within 10 to 30 seconds.',
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
        consequence: 'They do not run, because no pool moves them to their queues.',
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
              ? `1 entry ${where} is not a job.`
              : `${found.noJob} entries ${where} are not jobs.`,
          consequence: 'No pool can run them, and some tools fail on them.',
          remedy: 'Check them on the page of these jobs, and delete them there.',
        });
      }
      if (found.fractional > 0) {
        findings.push({
          kind: 'score',
          what: `${counted(found.fractional, 'entry', 'entries')} ${where} with a time that is not in whole seconds.`,
          consequence: "gocraft/work's client cannot delete or retry them.",
          remedy: 'Find out which program wrote them. Run, retry or delete them here.',
        });
      }
      if (found.unknown.size > 0 && set !== 'dead') {
        findings.push({
          kind: 'unknownName',
          what: `Entries ${where} have unknown names: ${[...found.unknown].slice(0, 10).join(', ')}.`,
          consequence: 'When they are due, they become dead jobs.',
          remedy: 'Register a handler for each name, or delete the entries.',
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
