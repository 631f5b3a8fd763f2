import { setTimeout as sleep } from 'node:timers/promises';
import type { Driver, Producer, Workers } from '../drivers/driver.js';
import { BULK, BULK_BYTES, newJobs, now, PAYLOAD } from '../jobs.js';
import { handlerFor } from './handlers.js';
import type { Host } from './host.js';
import type { EnqueuePlan, Pace, Run, RunPlan, Setting, StartPlan, Timing } from './protocol.js';
import { Stopwatch } from './stopwatch.js';
import { Tally } from './tally.js';

interface ProducerSession {
  readonly producer: Producer;
  readonly jobNames: readonly string[];
}

/** Calls a library as the benchmark demands, and measures each call. */
export class DriverHost implements Host {
  readonly #driver: Driver;
  #producing: ProducerSession | undefined;
  #working: WorkerSession | undefined;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  about = () => Promise.resolve({ version: this.#driver.version });

  open = async (setting: Setting) => {
    const producer = await this.#driver.openProducer(setting);
    this.#producing = { producer, jobNames: setting.jobNames };
    return null;
  };

  enqueue = async (plan: EnqueuePlan): Promise<Timing> => {
    const act = sending(this.#opened(), plan);
    const watch = new Stopwatch();
    await act();
    return { count: plan.count, seconds: watch.read().seconds };
  };

  pace = async ({ rate, seconds }: Pace): Promise<Timing> => {
    const { producer, jobNames } = this.#opened();
    const start = performance.now();
    const sent: Promise<unknown>[] = [];
    for (let elapsed = 0; elapsed < seconds * 1000; elapsed = performance.now() - start) {
      while (sent.length < (elapsed / 1000) * rate) {
        const name = jobNames[sent.length % jobNames.length] ?? '';
        sent.push(producer.enqueue({ name, args: { ...PAYLOAD, sentAt: now() } }));
      }
      await sleep(1);
    }
    await Promise.all(sent);
    return { count: sent.length, seconds: (performance.now() - start) / 1000 };
  };

  run = async ({ count, ...plan }: RunPlan): Promise<Run> => {
    const session = await this.#begin(plan);
    await session.done.reaches(count);
    return this.#end();
  };

  start = async (plan: StartPlan) => {
    await this.#begin(plan);
    return null;
  };

  begun = async ({ count }: { readonly count: number }) => {
    await this.#working?.calls.reaches(count);
    return null;
  };

  stop = () => this.#end();

  close = async () => {
    await this.#producing?.producer.close();
    this.#producing = undefined;
    return null;
  };

  async #begin({ pools, work, ...setting }: StartPlan): Promise<WorkerSession> {
    const session = new WorkerSession();
    this.#working = session;
    const handler = handlerFor(work, session.latencies);
    const hooks = {
      handle: (args: Parameters<typeof handler>[0], attempts: number) => {
        if (session.calls.count === 0) session.watch.restart();
        session.calls.add();
        return handler(args, attempts);
      },
      settled: () => session.done.add(),
    };
    for (let pool = 0; pool < pools; pool++) {
      session.workers.push(await this.#driver.startWorkers(setting, hooks));
    }
    return session;
  }

  async #end(): Promise<Run> {
    const session = this.#working;
    if (!session) throw new Error('No workers were started.');
    const costs = session.watch.read();
    await Promise.all(session.workers.map((workers) => workers.stop()));
    this.#working = undefined;
    const { calls, done, latencies } = session;
    return { ...costs, calls: calls.count, done: done.count, latencies };
  }

  #opened(): ProducerSession {
    if (!this.#producing) throw new Error('No producer is open.');
    return this.#producing;
  }
}

/** The workers and their counts, from start to stop. */
class WorkerSession {
  readonly watch = new Stopwatch();
  readonly calls = new Tally();
  readonly done = new Tally();
  readonly latencies: number[] = [];
  readonly workers: Workers[] = [];
}

/** Prepares all jobs, so that only the library is timed. */
function sending({ producer, jobNames }: ProducerSession, plan: EnqueuePlan): () => Promise<void> {
  const { count, way, callers = 1, at = 0, flaky, textBytes, timed = false } = plan;
  const jobs = newJobs(jobNames, count, { flaky, textBytes });
  // A call has at most some megabytes.
  const bulk = textBytes ? Math.max(1, Math.min(BULK, Math.floor(BULK_BYTES / textBytes))) : BULK;
  const call = (index: number): Promise<unknown> => {
    const job = jobs[index];
    if (!job) throw new Error(`There is no job ${index}.`);
    return producer.enqueue(timed ? { ...job, args: { ...job.args, sentAt: now() } } : job);
  };
  const inBulk = async (send: ((batch: typeof jobs) => Promise<unknown>) | undefined) => {
    if (!send) throw new Error(`The library has no call for ${way}.`);
    for (let i = 0; i < count; i += bulk) await send(jobs.slice(i, i + bulk));
  };
  switch (way) {
    case 'single':
      return () => atOnce(1, count, call);
    case 'callers':
      return () => atOnce(callers, count, call);
    case 'bulk':
      return () => inBulk(producer.enqueueBulk?.bind(producer));
    case 'schedule':
      return () =>
        inBulk(
          producer.schedule &&
            ((batch) => producer.schedule?.(batch, new Date(at)) ?? Promise.resolve()),
        );
  }
}

/** `callers` at once, each of which awaits one call before its next one. */
async function atOnce(
  callers: number,
  count: number,
  call: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) await call(next++);
  };
  await Promise.all(Array.from({ length: callers }, caller));
}
