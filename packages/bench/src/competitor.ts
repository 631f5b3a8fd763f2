/** A queue that is measured. Every method is timed as a whole by a workload. */
export interface Competitor {
  /** With its version. */
  readonly name: string;
  /** Opens connections and whatever else a long-lived process opens once. */
  open(setting: Setting): Promise<void>;
  /** Enqueues `count` no-op jobs in bulk, spread evenly over the names. */
  enqueueBulk(count: number): Promise<void>;
  /** Enqueues `count` no-op jobs by as many calls at once. */
  enqueueConcurrently(count: number): Promise<void>;
  /** Starts workers, and resolves when all waiting jobs are done and settled; returns how many ran. */
  drain(count: number): Promise<number>;
  close(): Promise<void>;
}

export interface Setting {
  readonly redisUrl: string;
  /** What its keys begin with. */
  readonly namespace: string;
  readonly jobNames: readonly string[];
  /** Jobs at once, over all names. */
  readonly concurrency: number;
}

/** The arguments of every job, small as most are. */
export const PAYLOAD = { userId: 12345, template: 'welcome', locale: 'en' };
/** How many jobs one bulk call takes. */
export const BULK = 1_000;
