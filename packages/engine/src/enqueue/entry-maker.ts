import { unixSeconds, type Clock } from '../base/clock.js';
import { newId } from '../base/id.js';
import { InvalidJobArgsError } from '../errors/errors.js';
import { AT_ONCE, enqueuePlan, type EnqueuePlan } from '../job/enqueue-options.js';
import type { GoEscapes } from '../job/go-json.js';
import { encodeArgs, type JobArgs, type JobArgsLimits } from '../job/job-args.js';
import type { JobContract, NewJob } from '../job/job-contract.js';
import { entryWriter, parseEntry, type JobEntry, type NewEntry } from '../job/job-entry.js';
import { assertJobName } from '../job/job-name.js';
import { uniqueKey } from '../job/unique-key.js';
import type { Keys } from '../redis/keys.js';

export interface EntryMakerOptions {
  readonly clock: Clock;
  readonly keys: Keys;
  readonly limits: JobArgsLimits;
  readonly escapes: GoEscapes | undefined;
  /** Called for a name that is new or has not been used for a long time. */
  readonly onNewName: (name: string) => void;
}

/** A job that is not in Redis yet. */
export interface MadeJob {
  readonly entry: JobEntry;
  /** The entry as it is sent to Redis. */
  readonly text: string;
  readonly plan: EnqueuePlan;
}

// Names are few. An application that generates names must not fill the memory.
const MAX_WRITERS = 1_000;

/** Makes the entries of new jobs. Refuses jobs that no worker could read. */
export class EntryMaker {
  readonly #options: EntryMakerOptions;
  /** The writers by valid names. */
  readonly #writers = new Map<string, (job: NewEntry) => string>();

  constructor(options: EntryMakerOptions) {
    this.#options = options;
  }

  /** @throws InvalidJobNameError, InvalidJobArgsError */
  make(name: string, args: JobArgs | null | undefined, plan: EnqueuePlan): MadeJob {
    return this.#make(name, args, plan, this.#now());
  }

  /** Makes jobs with the same enqueue time. @throws InvalidOptionError, and the errors of `make` */
  makeAll(jobs: readonly NewJob[]): MadeJob[] {
    const now = this.#now();
    return jobs.map((job, index) => {
      const name = job.contract === undefined ? job.name : job.contract.name;
      const plan = job.options === undefined ? AT_ONCE : planOf(job.options, index);
      try {
        return this.#make(name, job.args, plan, now);
      } catch (error) {
        throw inJobs(index, error);
      }
    });
  }

  /** Resolves if a worker can read the job by its contract. @throws InvalidJobArgsError */
  async check(contract: JobContract, { text }: MadeJob): Promise<void> {
    if (contract.schema) await contract.check(parseEntry(text).args ?? {});
  }

  #make(
    name: string,
    args: JobArgs | null | undefined,
    plan: EnqueuePlan,
    enqueuedAt: number,
  ): MadeJob {
    const write = this.#writer(name);
    const argsText = encodeArgs(name, args, this.#options.limits);
    const uniqueKey = plan.unique ? this.#uniqueKey(name, plan.key ?? args ?? null) : undefined;
    const id = newId();
    return {
      text: write({ id, enqueuedAt, argsText, uniqueKey }),
      entry: {
        name,
        id,
        enqueuedAt,
        args: (args ?? null) as JobEntry['args'],
        unique: uniqueKey !== undefined,
        uniqueKey: uniqueKey ?? '',
        fails: 0,
        lastError: '',
        failedAt: 0,
      },
      plan,
    };
  }

  #writer(name: string): (job: NewEntry) => string {
    const known = this.#writers.get(name);
    if (known) return known;
    assertJobName(name);
    if (this.#writers.size === MAX_WRITERS) this.#writers.clear();
    const write = entryWriter(name);
    this.#writers.set(name, write);
    this.#options.onNewName(name);
    return write;
  }

  #uniqueKey(name: string, by: object | null): string {
    const { keys, limits, escapes } = this.#options;
    return uniqueKey(keys, name, by, { ...limits, escapes });
  }

  #now(): number {
    return unixSeconds(this.#options.clock);
  }
}

/** Returns the error of one job of `enqueueMany`, with the job's place. */
export function inJobs(index: number, error: unknown): unknown {
  if (!(error instanceof InvalidJobArgsError)) return error;
  return new InvalidJobArgsError(error.jobName, error.issues, index);
}

function planOf(options: unknown, index: number): EnqueuePlan {
  return enqueuePlan('enqueueMany()', options, `jobs[${index}].options`);
}
