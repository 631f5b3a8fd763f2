import { Body, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { Client, type WaitingJob } from '@nestcraft/work';
import { Action } from './access.guard.js';
import { entryFile } from './entry-file.js';
import { Memo } from './memo.js';
import { Operations, type Operation } from './operations.js';
import { integer, jobPositions, LONGEST_ID, text, type Fields } from './params.js';
import { Presenter } from './presenter.js';
import { Problem } from './problem.js';

const LAST = 1_000_000_000;
const LONGEST_PAUSE = 365 * 24 * 3600;
const MOST_LISTED = 200;
const MOST_SELECTED = 200;
const FRESH = 3_000;

/** The queues and what waits in them. Its routes are made by `controllersAt`. */
export class QueuesController {
  constructor(
    @Inject(Client) private readonly client: Client,
    @Inject(Presenter) private readonly presenter: Presenter,
    @Inject(Operations) private readonly operations: Operations,
    @Inject(Memo) private readonly memo: Memo,
  ) {}

  @Get(':name/jobs')
  @Action('view')
  async waiting(@Param('name') name: string, @Query() query: Fields) {
    const from = integer('from', query.from ?? 0, 0, LAST);
    const limit = integer('limit', query.limit ?? 20, 1, MOST_LISTED);
    return this.memo.read(JSON.stringify(['waiting', name, from, limit]), FRESH, async () => {
      const { jobs, total } = await this.client.listWaiting(name, { from, limit });
      const next = from + jobs.length;
      return {
        ...{ total, from, next: next < total ? next : undefined },
        jobs: jobs.map((job) => this.presenter.job(job)),
      };
    });
  }

  @Get(':name/jobs/:position/:id')
  @Action('view')
  async job(
    @Param('name') name: string,
    @Param('position') position: string,
    @Param('id') id: string,
  ) {
    const jobId = text('id', id, LONGEST_ID); // Before anything begins that nobody would wait for.
    const [job, attempts] = await Promise.all([
      this.find(name, position, id),
      this.client.attempts(jobId),
    ]);
    return this.presenter.detail(job, attempts);
  }

  /** The entry to the byte. */
  @Get(':name/jobs/:position/:id/entry')
  @Action('view')
  async entry(
    @Param('name') name: string,
    @Param('position') position: string,
    @Param('id') id: string,
  ) {
    return entryFile(this.presenter.entry(await this.find(name, position, id)));
  }

  @Post(':name/delete')
  @HttpCode(200)
  @Action('delete')
  async delete(@Param('name') name: string, @Body() body: Fields = {}) {
    const results: string[] = [];
    for (const job of jobPositions('jobs', body.jobs, MOST_SELECTED)) {
      results.push(await this.client.deleteWaitingJob(name, job));
    }
    this.memo.clear();
    return { results };
  }

  @Post(':name/pause')
  @HttpCode(204)
  @Action('pause')
  async pause(@Param('name') name: string, @Body() body: Fields = {}): Promise<void> {
    const seconds =
      body.seconds === undefined ? undefined : integer('seconds', body.seconds, 1, LONGEST_PAUSE);
    await this.client.pause(name, { seconds });
  }

  @Post(':name/unpause')
  @HttpCode(204)
  @Action('pause')
  async unpause(@Param('name') name: string): Promise<void> {
    await this.client.unpause(name);
  }

  @Post(':name/limit')
  @HttpCode(204)
  @Action('limit')
  async limit(@Param('name') name: string, @Body() body: Fields = {}): Promise<void> {
    await this.client.setMaxConcurrency(name, integer('limit', body.limit, 0, 1_000_000));
  }

  @Post(':name/empty')
  @HttpCode(202)
  @Action('empty')
  empty(@Param('name') name: string): Operation {
    return this.operations.start(
      { title: `empty the queue ${name}`, action: 'empty' },
      ({ signal, onProgress }) => this.client.emptyQueue(name, { signal, onProgress }),
    );
  }

  private async find(name: string, position: string, id: string): Promise<WaitingJob> {
    const ref = {
      position: integer('position', position, 1, LAST),
      id: text('id', id, LONGEST_ID),
    };
    const job = await this.client.waitingJob(name, ref);
    if (job) return job;
    throw new Problem(404, 'not_found', 'The job does not wait there any more.');
  }
}
