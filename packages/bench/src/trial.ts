import type { Competitor } from './competitors.js';
import type { CompetitorProcess } from './host/competitor-process.js';
import type { EnqueuePlan, Run, Setting, StartPlan, Timing, Work } from './host/protocol.js';
import type { RedisProbe } from './redis-probe.js';

/** The two processes of a competitor. */
export interface ProcessPair {
  readonly competitor: Competitor;
  /** Enqueues, in a process of its own. */
  readonly producer: CompetitorProcess;
  /** Runs jobs. */
  readonly workers: CompetitorProcess;
}

/** One measurement of one competitor: its processes, its own namespace in an empty Redis, and the steps of a measurement. */
export class Trial {
  constructor(
    readonly processes: ProcessPair,
    readonly setting: Setting,
    readonly redis: RedisProbe,
  ) {}

  get competitor(): Competitor {
    return this.processes.competitor;
  }

  /** Opens the producer, enqueues, and closes the producer. */
  async enqueue(plan: EnqueuePlan, setting: Setting = this.setting): Promise<Timing> {
    return this.producing(() => this.processes.producer.ask('enqueue', plan), setting);
  }

  /** Fills the queues by the fastest way that the library has. */
  async fill(
    count: number,
    plan: Partial<EnqueuePlan> = {},
    setting = this.setting,
  ): Promise<void> {
    const how = this.competitor.can.has('enqueue') ? this.#fastest() : { way: 'bulk' as const };
    await this.enqueue({ count, ...how, ...plan }, setting);
  }

  /** Calls `act` while the producer is open. */
  async producing<Result>(act: () => Promise<Result>, setting = this.setting): Promise<Result> {
    await this.processes.producer.ask('open', setting);
    try {
      return await act();
    } finally {
      await this.processes.producer.ask('close', null);
    }
  }

  /** Runs the `count` waiting jobs. @throws Error if another number was done */
  async drain(count: number, plan: Partial<StartPlan> = {}): Promise<Run> {
    const run = await this.processes.workers.ask('run', { ...this.#plan('noop'), ...plan, count });
    if (run.done !== count) throw this.#miscounted(run.done, count);
    return run;
  }

  /** Runs at least `count` jobs from queues that hold more. */
  drainSome(count: number): Promise<Run> {
    return this.processes.workers.ask('run', { ...this.#plan('noop'), count });
  }

  async start(work: Work, pools = 1): Promise<void> {
    await this.processes.workers.ask('start', { ...this.#plan(work), pools });
  }

  /** Stops the workers. @throws Error if another number of jobs was done */
  async stop(count: number): Promise<Run> {
    const run = await this.processes.workers.ask('stop', null);
    if (run.calls !== count) throw this.#miscounted(run.calls, count);
    return run;
  }

  #plan(work: Work): StartPlan {
    return { ...this.setting, work, pools: 1 };
  }

  #fastest(): Pick<EnqueuePlan, 'way' | 'callers'> {
    return this.competitor.can.has('bulk') ? { way: 'bulk' } : { way: 'callers', callers: 100 };
  }

  #miscounted(was: number, count: number): Error {
    return new Error(`${this.competitor.title} did ${was} of ${count} jobs.`);
  }
}
