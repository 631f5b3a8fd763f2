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
   * The Redis that holds the jobs: `memory` (default), which requires `@nestcraft/memory-redis`, or a real Redis as a
   * URL or ioredis options, in which the test uses its own keys until it is closed.
   */
  readonly redis?: RedisSource | undefined;
  /** The initial time for jobs; default: now, to the second. */
  readonly now?: Date | undefined;
  /** Whether jobs run automatically, in real time, as in production; default false. */
  readonly autoRun?: boolean | undefined;
}

/** Creates an application from the compiled module, such as `module.createNestApplication()`. */
export interface WorkTestingApplication<App extends INestApplicationContext> {
  readonly application: (module: TestingModule) => App;
}

const { FLAG, functionOf, ruleBy } = optionRules;

/** The rules for a test's options. */
export const TESTING_OPTIONS: OptionTable<
  WorkTestingOptions & Partial<WorkTestingApplication<INestApplicationContext>>
> = {
  redis: ruleBy('"memory", or the location of a Redis', (value, option) => {
    if (value !== 'memory') optionTables.pool.redis.check(option, value);
  }),
  now: optionTables.list.at,
  autoRun: FLAG,
  application: functionOf('a function that creates an application from the module'),
};

/** Starts an application that `application` creates from the compiled module, such as an HTTP application. */
export async function createWorkTesting<App extends INestApplicationContext>(
  module: ModuleMetadata | TestingModuleBuilder,
  options: WorkTestingOptions & WorkTestingApplication<App>,
): Promise<WorkTesting<App>>;
/**
 * Starts an application to test its jobs. The application keeps its own `WorkModule.forRoot` or `forRootAsync` and its
 * named instances. Only their Redis is replaced by the test's, and nothing runs until the test runs it.
 *
 * @param module metadata as for `Test.createTestingModule`, or the builder that it returns, with its overrides
 * @throws InvalidOptionError; WorkTestingError if the package for `redis` is not installed or `process.nextTick` is
 * faked; any error that prevents the application from starting
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
