import { Injectable } from '@nestjs/common';
import { currentJob, Enqueuer } from '@nestcraft/engine';
import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { anApp, closeApps, work } from '../testing/test-app.js';

afterEach(closeApps);

it.each([
  [{}, undefined],
  [{ currentJob: true }, 'n'],
])('with the options %j the current job of a handler is %s', async (options, name) => {
  const seen: unknown[] = [];
  @Injectable()
  class Handler {
    @JobHandler('n')
    handle(): void {
      seen.push(currentJob()?.name);
    }
  }
  const app = await anApp([work(options)], [Handler]);
  await app.get(Enqueuer).enqueue('n');
  await eventually(() => expect(seen).toEqual([name]));
});
