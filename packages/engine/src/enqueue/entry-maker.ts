import { unixSeconds, type Clock } from '../base/clock.js';
import { newId } from '../base/id.js';
import { cipherFor, type ArgsCipher } from '../encryption/args-cipher.js';
import type { Keyring } from '../encryption/keyring.js';
import { InvalidJobArgsError } from '../errors/errors.js';
import { AT_ONCE, enqueuePlan, type EnqueuePlan } from '../job/enqueue-options.js';
import type { GoEscapes } from '../job/go-json.js';
import { encodeArgs, encodeUniqueKey, type JobArgs, type JobArgsLimits } from '../job/job-args.js';
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
  readonly keyring: Keyring;
  /** Called for a name that is new or has not been used for a long time. */
  readonly onNewName: (name: string) => void;
}

/** A job that is not in Redis yet. */
export interface MadeJob {
  readonly entry: JobEntry;
  /** The entry as it is sent to Redis. */
  readonly text: string;
  readonly plan: EnqueuePlan;
  /** The arguments before their encryption, as JSON; only if fields are encrypted. */
  readonly plainArgs?: string;
}

interface Making extends Pick<NewEntry, 'enqueuedAt'> {
  readonly name: string;
  readonly args: JobArgs | null | undefined;
  readonly contract: JobContract | undefined;
  readonly plan: EnqueuePlan;
}

// Names are few. An application that generates names must not fill the memory.
const MAX_WRITERS = 1_000;

/** Makes the entries of new jobs. Refuses jobs that no worker could read. */
export class EntryMaker {
  readonly #options: EntryMakerOptions;
  /** The writers by valid names. */
  readonly #writers = new Map<string, (job: NewEntry) => string>();
  /** The ciphers by contract; `undefined` for a contract without encrypted fields. */
  readonly #ciphers = new WeakMap<JobContract, ArgsCipher | undefined>();

  constructor(options: EntryMakerOptions) {
    this.#options = options;
  }

  /** @throws InvalidJobNameError, InvalidJobArgsError, NoEncryptionKeyError */
  make(
    name: string,
    args: JobArgs | null | undefined,
    plan: EnqueuePlan,
    contract: JobContract | undefined,
  ): MadeJob {
    return this.#make({ name, args, contract, plan, enqueuedAt: this.#now() });
  }

  /** Makes jobs with the same enqueue time. @throws InvalidOptionError, and the errors of `make` */
  makeAll(jobs: readonly NewJob[]): MadeJob[] {
    const enqueuedAt = this.#now();
    return jobs.map((job, index) => {
      const { args, contract } = job;
      const name = contract === undefined ? job.name : contract.name;
      const plan = job.options === undefined ? AT_ONCE : planOf(job.options, index);
      try {
        return this.#make({ name, args, contract, plan, enqueuedAt });
      } catch (error) {
        throw inJobs(index, error);
      }
    });
  }

  /** Resolves if a worker can read the job by its contract. @throws InvalidJobArgsError */
  async check(contract: JobContract, { text, plainArgs }: MadeJob): Promise<void> {
    if (!contract.schema) return;
    const isPlain = plainArgs === undefined;
    const args = isPlain ? parseEntry(text).args : (JSON.parse(plainArgs) as JobEntry['args']);
    await contract.check(args ?? {});
  }

  #make({ name, args, contract, plan, enqueuedAt }: Making): MadeJob {
    const write = this.#writer(name);
    const argsText = encodeArgs(name, args, this.#options.limits);
    const cipher = contract && this.#cipher(contract);
    const by = plan.key ?? args ?? null;
    const uniqueKey = plan.unique ? this.#uniqueKey(name, by, cipher) : undefined;
    const id = newId();
    const sent = cipher ? cipher.encrypt(name, argsText) : argsText;
    const made: MadeJob = {
      text: write({ id, enqueuedAt, argsText: sent, uniqueKey }),
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
    return cipher ? { ...made, plainArgs: argsText } : made;
  }

  #cipher(contract: JobContract): ArgsCipher | undefined {
    if (this.#ciphers.has(contract)) return this.#ciphers.get(contract);
    const cipher = cipherFor(contract, this.#options.keyring);
    this.#ciphers.set(contract, cipher);
    return cipher;
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

  /** A claim's key is readable in Redis. The digest of a job with encrypted fields reveals nothing of them. */
  #uniqueKey(name: string, by: object | null, cipher: ArgsCipher | undefined): string {
    const { keys, limits, escapes } = this.#options;
    const key = cipher ? cipher.claim(name, encodeUniqueKey(name, by ?? {}, limits, escapes)) : by;
    return uniqueKey(keys, name, key, { ...limits, escapes });
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
