import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Client, type BulkOptions, type BulkResult } from '@nestcraft/work';
import { errorLine } from '@nestcraft/work/internal';
import { Problem } from '../http/problem.js';
import { DashboardTiming } from '../options/timing.js';
import type { BulkTask, Progress } from './bulk-task.js';

/** A task that has not begun. */
export type Plan = Pick<BulkTask, 'title' | 'action' | 'resource' | 'by'>;

/** A task that runs in this process. */
interface OwnTask {
  readonly controller: AbortController;
  readonly end: Promise<void>;
}

// Seconds for which an ended task is shown; an interrupted task is shown for an hour.
const SHOWN = 300;
// Tasks of different job names may run at once, and a request may invent names.
const MAX_RUNNING = 20;

/**
 * The bulk tasks of the application. Each runs in the process that got its request; every process shows all of them and can
 * cancel them. A cancelled task leaves its finished part done.
 */
@Injectable()
export class BulkTasks implements OnModuleDestroy {
  private readonly logger = new Logger('WorkDashboard');
  private readonly own = new Map<string, OwnTask>();
  /** Tasks that run here, or are about to. */
  private running = 0;
  private isEnding = false;

  constructor(
    private readonly client: Client,
    private readonly timing: DashboardTiming,
  ) {}

  /**
   * Starts a task and returns immediately.
   *
   * @throws Problem if the same task is under way in any process, or 20 tasks are in this one
   */
  async start(plan: Plan, work: (options: BulkOptions) => Promise<BulkResult>): Promise<BulkTask> {
    if (this.running === MAX_RUNNING) throw tooMany();
    this.running++;
    const begun: BulkTask = {
      ...{ id: randomUUID(), ...plan, state: 'running' as const },
      ...{ progress: undefined, error: undefined, startedAt: now(), endedAt: undefined },
    };
    try {
      const { id, title } = begun;
      const isFirst = await this.client.bulkTasks.begin(id, title, JSON.stringify(begun));
      if (!isFirst) throw underWay(title);
    } catch (error) {
      this.running--;
      throw error;
    }
    const controller = new AbortController();
    const end = this.run(begun, controller, work);
    this.own.set(begun.id, { controller, end });
    return begun;
  }

  /** Returns the tasks, oldest first. */
  async list(): Promise<BulkTask[]> {
    const since = now() - SHOWN;
    const notes = await this.client.bulkTasks.list();
    return notes
      .flatMap(({ text, isAlive }) => {
        const one = parse(text);
        if (!one) return [];
        return one.state === 'running' && !isAlive
          ? { ...one, state: 'interrupted' as const }
          : one;
      })
      .filter(({ endedAt }) => endedAt === undefined || endedAt > since);
  }

  /** @throws Problem if it is not under way */
  async get(id: string): Promise<BulkTask> {
    const task = (await this.list()).find((one) => one.id === id);
    if (task?.state === 'running') return task;
    throw new Problem(404, 'not_found', 'This task is not under way.');
  }

  /** Ends the task after its current batch, in whichever process it runs. */
  async cancel(id: string): Promise<void> {
    const own = this.own.get(id);
    if (own) own.controller.abort();
    else await this.client.bulkTasks.cancel(id);
  }

  async onModuleDestroy(): Promise<void> {
    this.isEnding = true;
    const all = [...this.own.values()];
    for (const { controller } of all) controller.abort();
    await Promise.all(all.map(({ end }) => end));
  }

  private async run(
    begun: BulkTask,
    controller: AbortController,
    work: (options: BulkOptions) => Promise<BulkResult>,
  ): Promise<void> {
    let latest = begun;
    const onProgress = (result: BulkResult): void => {
      latest = { ...begun, progress: progressOf(result) };
    };
    const stopBeating = this.beat(() => latest, controller);
    const ended = await work({ signal: controller.signal, onProgress }).then(
      (result): BulkTask => ({
        ...{ ...begun, progress: progressOf(result), endedAt: now() },
        state: result.aborted ? (this.isEnding ? 'interrupted' : 'cancelled') : 'done',
      }),
      (error: unknown): BulkTask => ({
        ...{ ...latest, state: 'failed', error: errorLine(error), endedAt: now() },
      }),
    );
    await stopBeating();
    this.own.delete(begun.id);
    this.running--;
    this.logger.log(
      `${JSON.stringify(begun.by)}: "${begun.title}" is ${ended.state} ${resultText(ended)}`,
    );
    // If Redis cannot be updated, the task shows as interrupted once its lease has expired.
    await this.client.bulkTasks
      .end(begun.id, begun.title, JSON.stringify(ended))
      .catch(() => undefined);
  }

  /** Renews the task's lease periodically, and checks whether another process has cancelled it. */
  private beat(latest: () => BulkTask, controller: AbortController): () => Promise<void> {
    let last: Promise<void> | undefined;
    const timer = setInterval(() => {
      last ??= this.beatOnce(latest(), controller).finally(() => (last = undefined));
    }, this.timing.beat);
    return async () => {
      clearInterval(timer);
      await last;
    };
  }

  private async beatOnce(latest: BulkTask, controller: AbortController): Promise<void> {
    const { id, title } = latest;
    const isUnwanted = await this.client.bulkTasks
      .beat(id, title, JSON.stringify(latest))
      .catch(() => false); // The work itself reports that Redis is unreachable.
    if (isUnwanted) controller.abort();
  }
}

function progressOf({ total, seen, done, duplicates, unknown }: BulkResult): Progress {
  return { done, scanned: seen, of: total, duplicates, unknown };
}

function resultText({ progress, error }: BulkTask): string {
  return JSON.stringify({ ...progress, ...(error !== undefined && { error }) });
}

function underWay(title: string): Problem {
  return new Problem(409, 'under_way', `"${title}" is already under way. Wait until it ends.`);
}

function tooMany(): Problem {
  const detail = `${MAX_RUNNING} bulk tasks are under way in this process. Wait until one of them ends, or cancel it.`;
  return new Problem(429, 'too_many_tasks', detail, { headers: { 'retry-after': '10' } });
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

/** Reads a task that any version of this class may have written. */
function parse(text: string): BulkTask | undefined {
  try {
    const value = JSON.parse(text) as BulkTask | null;
    return typeof value?.title === 'string' && typeof value.state === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
