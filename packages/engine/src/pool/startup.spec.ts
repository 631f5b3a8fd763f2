import { EventEmitter } from 'node:events';
import { ReplyError } from 'ioredis';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import { redisReason } from '../redis/redis-problem.js';
import { Startup, type StartupOptions } from './startup.js';

let connection: EventEmitter;
let done: string[];
let told: string[];
let isStopping: boolean;

beforeEach(() => {
  connection = new EventEmitter();
  [done, told, isStopping] = [[], [], false];
});

function refusal(message: string): Error {
  return new (ReplyError as new (message: string) => Error)(message);
}

function note(what: string): () => Promise<void> {
  return () => {
    done.push(what);
    return Promise.resolve();
  };
}

function aStartup(options: Partial<StartupOptions> = {}): Startup {
  return new Startup({
    connection: connection as unknown as RedisConnection,
    register: note('register'),
    steps: { look: note('look'), add: note('add') },
    start: () => done.push('start'),
    isStopping: () => isStopping,
    onError: (where, error) => told.push(`${where}: ${(error as Error).message}`),
    ...options,
  });
}

describe('Startup', () => {
  it('registers, takes its steps, and starts', async () => {
    const startup = aStartup();
    await startup.attempted;
    expect(done).toEqual(['register', 'look', 'add', 'start']);
    expect(startup.refusal).toBeUndefined();
    await startup.ended;
  });

  it.each([
    refusal("OOM command not allowed when used memory > 'maxmemory'."),
    refusal('NOPERM this user has no permissions'),
    new Error('Command timed out'),
    new TypeError('what nobody expected'),
  ])(
    'is attempted when the registration fails by %s, and goes on until it succeeds',
    async (error) => {
      let refuses = true;
      const startup = aStartup({
        register: () => (refuses ? Promise.reject(error) : Promise.resolve()),
      });
      await startup.attempted;
      expect(startup.refusal).toBe(redisReason(error));
      expect(done).toEqual([]);
      refuses = false;
      await startup.ended;
      expect(done.at(-1)).toBe('start');
      expect(startup.refusal).toBeUndefined();
    },
  );

  it('logs each reason once', async () => {
    const errors = [refusal('OOM'), refusal('OOM'), refusal('NOREPLICAS'), refusal('OOM')];
    const startup = aStartup({
      register: () => {
        const error = errors.shift();
        return error ? Promise.reject(error) : Promise.resolve();
      },
    });
    await startup.ended;
    expect(told).toEqual([
      'worker_pool.register: OOM',
      'worker_pool.register: NOREPLICAS',
      'worker_pool.register: OOM',
    ]);
  });

  it('starts although a step is refused, and logs it', async () => {
    const startup = aStartup({
      steps: { load_scripts: () => Promise.reject(refusal('NOPERM script')), add: note('add') },
    });
    await startup.ended;
    expect(done).toEqual(['register', 'add', 'start']);
    expect(told).toEqual(['worker_pool.load_scripts: NOPERM script']);
  });

  it('does all of it again when the connection is lost in a step', async () => {
    let isLost = true;
    const startup = aStartup({
      steps: {
        add: () =>
          isLost ? Promise.reject(new Error('Connection is closed.')) : Promise.resolve(),
      },
    });
    await startup.attempted;
    expect(done).toEqual(['register']);
    isLost = false;
    await startup.ended;
    expect(done).toEqual(['register', 'register', 'start']);
  });

  it('is attempted as soon as Redis is out of reach', async () => {
    const startup = aStartup({ register: () => new Promise(() => undefined) });
    connection.emit('down');
    await startup.attempted;
    expect(startup.refusal).toBeUndefined();
  });

  it('survives a failing start, and ends when the pool stops', async () => {
    const startup = aStartup({
      start: () => {
        throw new Error('no thread');
      },
    });
    await startup.attempted;
    expect(startup.refusal).toBe('no thread.');
    isStopping = true;
    await startup.ended;
    await eventually(() => expect(told).toEqual(['worker_pool.register: no thread']));
  });
});
