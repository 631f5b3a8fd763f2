/** The arguments of every job: small, as most are. */
export interface JobArgs {
  readonly userId: number;
  readonly template: string;
  readonly locale: string;
  /** For a job whose latency is measured: the time of its enqueueing, by `now`. */
  readonly sentAt?: number;
  /** For a job with long arguments. */
  readonly text?: string;
  /** Whether the job fails at its first attempt. */
  readonly flaky?: boolean;
}

/** A job to be enqueued. */
export interface NewJob {
  readonly name: string;
  readonly args: JobArgs;
}

export const PAYLOAD: JobArgs = { userId: 12345, template: 'welcome', locale: 'en' };
/** The number of jobs of a bulk call. */
export const BULK = 1_000;
/** The maximum size of a bulk call of long jobs, in bytes. */
export const BULK_BYTES = 2 * 1024 * 1024;
// One job in five is flaky.
const FLAKY_EVERY = 5;

/** `job1`, `job2`, … */
export function jobNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `job${index + 1}`);
}

/** So many jobs, spread evenly over the names; with a text of so many bytes, if they are to be long. */
export function newJobs(
  names: readonly string[],
  count: number,
  { flaky = false, textBytes = 0 } = {},
): NewJob[] {
  const payload = textBytes > 0 ? { ...PAYLOAD, text: 'x'.repeat(textBytes) } : PAYLOAD;
  return Array.from({ length: count }, (_, index) => ({
    name: names[index % names.length] ?? '',
    args: flaky && index % FLAKY_EVERY === 0 ? { ...payload, flaky } : payload,
  }));
}

/** Microseconds on the clock that all processes of this machine share, Go's included. */
export function now(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}
