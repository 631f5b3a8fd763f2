/** Settings that the demo's parts receive from outside. */
export interface DemoOptions {
  readonly redisUrl: string;
  readonly namespace: string;
  readonly smtpUrl: string;
  /** The folder in which the private mail server stores mails; `undefined` if mails go elsewhere. */
  readonly outboxFolder: string | undefined;
  readonly exportsFolder: string;
  /** Whether sample jobs are enqueued continuously. */
  readonly traffic: boolean;
}

/** Injection token of the options. */
export const DEMO_OPTIONS = Symbol('DEMO_OPTIONS');
