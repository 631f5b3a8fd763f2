import { beforeEach, describe, expect, it } from '@jest/globals';
import { PoolLog } from './pool-log.js';
import { StopLog } from './stop-log.js';

let lines: string[];
let running: string[];

beforeEach(() => {
  [lines, running] = [[], []];
});

function aStop(timeout = 25_000): StopLog {
  const line = (message: string): unknown => lines.push(message);
  const log = new PoolLog({ log: line, warn: line, error: line });
  return new StopLog({ log, timeout, running: () => running });
}

describe('StopLog', () => {
  it('logs the running jobs and their time left, and finally the jobs that were put back', () => {
    running = ['deaf', 'a', 'a'];
    const stop = aStop();
    stop.begin();
    running = ['deaf'];
    stop.putBack('deaf');
    running = [];
    stop.end();
    expect(lines).toEqual([
      'The worker pool is stopping. 3 jobs are running ("deaf", "a") and may take 25 s to finish',
      'The worker pool has stopped: 2 jobs finished, 1 job ("deaf") put back to run next',
    ]);
  });

  it('says so to whoever asks again, until it has ended', () => {
    running = ['deaf'];
    const stop = aStop(0);
    stop.begin();
    stop.again();
    running = [];
    stop.again();
    stop.end();
    stop.again();
    expect(lines.slice(1)).toEqual([
      'The worker pool is already stopping. 1 job is running ("deaf") and may take 0 s to finish',
      'The worker pool is already stopping. No job is running. The last fates are being written to Redis',
      'The worker pool has stopped: 1 job finished',
    ]);
  });

  it('says nothing where no job runs', () => {
    const stop = aStop();
    stop.begin();
    stop.again();
    stop.end();
    expect(lines).toEqual([]);
  });

  it('names some of many', () => {
    running = Array.from({ length: 100 }, (_, at) => `n${at % 7}`);
    aStop().begin();
    expect(lines).toEqual([
      'The worker pool is stopping. 100 jobs are running ("n0", "n1", "n2", "n3", "n4", …) and may take 25 s to finish',
    ]);
  });
});
