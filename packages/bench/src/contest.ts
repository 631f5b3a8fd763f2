import type { Competitor } from './competitors.js';
import type { CompetitorProcess } from './host/competitor-process.js';
import type { EnqueuePlan, Run, Setting, StartPlan, Timing, Work } from './host/protocol.js';
import type { RedisProbe } from './redis-probe.js';

export interface Team {
  readonly competitor: Competitor;
  /** Enqueues, in a process of its own. */
  readonly producer: CompetitorProcess;
  /** Runs jobs. */
  readonly workers: CompetitorProcess;
}

/** One measurement of one competitor: its processes, a namespace of its own in an empty Redis, and what to do there. */
export class Contest {
  constructor(
    readonly team: Team,
    readonly setting: Setting,
    readonly redis: RedisProbe,
  ) {}

  get competitor(): Competitor {
    return this.team.competitor;
  }

  /** Enqueues from a producer that is opened for it. */
  async enqueue(plan: EnqueuePlan, setting: Setting = this.setting): Promise<Timing> {
    return this.producing(() => this.team.producer.ask('enqueue', plan), setting);
  }

  /** Has jobs wait in the queues, as fast as the library puts them there. */
  async fill(
    count: number,
    plan: Partial<EnqueuePlan> = {},
    setting = this.setting,
  ): Promise<void> {
    const how = this.competitor.can.has('enqueue') ? this.#fastest() : { way: 'bulk' as const };
    await this.enqueue({ count, ...how, ...plan }, setting);
  }

  /** Does something while the producer is open. */
  async producing<Result>(act: () => Promise<Result>, setting = this.setting): Promise<Result> {
    await this.team.producer.ask('open', setting);
    try {
      return await act();
    } finally {
      await this.team.producer.ask('close', null);
    }
  }

  /** Has workers run the `count` jobs that wait. @throws Error unless just so many were done */
  async drain(count: number, plan: Partial<StartPlan> = {}): Promise<Run> {
    const run = await this.team.workers.ask('run', { ...this.#plan('noop'), ...plan, count });
    if (run.done !== count) throw this.#miscounted(run.done, count);
    return run;
  }

  /** The same from queues in which more wait; others may be run, too. */
  drainSome(count: number): Promise<Run> {
    return this.team.workers.ask('run', { ...this.#plan('noop'), count });
  }

  async start(work: Work, pools = 1): Promise<void> {
    await this.team.workers.ask('start', { ...this.#plan(work), pools });
  }

  /** Stops the workers. @throws Error unless just so many jobs were done */
  async stop(count: number): Promise<Run> {
    const run = await this.team.workers.ask('stop', null);
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
