/**
 * The questions of the benchmark to a competitor's process, and the answers: one line of JSON each, questions on its standard
 * input, answers on its file descriptor 3, in order. The Go programs use the same protocol.
 */
export interface Protocol {
  /** Opens the producer. */
  open: { params: Setting; result: null };
  /** Enqueues jobs, timed. */
  enqueue: { params: EnqueuePlan; result: Timing };
  /** Enqueues single jobs that carry their time, at a steady rate. */
  pace: { params: Pace; result: Timing };
  /** Starts workers, runs the waiting jobs, and stops the workers. */
  run: { params: RunPlan; result: Run };
  /** Starts workers. */
  start: { params: StartPlan; result: null };
  /** Resolves once the workers have begun `count` jobs. */
  begun: { params: { readonly count: number }; result: null };
  /** Stops the workers. */
  stop: { params: null; result: Run };
  /** Closes the producer. */
  close: { params: null; result: null };
  about: { params: null; result: About };
}

export type Verb = keyof Protocol;

export interface Setting {
  readonly redisUrl: string;
  /** The prefix of its keys. */
  readonly namespace: string;
  readonly jobNames: readonly string[];
  /** Jobs at once in a pool, over all names. */
  readonly concurrency: number;
}

export interface EnqueuePlan {
  readonly count: number;
  /**
   * `single`: one call after the other; `callers`: `callers` calls at once; `bulk`: calls of 1000 jobs, one after the
   * other; `schedule`: calls for jobs that are due at `at`.
   */
  readonly way: 'single' | 'callers' | 'bulk' | 'schedule';
  readonly callers?: number;
  /** Milliseconds since the epoch. */
  readonly at?: number;
  readonly flaky?: boolean;
  /** The length of the text in the arguments of each job, in bytes; default: no text. */
  readonly textBytes?: number;
  /** The jobs carry the time at which they were enqueued. */
  readonly timed?: boolean;
}

export interface Pace {
  /** Jobs a second. */
  readonly rate: number;
  readonly seconds: number;
}

/** The work of the handlers: none, wait a millisecond, fail at first if the job is flaky, or record the job's latency. */
export type Work = 'noop' | 'sleep' | 'flaky' | 'timed';

export interface StartPlan extends Setting {
  readonly work: Work;
  /** The number of worker pools in the process. */
  readonly pools: number;
}

export interface RunPlan extends StartPlan {
  readonly count: number;
}

export interface Timing {
  readonly count: number;
  readonly seconds: number;
}

/** The results of workers since their start. */
export interface Run {
  /** Jobs that were settled as done. */
  readonly done: number;
  /** How often a handler was called. */
  readonly calls: number;
  /** From the first call of a handler until the last awaited job was settled. */
  readonly seconds: number;
  /** CPU time of the process in the same time. */
  readonly cpuSeconds: number;
  /** The peak memory of the process so far. */
  readonly peakBytes: number;
  /** Microseconds from enqueue to the start of the handler, for jobs that carried their time. */
  readonly latencies: readonly number[];
}

export interface About {
  readonly version: string;
}

export interface Question<V extends Verb = Verb> {
  readonly verb: V;
  readonly params: Protocol[V]['params'];
}

export type Answer = { readonly result: unknown } | { readonly error: string };
