import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client, Enqueuer, JobHandler, WorkModule, type Job } from '@nestcraft/work';
import { WorkDashboardModule } from '@nestcraft/dashboard';

const [, , redis = '', namespace = ''] = process.argv;

@Injectable()
class Greeter {
  readonly greeted: Promise<string>;
  private resolve: (name: string) => void = () => undefined;

  constructor() {
    this.greeted = new Promise((resolve) => (this.resolve = resolve));
  }

  @JobHandler('greet')
  greet(job: Job<{ name: string }>): void {
    this.resolve(job.args.name);
  }
}

@Module({
  imports: [
    WorkModule.forRoot({ redis, namespace }),
    WorkDashboardModule.forRoot({ path: 'jobs' }),
  ],
  providers: [Greeter],
})
class AppModule {}

/** Runs a job as an application does that has installed the packages, and says what came of it. */
async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  await app.get(Enqueuer).enqueue('greet', { name: 'Ada' });
  const greeted = await app.get(Greeter).greeted;
  const page = await fetch(`${await app.getUrl()}/jobs`);
  const waiting = (await app.get(Client).queues()).map(({ count }) => count);
  await app.close();
  console.log(JSON.stringify({ greeted, page: page.status, waiting }));
}

void main();
