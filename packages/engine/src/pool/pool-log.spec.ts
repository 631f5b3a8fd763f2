import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ReplyError } from 'ioredis';
import { ClosedError } from '../errors/errors.js';
import { errorText } from '../errors/error-text.js';
import type { Fate } from '../run/fate.js';
import type { FinishedJob } from '../run/finished-job.js';
import { EVERY_FATE } from '../testing/every-fate.js';
import { PoolLog } from './pool-log.js';

let lines: string[];
let log: PoolLog;

beforeEach(() => {
  jest.useFakeTimers();
  lines = [];
  const line = (message: string): unknown => lines.push(message);
  log = new PoolLog({ log: line, warn: line, error: line });
});

afterEach(() => {
  jest.useRealTimers();
});

function replyError(message: string): Error {
  return new (ReplyError as new (message: string) => Error)(message);
}

const REFUSED = new Error('connect ECONNREFUSED 127.0.0.1:6379');
const DOWN =
  'Redis is out of reach (connect ECONNREFUSED 127.0.0.1:6379); the worker pool keeps trying';
const BACK = 'Redis is back; the worker pool continues';

describe('PoolLog', () => {
  it('logs a lost connection once, with the reason that follows, and its return', () => {
    log.down(undefined);
    jest.advanceTimersByTime(50);
    for (let i = 0; i < 100; i++) log.down(REFUSED);
    jest.advanceTimersByTime(60_000);
    expect(lines).toEqual([DOWN]);
    log.up();
    jest.advanceTimersByTime(1_000);
    expect(lines).toEqual([DOWN, BACK]);
  });

  it('does not log the return of a server that accepts connections but refuses commands', () => {
    log.down(REFUSED);
    for (let i = 0; i < 10; i++) {
      jest.advanceTimersByTime(2_000);
      log.up();
      jest.advanceTimersByTime(100);
      log.down(REFUSED);
    }
    expect(lines).toEqual([DOWN]);
  });

  it('logs it without a reason if none follows', () => {
    log.down(undefined);
    jest.advanceTimersByTime(300);
    expect(lines).toEqual(['Redis is out of reach; the worker pool keeps trying']);
  });

  it('logs a new reason', () => {
    log.down(REFUSED);
    log.down(new Error('WRONGPASS invalid username-password pair'));
    jest.advanceTimersByTime(1_000);
    expect(lines).toEqual([DOWN, expect.stringContaining('WRONGPASS')]);
  });

  it('logs at most one line a second for a flapping connection, and its final state', () => {
    for (let i = 0; i < 200; i++) {
      log.down(new Error(`READONLY ${i}`));
      jest.advanceTimersByTime(25);
      log.up();
      jest.advanceTimersByTime(25);
    }
    expect(lines.length).toBeLessThanOrEqual(11);
    jest.advanceTimersByTime(1_000);
    expect(lines.at(-1)).toMatch(/back/);
  });

  it('logs a connection that was lost for a moment', () => {
    log.down(undefined);
    log.up();
    jest.advanceTimersByTime(1_000);
    expect(lines).toEqual([
      'The connection to Redis was lost and is back; the worker pool continues',
    ]);
  });

  it('does not log failures that a lost connection explains, whichever comes first', () => {
    log.error('dispatcher.dispatch', new Error('Connection is closed.'));
    log.down(REFUSED);
    log.error('dispatcher.dispatch', new Error('Connection is closed.'));
    jest.advanceTimersByTime(60_000);
    expect(lines).toEqual([DOWN]);
  });

  it('logs a failure that looks like a lost connection when none was lost', () => {
    log.error('heartbeater.beat', new Error('Command timed out'));
    log.error('heartbeater.beat', new Error('Command timed out'));
    jest.advanceTimersByTime(2_000);
    expect(lines).toEqual(['heartbeater.beat: Command timed out']);
  });

  it('logs a refusal at once, repeats it from time to time, and logs a new one', () => {
    const oom = replyError('OOM command not allowed');
    for (let i = 0; i < 29; i++) {
      log.error('worker_pool.register', oom);
      jest.advanceTimersByTime(1_000);
    }
    expect(lines).toEqual(['worker_pool.register: OOM command not allowed']);
    log.error('worker_pool.register', replyError('NOREPLICAS'));
    expect(lines).toHaveLength(2);
  });

  it.each([
    'connect ECONNREFUSED 127.0.0.1:9200',
    'socket hang up',
    'Command timed out',
    'Connection is closed.',
  ])('tells what other code has thrown, though it says %p', (message) => {
    log.thrown('worker_pool.on_settled', new Error(message));
    expect(lines).toEqual([`worker_pool.on_settled: ${message}`]);
  });

  it('says nothing of a connection that the pool has closed', () => {
    log.error('waker.watch', new ClosedError('Redis connection "waker"'));
    log.down(undefined);
    log.end();
    jest.advanceTimersByTime(60_000);
    expect(lines).toEqual([]);
  });

  function failed(jobName: string, error: unknown, kind: 'retry' | 'dead' = 'retry'): void {
    const failure = { fails: 1, error: errorText(error), at: 0 };
    const fate = kind === 'retry' ? { kind, delay: 5_000, failure } : { kind, failure };
    const entry = { id: 'ab' } as FinishedJob['entry'];
    log.settled({ jobName, entry, fate, error } as FinishedJob, true);
  }

  const LINES: Readonly<Record<Fate['kind'], readonly string[]>> = {
    done: [],
    retry: ['warn: Job "a" (ab) failed (1), runs again in 60 s: boom'],
    dead: ['error: Job "a" (ab) failed (1) and is dead: boom'],
    dropped: ['error: Job "a" (ab) failed (1) and is dropped: boom'],
    cancelled: ['log: Job "a" (ab) was cancelled'],
    snoozed: [],
    putBack: [],
  };

  it.each(Object.values(EVERY_FATE))('logs each fate at its level: $kind', (fate) => {
    const line =
      (level: string) =>
      (message: string): unknown =>
        lines.push(`${level}: ${message}`);
    log = new PoolLog({ log: line('log'), warn: line('warn'), error: line('error') });
    const entry = { id: 'ab' } as FinishedJob['entry'];
    const job = { jobName: 'a', entry, fate, error: undefined } as FinishedJob;
    log.settled(job, true);
    expect(lines).toEqual(LINES[fate.kind]);
    lines = [];
    log.settled(job, false);
    expect(lines).toEqual(['warn: Job "a" (ab) was taken over by another pool while it ran here']);
  });

  it('logs the first failure of a kind with its stack and causes, and the next ones on one line', () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:1');
    failed('a', new TypeError('fetch failed', { cause }));
    expect(lines[0]).toMatch(
      /^Job "a" \(ab\) failed \(1\), runs again in 5 s: TypeError: fetch failed; caused by: connect ECONNREFUSED 127\.0\.0\.1:1\n {4}at .*spec[^]*\ncaused by: connect ECONNREFUSED 127\.0\.0\.1:1\n {4}at /,
    );
    for (let i = 0; i < 100; i++) failed('a', new TypeError('fetch failed', { cause }));
    expect(lines).toHaveLength(101);
    expect(lines.slice(1).every((line) => !line.includes('\n'))).toBe(true);
    failed('a', new TypeError('x is undefined'));
    failed('b', new TypeError('fetch failed'));
    expect(lines.slice(-2).every((line) => line.includes('\n    at '))).toBe(true);
  });

  it('logs the stack of a kind again after an hour', () => {
    failed('a', new Error('x'));
    jest.advanceTimersByTime(3_599_000);
    failed('a', new Error('x'));
    jest.advanceTimersByTime(1_000);
    failed('a', new Error('x'));
    expect(lines.map((line) => line.includes('\n'))).toEqual([true, false, true]);
  });

  it('remembers the last kinds, however many there are', () => {
    for (let i = 0; i < 2_000; i++) failed('a', new Error(`order ${i}`));
    failed('a', new Error('order 1999'));
    failed('a', new Error('order 0'));
    expect(lines.at(-2)).not.toContain('\n');
    expect(lines.at(-1)).toContain('\n');
  });

  it('logs a thrown value that is not an error on one line', () => {
    failed('a', 'boom\r\nJob "b" failed');
    failed('a', undefined, 'dead');
    expect(lines).toEqual([
      'Job "a" (ab) failed (1), runs again in 5 s: boom; Job "b" failed',
      'Job "a" (ab) failed (1) and is dead: undefined',
    ]);
  });

  it('survives values that cannot be shown', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    log.thrown('worker_pool.on_settled', proxy);
    log.error('settler.settle', proxy);
    expect(lines).toHaveLength(2);
  });
});
