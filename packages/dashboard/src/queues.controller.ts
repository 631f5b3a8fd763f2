import { Body, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { Client } from '@nestcraft/work';
import { Action } from './access.guard.js';
import { Memo } from './memo.js';
import { Operations, type Operation } from './operations.js';
import { integer, jobPositions, type Fields } from './params.js';
import { Presenter } from './presenter.js';

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
        jobs: jobs.map((job) => this.presenter.waiting(job)),
      };
    });
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
}
