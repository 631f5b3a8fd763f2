import { expect, it } from '@jest/globals';
import { Redactor } from '../security/redactor.js';
import { Presenter } from './presenter.js';

it('shows the wait of a queue and the end of its pause in seconds', () => {
  const presenter = new Presenter(new Redactor({}), true);
  const queue = {
    ...{ jobName: 'n', count: 1, latency: 90_000, inProgress: 0, maxConcurrency: 0, paused: true },
    pausedUntil: new Date(1_000_000),
  };
  expect(presenter.queue(queue, 2)).toEqual({
    ...{ jobName: 'n', count: 1, latency: 90, inProgress: 0, maxConcurrency: 0, paused: true },
    ...{ pausedUntil: 1_000, pools: 2 },
  });
});
