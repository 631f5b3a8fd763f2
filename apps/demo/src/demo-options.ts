/** What the parts of the demo are told from outside. */
export interface DemoOptions {
  readonly redisUrl: string;
  readonly namespace: string;
  readonly smtpUrl: string;
  /** Where the private mail server keeps its mails; `undefined` when mails go elsewhere. */
  readonly outboxFolder: string | undefined;
  readonly exportsFolder: string;
  /** Whether sample jobs are enqueued all the time. */
  readonly traffic: boolean;
}

/** Injection token of the options. */
export const DEMO_OPTIONS = Symbol('DEMO_OPTIONS');
