import { counted } from '../base/counted.js';
import { unixSeconds } from '../base/clock.js';
import { FLAG, type OptionTable } from '../options/option-rules.js';
import { batches } from '../redis/batches.js';
import type { LockRepair } from '../scripts/queue-scripts.js';
import { tryParse } from '../stores/entries.js';
import { knownJobNames } from '../stores/known-job-names.js';
import { readHashes } from '../stores/read-hashes.js';
import { readPages } from '../stores/read-pages.js';
import type { StoreContext } from '../stores/store-context.js';
import type { JobSetName } from '../stores/timed-job.js';
import {
  good,
  unexamined,
  warning,
  type DataCode,
  type Finding,
  type FindingDetails,
  type Verdict,
} from './finding.js';

/** Options of `Client.rebuildLocks`. */
export interface RebuildLocksOptions {
  /** Whether to change nothing and only return the repairs that are necessary; default false. */
  readonly dryRun?: boolean | undefined;
}

/** The rules of these options. */
export const REBUILD_LOCKS_OPTIONS: OptionTable<RebuildLocksOptions> = { dryRun: FLAG };

type IntegrityCode = DataCode | 'silentPools';

// The texts of findings without a problem.
const IN_ORDER: Readonly<Record<IntegrityCode, string>> = {
  locks: 'All locks agree with the jobs in progress.',
  orphans: 'All jobs in progress belong to registered pools.',
  silentPools: 'Every registered pool has a heartbeat.',
  overdue: 'Due jobs are moved to their queues.',
  unknownNames: 'All examined jobs have names that a pool has registered.',
  notJobs: 'All examined entries are jobs.',
  fractionalTimes: 'All examined entries have a time in whole seconds.',
};

const CODES = Object.keys(IN_ORDER) as IntegrityCode[];

const SETS: readonly JobSetName[] = ['scheduled', 'retry', 'dead'];

// The number of names that a script compares. With a hundred pools it takes about a millisecond.
const NAMES_AT_ONCE = 20;
const LOCKS_AT_ONCE = 100;
const POOLS_AT_ONCE = 50;
// The number of examined entries at either end of a set.
const ENDS = 200;
// In seconds. A requeuer moves due jobs within a second.
const OVERDUE = 60;

const RUN_A_POOL =
  'Run a pool of this project in the namespace. It takes them within 10 to 30 seconds.';

/** Finds inconsistencies in Redis, in bounded steps, and rebuilds locks. */
export class Integrity {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /**
   * Returns the inconsistencies, and a finding for each code without one. If Redis refuses a command, all findings are
   * unknown. Changes nothing.
   */
  async examine(): Promise<Finding[]> {
    let found: Finding[];
    try {
      found = await this.findings();
    } catch (error) {
      return CODES.map((code) => finding(code, unexamined(error)));
    }
    const codes = new Set(found.map(({ code }) => code));
    const missing = CODES.filter((code) => !codes.has(code));
    return [...found, ...missing.map((code) => finding(code, good(IN_ORDER[code])))];
  }

  /** Returns the inconsistencies. Changes nothing. */
  async findings(): Promise<Finding[]> {
    const { connection, keys } = this.#context;
    const names = await knownJobNames(connection, keys);
    return [
      ...(await this.#locks(names)),
      ...(await this.#silentPools()),
      ...(await this.#overdue()),
      ...(await this.#entries(new Set(names))),
    ];
  }

  /** Sets the locks of all names to the numbers of jobs in progress. Returns what was wrong with them. */
  async rebuildLocks({ dryRun = false }: RebuildLocksOptions): Promise<LockRepair[]> {
    const { connection, keys, scripts } = this.#context;
    const repairs: LockRepair[] = [];
    for (const names of batches(await knownJobNames(connection, keys), LOCKS_AT_ONCE)) {
      repairs.push(...(await connection.call(scripts.queues.rebuild(names, { dryRun }))));
    }
    return repairs;
  }

  async #locks(names: readonly string[]): Promise<Finding[]> {
    const { connection, scripts } = this.#context;
    const findings: Finding[] = [];
    for (const batch of batches(names, NAMES_AT_ONCE)) {
      const readings = await connection.call(scripts.queues.inspect(batch));
      for (const { jobName, lock, shares, running, orphaned } of readings) {
        if (lock !== shares || shares !== running) {
          findings.push(
            problem(
              'locks',
              `The lock of ${jobName} is ${lock}, its pools' shares add up to ${shares}, and ${running} are in progress.`,
              'A concurrency limit lets too many or too few of these jobs run.',
              'A running pool of this project repairs it within a minute. client.rebuildLocks() repairs it immediately.',
              { jobName, lock, shares, running },
            ),
          );
        }
        if (orphaned > 0) {
          findings.push(
            problem(
              'orphans',
              `${orphaned} of ${jobName} are in progress in pools that are not registered.`,
              'They run again only after a reaper has taken them.',
              RUN_A_POOL,
              { jobName, orphaned },
            ),
          );
        }
      }
    }
    return findings;
  }

  async #silentPools(): Promise<Finding[]> {
    const { connection, keys, scripts } = this.#context;
    const ids = await connection.redis.smembers(keys.workerPools);
    const parts = { connection, scripts };
    const heartbeats = await readHashes(parts, ids, POOLS_AT_ONCE, (id) => keys.heartbeat(id));
    const silent = ids.filter((id) => heartbeats.get(id)?.heartbeat_at === undefined);
    return silent.map((id) =>
      problem(
        'silentPools',
        `The pool ${id} is registered but has no heartbeat.`,
        'The jobs that it had in progress wait for a reaper.',
        RUN_A_POOL,
        { workerPoolId: id },
      ),
    );
  }

  async #overdue(): Promise<Finding[]> {
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
      .map(({ set, count }) =>
        problem(
          'overdue',
          `${counted(count, `${set} job has`, `${set} jobs have`)} been due for more than a minute.`,
          'Due jobs do not run, because no pool moves them to their queues.',
          'Start a worker pool in this namespace.',
          { set, count },
        ),
      );
  }

  async #entries(names: ReadonlySet<string>): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const set of SETS) {
      const found = await this.#ends(set, names);
      const where = `among the ${2 * ENDS} ${set} jobs at either end`;
      if (found.noJob > 0) {
        findings.push(
          problem(
            'notJobs',
            found.noJob === 1
              ? `1 entry ${where} is not a job.`
              : `${found.noJob} entries ${where} are not jobs.`,
            'No pool can run them, and some tools fail on them.',
            'List these jobs, and delete the entries by their ids.',
            { set, count: found.noJob },
          ),
        );
      }
      if (found.fractional > 0) {
        findings.push(
          problem(
            'fractionalTimes',
            `${counted(found.fractional, 'entry has', 'entries have')} a time that is not in whole seconds, ${where}.`,
            "gocraft/work's client cannot delete or retry them.",
            'Find out which program wrote them. Run, retry or delete them here.',
            { set, count: found.fractional },
          ),
        );
      }
      if (found.unknown.size > 0 && set !== 'dead') {
        findings.push(
          problem(
            'unknownNames',
            `Entries ${where} have unknown names: ${[...found.unknown].slice(0, 10).join(', ')}.`,
            'When they are due, they become dead jobs.',
            'Register a handler for each name, or delete the entries.',
            { set, names: [...found.unknown] },
          ),
        );
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

function problem(
  code: IntegrityCode,
  what: string,
  consequence: string,
  remedy: string,
  details: FindingDetails,
): Finding {
  return finding(code, warning(`${what} ${consequence}`, remedy, details));
}

function finding(code: IntegrityCode, verdict: Verdict): Finding {
  return { code, subject: code === 'silentPools' ? 'pools' : 'jobs', ...verdict };
}
