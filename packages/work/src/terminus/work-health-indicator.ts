import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import type { HealthLimits, PoolHealth } from '@nestcraft/engine';
import {
  optionRules,
  optionTables,
  redisProblem,
  type OptionTable,
} from '@nestcraft/engine/internal';
import { instanceToken } from '../instance/instance-tokens.js';
import type { WorkInstance } from '../instance/work-instance.js';

type Session = ReturnType<HealthIndicatorService['check']>;

/** Options of a health check. */
export interface WorkHealthOptions extends HealthLimits {
  /** The name of the instance of `WorkModule` to check; default: the unnamed instance. */
  readonly instance?: string | undefined;
}

/** The rules for the options of a health check. */
export const HEALTH_OPTIONS: OptionTable<WorkHealthOptions> = {
  ...optionTables.health,
  instance: optionRules.NAME,
};

/**
 * Reports the health of this process's worker pool to `@nestjs/terminus`, based on the pool's own state: whether its
 * fetches are answered, how old its heartbeat is, how long jobs have waited, and whether jobs are waiting that no
 * running pool handles. The last two make it `degraded`, which keeps the HTTP status at 200. Terminus 11 has no such
 * state, so it gets `up` with `degraded: true`. In a process that runs no jobs, the check is whether Redis answers.
 *
 * @example
 * ```ts
 * @Controller('health')
 * class HealthController {
 *   constructor(
 *     private readonly health: HealthCheckService,
 *     private readonly work: WorkHealthIndicator,
 *   ) {}
 *   @Get()
 *   @HealthCheck()
 *   check(): Promise<HealthCheckResult> {
 *     return this.health.check([() => this.work.isHealthy('work')]);
 *   }
 * }
 * ```
 */
@Injectable()
export class WorkHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly moduleRef: ModuleRef,
  ) {}

  /**
   * @param key the key of the result
   * @throws InvalidOptionError for invalid limits; Nest's own error for an unknown instance
   */
  async isHealthy(key: string, options: WorkHealthOptions = {}): Promise<HealthIndicatorResult> {
    optionRules.assertOptions('isHealthy', options, HEALTH_OPTIONS);
    const { instance: name, ...limits } = options;
    const instance = this.moduleRef.get<WorkInstance>(instanceToken(name), { strict: false });
    const session = this.indicators.check(key);
    return instance.runsJobs
      ? told(session, await instance.pool.health(limits))
      : this.asked(session, instance);
  }

  private async asked(
    session: Session,
    { connection }: WorkInstance,
  ): Promise<HealthIndicatorResult> {
    try {
      await connection.ready();
      await connection.redis.ping();
      return session.up();
    } catch (error) {
      return session.down({ problems: [redisProblem(error)] });
    }
  }
}

function told(session: Session, { status, ...figures }: PoolHealth): HealthIndicatorResult {
  if (status === 'up') return session.up(figures);
  if (status === 'down') return session.down(figures);
  // Available since Terminus 12.1.
  const knowsDegraded = typeof Reflect.get(session, 'degraded') === 'function';
  return knowsDegraded ? session.degraded(figures) : session.up({ ...figures, degraded: true });
}
