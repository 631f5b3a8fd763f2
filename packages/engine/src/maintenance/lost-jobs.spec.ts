import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { LostJobs } from './lost-jobs.js';
import { Scripts } from '../scripts/scripts.js';
import { FakeClock } from '../testing/fake-clock.js';
import { strictReport } from '../testing/strict-report.js';
import { TestNamespace } from '../testing/test-redis.js';

let ns: TestNamespace;
let lostJobs: LostJobs;

beforeEach(async () => {
  ns = new TestNamespace();
  await ns.connection.ready();
  lostJobs = new LostJobs({
    connection: ns.connection,
    scripts: new Scripts(ns.keys, new FakeClock()),
    report: strictReport,
  });
  await ns.redis.set(ns.keys.deaths('1'), 2, 'PX', 60_000);
});

afterEach(async () => {
  await ns.close();
});

async function expectDeaths(count: string | null): Promise<void> {
  await eventually(async () => expect(await ns.redis.get(ns.keys.deaths('1'))).toBe(count));
}

const RUN = { id: '1', raw: '{"id":"1"}' };

describe('LostJobs', () => {
  it('takes back the death of a job that runs on, once, however often that is noticed', async () => {
    lostJobs.noticed([RUN]);
    await expectDeaths('1');
    expect(await ns.redis.pttl(ns.keys.deaths('1'))).toBeGreaterThan(0);
    lostJobs.noticed([RUN]);
    lostJobs.ended(RUN.raw, RUN.id, false);
    await ns.redis.ping();
    await expectDeaths('1');
  });

  it('takes back that of a job whose loss only shows at its end', async () => {
    lostJobs.ended(RUN.raw, RUN.id, false);
    await expectDeaths('1');
    lostJobs.ended(RUN.raw, RUN.id, false);
    await expectDeaths(null);
  });

  it('takes back one for each run that goes on here', async () => {
    lostJobs.noticed([RUN]);
    lostJobs.noticed([RUN, RUN]);
    await expectDeaths(null);
  });

  it('leaves the deaths of a job that is the own', async () => {
    lostJobs.ended(RUN.raw, RUN.id, true);
    lostJobs.ended('nonsense', undefined, false);
    await ns.redis.ping();
    await expectDeaths('2');
  });
});
