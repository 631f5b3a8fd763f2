import { describe, expect, it } from '@jest/globals';
import { silentLogger, WorkerPool } from '@nestcraft/work';
import { JobTally } from './job-tally.js';

describe('the tally', () => {
  it('counts the jobs that a person enqueues, and none of the sample traffic, which a clock does', () => {
    const pool = new WorkerPool({ redis: {}, logger: silentLogger });
    const tally = new JobTally(pool);
    tally.onModuleInit();
    for (const name of ['send_welcome_email', 'daily_report', 'export_report']) {
      const settled = { job: { name }, fate: { kind: 'done' } };
      pool.emit('settled', settled as never);
    }
    expect(tally.counts).toEqual({ done: 2, retried: 0, dead: 0 });
  });
});
