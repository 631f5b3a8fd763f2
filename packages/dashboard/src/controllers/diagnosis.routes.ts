import { Injectable } from '@nestjs/common';
import { Client, type LockRepair } from '@nestcraft/work';
import type { Asked } from '../requests/asked.js';
import { jobName, MAX_ID, oneOf, optional, text } from '../http/params.js';
import { Problem } from '../http/problem.js';
import { Change, Look } from '../requests/routes.js';
import { Cache } from '../views/cache.js';
import type { ExplanationView } from '../views/explanation-view.js';
import type { LoggedStallView } from '../views/stall-view.js';
import type { HealthView, LockRepairsView } from '../views/health-view.js';
import { Presenters } from '../views/presenter.js';

const MAX_REPAIRS = 100;
// Milliseconds for which all viewers share an answer.
const FRESH = { explanation: 2_000, alerts: 5_000, health: 15_000, again: 2_000 } as const;

/** The routes that say what is wrong, and repair it. */
@Injectable()
export class DiagnosisRoutes {
  constructor(
    private readonly client: Client,
    private readonly presenters: Presenters,
    private readonly cache: Cache,
  ) {}

  /** Explains why a job, or the next job of a name, does not start. */
  @Look('api/explain', 'view')
  async explain(asked: Asked): Promise<ExplanationView> {
    const id = optional(asked.query.id, (value) => text('id', value, MAX_ID));
    const name = optional(asked.query.name, (value) => jobName('name', value));
    if (name !== undefined) await asked.allow({ jobName: name, jobId: id });
    const explanation = await this.explanationOf(id, name);
    // The name of a job that is asked for by its id is known only now.
    const found = explanation.jobName ?? name;
    if (name === undefined || found !== name) await asked.allow({ jobName: found, jobId: id });
    return explanation;
  }

  /** Returns the last stalls and recoveries of the fleet, the newest first. */
  @Look('api/alerts', 'view')
  async alerts(asked: Asked): Promise<{ stalls: readonly LoggedStallView[] }> {
    await asked.allow({});
    return this.cache.read('alerts', FRESH.alerts, async () => {
      const presenter = this.presenters.for(false);
      const recent = await this.client.stalls.recent();
      return { stalls: recent.map((stall) => presenter.loggedStall(stall)) };
    });
  }

  /** Returns the findings of the doctor. `again` asks for fresh ones. */
  @Look('api/health', 'view')
  async health(asked: Asked): Promise<HealthView> {
    const again = optional(asked.query.again, (value) => oneOf('again', value, ['1']));
    await asked.allow({});
    const age = again === undefined ? FRESH.health : FRESH.again;
    return this.cache.read('health', age, () => this.client.doctor());
  }

  /** Returns the locks that a repair would change. */
  @Look('api/locks', 'view')
  async locks(asked: Asked): Promise<LockRepairsView> {
    await asked.allow({});
    return this.cache.read('locks', FRESH.again, async () =>
      repairsView(await this.client.rebuildLocks({ dryRun: true })),
    );
  }

  /** Sets wrong locks to the numbers of jobs in progress. */
  @Change('api/locks/repair', 'repair', { status: 200 })
  async repair(asked: Asked): Promise<LockRepairsView> {
    await asked.allow({});
    const repairs = await this.client.rebuildLocks();
    this.cache.clear();
    return repairsView(repairs);
  }

  private explanationOf(
    id: string | undefined,
    name: string | undefined,
  ): Promise<ExplanationView> {
    return this.cache.read(JSON.stringify(['explain', id, name]), FRESH.explanation, async () => {
      const explanation = await this.client.explain(questionOf(id, name));
      return this.presenters.for(false).explanation(explanation);
    });
  }
}

function repairsView(repairs: readonly LockRepair[]): LockRepairsView {
  const shown = repairs.slice(0, MAX_REPAIRS);
  return {
    repairs: shown.map(({ jobName: name, before, after }) => ({ jobName: name, before, after })),
    total: repairs.length,
  };
}

/** @throws Problem */
function questionOf(id: string | undefined, name: string | undefined) {
  if (id !== undefined) return { id, job: name };
  if (name !== undefined) return { job: name };
  throw new Problem(400, 'invalid', 'The query must have "id", "name" or both.');
}
