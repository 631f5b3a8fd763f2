/** The arguments of every job: small, as most are. */
export interface JobArgs {
  readonly userId: number;
  readonly template: string;
  readonly locale: string;
  /** Of a job whose latency is measured: when it was enqueued, as `now` tells. */
  readonly sentAt?: number;
  /** Of a job with long arguments. */
  readonly text?: string;
  /** Of a job that fails at its first attempt. */
  readonly flaky?: boolean;
}

/** A job to be enqueued. */
export interface NewJob {
  readonly name: string;
  readonly args: JobArgs;
}

export const PAYLOAD: JobArgs = { userId: 12345, template: 'welcome', locale: 'en' };
/** How many jobs one bulk call takes. */
export const BULK = 1_000;
/** How many bytes of long arguments. */
export const BULK_BYTES = 2 * 1024 * 1024;
// One job in so many is flaky, where jobs are: 20 %.
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
