import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { BulkOptions, BulkResult } from '@nestcraft/work';
import { randomUUID } from 'node:crypto';
import type { DashboardAction } from './dashboard-options.js';
import { Problem } from './problem.js';

/** Work on many jobs that goes on after its request was answered. */
export interface Operation {
  readonly id: string;
  /** For people, such as `retry all dead jobs`. */
  readonly title: string;
  /** What somebody has to be allowed to do to begin or to cancel it. */
  readonly action: DashboardAction;
  readonly state: 'running' | 'done' | 'cancelled' | 'failed';
  readonly progress: Progress | undefined;
  readonly error: string | undefined;
}

/** How far an operation has come. What was looked at may be more than what was done: jobs of other names pass by. */
export interface Progress extends Pick<BulkResult, 'done' | 'duplicates' | 'unknown'> {
  /** How many jobs there were to look at when it began. */
  readonly of: number;
  /** How many were looked at. */
  readonly scanned: number;
}

// For the page to show how it ended.
const KEPT = 20;

/** The operations of this process. They end with it: what they have done stays done. */
@Injectable()
export class Operations implements OnModuleDestroy {
  private readonly operations = new Map<string, Operation>();
  private readonly controllers = new Map<string, AbortController>();

  /** Starts one and answers at once. */
  start(
    { title, action }: Pick<Operation, 'title' | 'action'>,
    work: (options: BulkOptions) => Promise<BulkResult>,
  ): Operation {
    const id = randomUUID();
    const controller = new AbortController();
    this.controllers.set(id, controller);
    const running = {
      id,
      title,
      action,
      state: 'running' as const,
      progress: undefined,
      error: undefined,
    };
    this.operations.set(id, running);
    void work({
      signal: controller.signal,
      onProgress: (result) => {
        this.operations.set(id, { ...running, progress: progressOf(result) });
      },
    })
      .then((result): Operation => {
        const state = result.aborted ? 'cancelled' : 'done';
        return { ...running, state, progress: progressOf(result) };
      })
      .catch((error: unknown): Operation => {
        const message = error instanceof Error ? error.message : String(error);
        return { ...(this.operations.get(id) ?? running), state: 'failed', error: message };
      })
      .then((ended) => {
        this.operations.set(id, ended);
        this.controllers.delete(id);
        this.forgetOldest();
      });
    return running;
  }

  list(): Operation[] {
    return [...this.operations.values()];
  }

  /** @throws Problem when it is not under way */
  get(id: string): Operation {
    const operation = this.operations.get(id);
    if (operation?.state === 'running') return operation;
    throw new Problem(404, 'not_found', 'There is no such operation under way.');
  }

  cancel(id: string): void {
    this.controllers.get(id)?.abort();
  }

  onModuleDestroy(): void {
    for (const controller of this.controllers.values()) controller.abort();
  }

  private forgetOldest(): void {
    for (const { id, state } of this.operations.values()) {
      if (this.operations.size <= KEPT) return;
      if (state !== 'running') this.operations.delete(id);
    }
  }
}

function progressOf({ total, seen, done, duplicates, unknown }: BulkResult): Progress {
  return { of: total, scanned: seen, done, duplicates, unknown };
}
