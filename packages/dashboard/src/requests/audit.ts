import { Inject, Injectable, Logger } from '@nestjs/common';
import { errorLine } from '@nestcraft/work/internal';
import type { Asked } from './asked.js';
import type { DashboardResource } from '../options/actions.js';
import type {
  DashboardEvent,
  DashboardUser,
  WorkDashboardOptions,
} from '../options/dashboard-options.js';
import { WORK_DASHBOARD_OPTIONS } from '../options/dashboard.tokens.js';
import { Problem } from '../http/problem.js';
import { isUnknownEffect } from '../http/redis-problem.js';

type Ending = Pick<DashboardEvent, 'outcome' | 'results' | 'error'>;

const MAX_NAME = 100;
// Limits the job ids in a log line.
const MAX_IDS = 20;

/** Reports every change and its author to the log and to `onAction`. */
@Injectable()
export class Audit {
  private readonly logger = new Logger('WorkDashboard');

  constructor(@Inject(WORK_DASHBOARD_OPTIONS) private readonly options: WorkDashboardOptions) {}

  /** Makes a change and reports it once. */
  async watch(asked: Asked, change: () => Promise<unknown>): Promise<unknown> {
    try {
      const answer = await change();
      this.tell(asked, endingOf(answer, asked.route.status));
      return answer;
    } catch (error) {
      this.tell(asked, failureOf(error));
      throw error;
    }
  }

  private tell({ user, route, action, resources }: Asked, ending: Ending): void {
    const ids = resources.flatMap(({ jobId }) => jobId ?? []);
    const event: DashboardEvent = {
      ...{ at: new Date(), user, who: labelOf(user), action },
      route: route.path.replace(/^api\//, ''),
      resource: common(resources),
      jobIds: resources.length > 1 ? ids : undefined,
      ...ending,
    };
    this.logger.log(lineOf(event));
    const told = async (): Promise<void> => this.options.onAction?.(event);
    told().catch((error: unknown) => {
      this.logger.error(`onAction failed: ${errorLine(error)}`);
    });
  }
}

function endingOf(answer: unknown, status: number | undefined): Ending {
  const { result, results } = (answer ?? {}) as { result?: string; results?: readonly string[] };
  const all = results ?? (result === undefined ? undefined : [result]);
  return { outcome: status === 202 ? 'started' : 'done', results: all };
}

function failureOf(error: unknown): Ending {
  const isRefused = error instanceof Problem && error.code === 'forbidden';
  const failed = isUnknownEffect(error) ? 'unknown' : 'failed';
  return { outcome: isRefused ? 'refused' : failed, error: errorLine(error) };
}

/** Returns the members that all resources share. */
function common(resources: readonly DashboardResource[]): DashboardResource {
  const [first = {}, ...others] = resources;
  return Object.fromEntries(
    Object.entries(first).filter(
      ([key, value]) =>
        value !== undefined &&
        others.every((other) => other[key as keyof DashboardResource] === value),
    ),
  );
}

function lineOf({ who, action, route, resource, jobIds, outcome, results, error }: DashboardEvent) {
  const [ids = [], ends = []] = [jobIds, results].map((list) => list?.slice(0, MAX_IDS));
  const about = {
    ...resource,
    ...(ids.length > 0 && { jobIds: ids, jobs: jobIds?.length }),
    ...(ends.length > 0 && { results: [...new Set(ends)] }),
    ...(error !== undefined && { error }),
  };
  // As JSON, so that user input cannot start a second line.
  return `${JSON.stringify(who)}: ${action} (${route}) is ${outcome} ${JSON.stringify(about)}`;
}

/** Returns a short name of a user, for people. */
export function labelOf(user: DashboardUser): string {
  if (typeof user === 'string') return user.slice(0, MAX_NAME);
  const { username, email, name, id } = user as Partial<Record<string, unknown>>;
  const label = [username, email, name, id].find((one) => isText(one) || typeof one === 'number');
  return `${(label as string | number | undefined) ?? 'somebody'}`.slice(0, MAX_NAME);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
