import type { INestApplicationContext, ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule, type TestingModuleBuilder } from '@nestjs/testing';
import type { RedisSource } from '@nestcraft/engine';
import {
  optionRules,
  optionTables,
  systemClock,
  type OptionTable,
} from '@nestcraft/engine/internal';
import { VirtualClock } from '@nestcraft/engine/testing';
import { WORK_ENVIRONMENT } from '../instance/work-environment.js';
import { assertStreamsRun } from './fake-timers.js';
import { openPrivateRedis } from './private-redis.js';
import { TestingEnvironment } from './testing-environment.js';
import { WorkTesting } from './work-testing.js';

/** Options of `createWorkTesting`. */
export interface WorkTestingOptions {
  /**
   * Where the jobs are: `memory` (default), for which `@nestcraft/memory-redis` must be installed; or a real Redis, by
   * its URL or the options of ioredis, in which the test has keys of its own until it is closed.
   */
  readonly redis?: RedisSource | undefined;
  /** What time it is for jobs in the beginning; default now, to the second. */
  readonly now?: Date | undefined;
  /** Jobs run by themselves, as in production, in real time; default false. */
  readonly autoRun?: boolean | undefined;
}

/** Makes an application of the compiled module, such as `module.createNestApplication()`. */
export interface WorkTestingApplication<App extends INestApplicationContext> {
  readonly application: (module: TestingModule) => App;
}

const { FLAG, functionOf, ruleBy } = optionRules;

/** What the options of a test may be. */
export const TESTING_OPTIONS: OptionTable<
  WorkTestingOptions & Partial<WorkTestingApplication<INestApplicationContext>>
> = {
  redis: ruleBy('"memory", or where a Redis is', (value, option) => {
    if (value !== 'memory') optionTables.pool.redis.check(option, value);
  }),
  now: optionTables.list.at,
  autoRun: FLAG,
  application: functionOf('a function of the module that makes an application'),
};

/** Starts an application that `application` makes of the compiled module, such as an HTTP application. */
export async function createWorkTesting<App extends INestApplicationContext>(
  module: ModuleMetadata | TestingModuleBuilder,
  options: WorkTestingOptions & WorkTestingApplication<App>,
): Promise<WorkTesting<App>>;
/**
 * Starts an application for a test of its jobs. The application keeps its own `WorkModule.forRoot` or `forRootAsync`, and
 * its named instances; only their Redis is the test's, and nothing runs until the test says so.
 *
 * @param module the metadata that `Test.createTestingModule` takes, or the builder that it returns, with its overrides
 * @throws InvalidOptionError; WorkTestingError if what `redis` needs is not installed, or if `process.nextTick` is faked;
 * the error that keeps the application from starting
 *
 * @example
 * ```ts
 * const work = await createWorkTesting({ imports: [AppModule] });
 * await work.get(SignupService).signUp('ada@example.com');
 * expect(work).toHaveEnqueued('send_email', { to: 'ada@example.com' });
 * await work.drain();
 * await work.advance('1h');
 * await work.close();
 * ```
 */
export async function createWorkTesting(
  module: ModuleMetadata | TestingModuleBuilder,
  options?: WorkTestingOptions,
): Promise<WorkTesting<TestingModule>>;
export async function createWorkTesting(
  module: ModuleMetadata | TestingModuleBuilder,
  options: WorkTestingOptions & Partial<WorkTestingApplication<INestApplicationContext>> = {},
): Promise<WorkTesting> {
  optionRules.assertOptions('createWorkTesting', options, TESTING_OPTIONS);
  const { redis = 'memory', now = new Date(), autoRun = false } = options;
  const { application = (compiled) => compiled } = options;
  await assertStreamsRun();
  const clock = autoRun ? systemClock : new VirtualClock(now);
  const privateRedis = await openPrivateRedis(redis, () => clock.now());
  const environment = new TestingEnvironment(clock, privateRedis, autoRun);
  const builder = 'compile' in module ? module : Test.createTestingModule(module);
  const compiled = await builder.overrideProvider(WORK_ENVIRONMENT).useValue(environment).compile();
  const app = application(compiled);
  await app.init();
  return new WorkTesting({ app, environment, onClose: () => privateRedis.close() });
}
