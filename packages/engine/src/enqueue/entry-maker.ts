import { unixSeconds, type Clock } from '../base/clock.js';
import type { GoEscapes } from '../job/go-json.js';
import { newId } from '../base/id.js';
import { encodeArgs, type JobArgs, type JobArgsLimits } from '../job/job-args.js';
import type { JobContract, NewJob } from '../job/job-contract.js';
import { entryWriter, parseEntry, type JobEntry, type NewEntry } from '../job/job-entry.js';
import { assertJobName } from '../job/job-name.js';
import type { Keys } from '../redis/keys.js';
import { uniqueKey } from '../job/unique-key.js';

export interface EntryMakerOptions {
  readonly clock: Clock;
  readonly keys: Keys;
  readonly limits: JobArgsLimits;
  readonly escapes: GoEscapes | undefined;
  /** A name is met that is new, or that was for a long time not. */
  readonly onNewName: (name: string) => void;
}

/** A job that is not in Redis yet, and its entry. */
export interface MadeJob {
  readonly job: JobEntry;
  readonly text: string;
}

// Names are few. Whoever makes them up as they go shall not fill the memory.
const MAX_WRITERS = 1_000;

/** Makes the entries of new jobs, and refuses what no worker could read. */
export class EntryMaker {
  readonly #options: EntryMakerOptions;
  /** By names that have been found good. */
  readonly #writers = new Map<string, (job: NewEntry) => string>();

  constructor(options: EntryMakerOptions) {
    this.#options = options;
  }

  /** @throws InvalidJobNameError, InvalidJobArgsError */
  make(name: string, args: JobArgs | null | undefined): MadeJob {
    return this.#make(name, args, this.#now());
  }

  /** All of them are enqueued at the same time. @throws as `make` */
  makeAll(jobs: readonly NewJob[]): MadeJob[] {
    const now = this.#now();
    return jobs.map(({ name, args }) => this.#make(name, args, now));
  }

  /**
   * Makes a job of which only one may wait.
   *
   * @param key what makes two jobs the same; default: their arguments
   * @throws as `make`
   */
  makeUnique(name: string, args: JobArgs | null | undefined, key?: object | null): MadeJob {
    return this.#make(name, args, this.#now(), { by: key ?? args ?? null });
  }

  /** Resolves when the contract has found that a worker could read the job. @throws InvalidJobArgsError */
  async check(contract: JobContract, { text }: MadeJob): Promise<void> {
    if (contract.schema) await contract.check(parseEntry(text).args ?? {});
  }

  #make(
    name: string,
    args: JobArgs | null | undefined,
    enqueuedAt: number,
    unique?: { readonly by: object | null },
  ): MadeJob {
    const write = this.#writer(name);
    const argsText = encodeArgs(name, args, this.#options.limits);
    const uniqueKey = unique && this.#uniqueKey(name, unique.by);
    const id = newId();
    return {
      text: write({ id, enqueuedAt, argsText, uniqueKey }),
      job: {
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
