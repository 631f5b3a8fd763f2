import type { Setting } from '../host/protocol.js';
import type { JobArgs, NewJob } from '../jobs.js';

/** How a library is used. Everything that is measured around it is the host's. */
export interface Driver {
  readonly version: string;
  openProducer(setting: Setting): Promise<Producer>;
  /** Starts a pool of workers; resolves when they are connected and ask for jobs. */
  startWorkers(setting: Setting, hooks: Hooks): Promise<Workers>;
}

export interface Producer {
  enqueue(job: NewJob): Promise<unknown>;
  /** By the library's own bulk call, where it has one. */
  enqueueBulk?(jobs: readonly NewJob[]): Promise<unknown>;
  /** Enqueues jobs that are due at a time. */
  schedule?(jobs: readonly NewJob[], at: Date): Promise<unknown>;
  close(): Promise<void>;
}

export interface Workers {
  stop(): Promise<void>;
}

export interface Hooks {
  /** Every handler is this alone, with what its job says, and how many attempts came before. */
  readonly handle: (args: JobArgs, attempts: number) => Promise<void>;
  /** A job was done, and Redis knows it. */
  readonly settled: () => void;
}
