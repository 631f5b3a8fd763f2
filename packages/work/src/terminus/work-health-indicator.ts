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

/** What a check is to go by. */
export interface WorkHealthOptions extends HealthLimits {
  /** The named instance of `WorkModule` to look at; default: the unnamed one. */
  readonly instance?: string | undefined;
}

const HEALTH_OPTIONS: OptionTable<WorkHealthOptions> = {
  ...optionTables.health,
  instance: optionRules.NAME,
};

/**
 * Tells `@nestjs/terminus` how the worker pool of this process is, by the pool's own state: whether its fetches are
 * answered, how old its heartbeat is, how long jobs have waited, and whether jobs wait that no running pool handles. The last
 * two make it `degraded`, which keeps HTTP's status at 200; Terminus 11, which does not know that, is told `up` with
 * `degraded: true`. In a process that runs no jobs it asks whether Redis answers.
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
   * @param key under which the result stands
   * @throws InvalidOptionError for limits that make no sense; Nest's own error for an instance that there is not
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
  // Terminus has it since 12.1.
  const knowsDegraded = typeof Reflect.get(session, 'degraded') === 'function';
  return knowsDegraded ? session.degraded(figures) : session.up({ ...figures, degraded: true });
}
