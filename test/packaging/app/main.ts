import 'reflect-metadata';
import {
  Catch,
  Inject,
  Injectable,
  Module,
  Scope,
  UseFilters,
  UseGuards,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Client,
  consoleLogger,
  Enqueuer,
  isJobContext,
  JOB,
  JobPayload,
  JobHandler,
  WorkModule,
  type Job,
  type StandardSchema,
} from '@nestcraft/work';
import { WorkDashboardModule } from '@nestcraft/dashboard';
import { Platform } from './platform.js';

const [, , redis = '', namespace = '', until = ''] = process.argv;

@Injectable()
class Greetings {
  readonly first: Promise<string>;
  resolve: (name: string) => void = () => undefined;

  constructor() {
    this.first = new Promise((resolve) => (this.resolve = resolve));
  }
}

@Injectable()
class JobsOnly implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return isJobContext(context);
  }
}

/** Reports, and decides nothing. */
@Catch()
class Report implements ExceptionFilter {
  async catch(): Promise<void> {
    await Promise.resolve();
  }
}

const name: StandardSchema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value: unknown) =>
      typeof value === 'string' ? { value: value.trim() } : { issues: [{ message: 'no name' }] },
  },
};

@Injectable({ scope: Scope.REQUEST })
class Greeter {
  constructor(
    @Inject(JOB) private readonly job: Job<{ name: string }>,
    private readonly greetings: Greetings,
  ) {}

  @JobHandler('greet')
  @UseGuards(JobsOnly)
  @UseFilters(Report)
  greet(@JobPayload('name', { schema: name }) name: string): void {
    if (this.job.args.name.trim() !== name) throw new Error('This is the job of another.');
    this.greetings.resolve(name);
  }
}

@Module({
  imports: [
    // One of its jobs fails, which is no news.
    WorkModule.forRoot({
      redis,
      namespace,
      concurrency: 1,
      logger: { ...consoleLogger, error: () => undefined },
    }),
    WorkDashboardModule.forRoot({ path: 'jobs', insecureAllowAll: true }),
  ],
  providers: [Greeter, Greetings],
})
class AppModule {}

/** Runs jobs as an application does that has installed the packages, and says what came of it. */
async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, new Platform(), { logger: ['error', 'warn'] });
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  await app.get(Enqueuer).enqueue('greet', { name: 7 });
  await app.get(Enqueuer).enqueue('greet', { name: ' Ada ' });
  const greeted = await app.get(Greetings).first;
  const page = await fetch(`${await app.getUrl()}/jobs`);
  const client = app.get(Client);
  const waiting = (await client.queues.list()).map(({ count }) => count);
  const { dead } = await client.counts();
  if (until === 'next-beat') await nextBeat(client);
  await app.close();
  console.log(JSON.stringify({ greeted, page: page.status, waiting, dead }));
}

/** Resolves when the pool's heartbeat has moved on since. */
async function nextBeat(client: Client): Promise<void> {
  const beatAt = async (): Promise<number> => Number((await client.pools.list())[0]?.heartbeatAt);
  const before = await beatAt();
  while ((await beatAt()) === before) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

void main();
