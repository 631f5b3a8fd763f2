import 'reflect-metadata';
import { inspect } from 'node:util';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, describe, expect, it } from '@jest/globals';
import { WorkDashboardModule } from '@nestcraft/dashboard';
import {
  Client,
  Enqueuer,
  InvalidOptionError,
  isWorkError,
  JobHandler,
  PeriodicJob,
  RedisConnection,
  silentLogger,
  UnknownOptionError,
  WorkerPool,
  WorkModule,
  type WorkModuleOptions,
} from '@nestcraft/work';
import { WorkMetricsModule } from '@nestcraft/work/prometheus';
import { createWorkTesting } from '@nestcraft/work/testing';

// Nobody listens there: what is wrong is found before anybody connects.
const redis = 'redis://127.0.0.1:1';

/** What an option of a kind cannot be; `undefined` is its default. */
const WRONG = {
  whole: [NaN, Infinity, -Infinity, -1, 0.5, 2 ** 60, '5', '', null, {}, [], true, 5n, Symbol('5')],
  duration: [NaN, Infinity, -Infinity, -1, '5', '5 s', '', 'soon', '-5m', null, {}, [], true, 5n],
  unique: [
    'true',
    '',
    0,
    1,
    NaN,
    null,
    [],
    {},
    { key: 5 },
    { key: null },
    { key: 'k' },
    { by: {} },
  ],
  amount: [NaN, Infinity, -Infinity, -1, '5', '', null, {}, [], true, 5n],
  flag: ['true', '', 0, 1, NaN, null, {}, []],
  function: ['f', 5, true, null, {}, []],
  list: ['a', 5, true, null, {}, [null], [5], [undefined]],
  text: [5, NaN, true, null, {}, [], '\u0000', '\uD800'],
  path: [5, NaN, true, null, {}, []],
  notList: ['a', 5, true, null, {}],
  url: [5, true, null, {}, [], ''],
  origin: [5, true, null, {}, '', ['']],
  name: [5, NaN, true, null, {}, [], ''],
  word: ['nonsense', '', 5, true, null, {}, []],
  object: ['text', 5, NaN, true, null],
  args: ['text', 5, NaN, true, []],
  redis: [5, true, null, [], '', ' ', 'http://h', 'redis://h:port', 'redis://h/x', { port: 'abc' }]
    .concat([{ port: NaN }, { port: -1 }, { port: 0 }, { port: 70_000 }, { port: 1.5 }] as never[])
    .concat([{ db: -1 }, { db: 'x' }, { host: '' }, { host: 5 }, { path: '' }] as never[])
    .concat([{ family: 5 }, { username: 5 }, { password: 5 }, { sentinels: [] }] as never[]),
  date: [NaN, new Date(NaN), '2030', 5, null, {}],
} as const satisfies Record<string, readonly unknown[]>;

type Kind = keyof typeof WRONG;

/** As JavaScript sees it. */
interface Loose {
  enqueue(...args: unknown[]): Promise<unknown>;
}

interface Case {
  readonly place: string;
  readonly options: Readonly<Record<string, Kind>>;
  /** Gives the options to where they belong; throws, or rejects. */
  readonly give: (options: Record<string, unknown>) => unknown;
}

const pool = () => new WorkerPool({ redis, logger: silentLogger });
const client = new Client({ redis });
const enqueuer = new Enqueuer({ redis });
const loose = enqueuer as unknown as Loose;
afterAll(async () => {
  client.close();
  await enqueuer.close();
});

const JOB: Case['options'] = {
  ...{ priority: 'whole', maxFails: 'whole', maxConcurrency: 'whole', timeout: 'duration' },
  ...{ skipDead: 'flag', backoff: 'function', uniqueUntil: 'word' },
};

const WORK: Case['options'] = {
  ...{ redis: 'redis', namespace: 'text', role: 'word', only: 'list', except: 'list' },
  ...{ concurrency: 'whole', context: 'function', middleware: 'list', enhancers: 'object' },
  ...{
    outcomes: 'list',
    shutdownTimeout: 'duration',
    maxDeaths: 'whole',
    rescueUnknownJobs: 'flag',
  },
  ...{ maxArgsBytes: 'whole', propagators: 'list', currentJob: 'flag', jobDecorator: 'function' },
  logger: 'object',
};

/** As JavaScript sees it. */
function bound(module: { forRootAsync(options: never): DynamicModule }): {
  readonly forRootAsync: (options: object) => DynamicModule;
} {
  return { forRootAsync: (options) => module.forRootAsync(options as never) };
}

async function boot(
  ...imports: NonNullable<Parameters<typeof Module>[0]['imports']>
): Promise<void> {
  return bootWith(imports);
}

async function bootWith(
  imports: NonNullable<Parameters<typeof Module>[0]['imports']>,
  providers: (new () => object)[] = [],
): Promise<void> {
  @Module({ imports, providers })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, {
    logger: false,
    abortOnError: false,
  });
  await app.close();
}

function aHandler(options: object, schedule?: object): new () => object {
  class Handler {
    @JobHandler('n', options)
    @(schedule ? PeriodicJob('@daily', schedule) : () => undefined)
    run(): void {
      // Never runs.
    }
  }
  return Handler;
}

const CASES: readonly Case[] = [
  {
    place: 'WorkerPool',
    options: {
      ...{ redis: 'redis', namespace: 'text', concurrency: 'whole', context: 'function' },
      ...{ shutdownTimeout: 'duration', maxDeaths: 'whole', rescueUnknownJobs: 'flag' },
      ...{ mapError: 'function', propagators: 'list', currentJob: 'flag', logger: 'object' },
      ...{ announce: 'flag', clock: 'object', random: 'function', timing: 'object' },
    },
    give: (options) => new WorkerPool({ redis, ...options }),
  },
  {
    place: 'timing',
    options: {
      ...{ heartbeat: 'duration', stuckAfter: 'duration', reap: 'duration', audit: 'duration' },
      ...{ metrics: 'duration', rescue: 'duration', observe: 'duration', safetyPoll: 'duration' },
      commandTimeout: 'duration',
    },
    give: (timing) => new WorkerPool({ redis, timing }),
  },
  {
    place: 'Enqueuer',
    options: {
      ...{ redis: 'redis', namespace: 'text', commandTimeout: 'duration', maxArgsBytes: 'whole' },
      ...{ uniqueKeyEscapes: 'word', propagators: 'list', logger: 'object' },
      ...{ knownJobs: 'object', clock: 'object' },
    },
    give: (options) => new Enqueuer({ redis, ...options }),
  },
  {
    place: 'Client',
    options: { redis: 'redis', namespace: 'text', commandTimeout: 'duration', clock: 'object' },
    give: (options) => new Client({ redis, ...options }),
  },
  {
    place: 'RedisConnection',
    options: { name: 'name', commandTimeout: 'duration', namespace: 'text', unref: 'flag' },
    give: (options) => new RedisConnection(redis, { name: 'test', ...options }),
  },
  {
    place: 'a job',
    options: JOB,
    give: (options) => pool().job('n', options, () => undefined),
  },
  {
    place: 'a schedule',
    options: { args: 'args', timezone: 'name', overlap: 'word', missed: 'word' },
    give: (options) => pool().periodicallyEnqueue('@daily', 'n', options),
  },
  {
    place: 'enqueue',
    options: { in: 'duration', at: 'date', unique: 'unique' },
    give: (options) => loose.enqueue('n', {}, options),
  },
  {
    place: 'a job of enqueueMany',
    options: { in: 'duration', at: 'date', unique: 'unique' },
    give: (options) => enqueuer.enqueueMany([{ name: 'n', options }]),
  },
  {
    place: 'health',
    options: { fetch: 'duration', beat: 'duration', waiting: 'duration' },
    give: (options) => pool().health(options),
  },
  {
    place: 'list',
    options: { from: 'whole', at: 'date', limit: 'whole', jobName: 'name', newestFirst: 'flag' },
    give: (options) => client.dead.list(options),
  },
  {
    place: 'deleteAll',
    options: { jobName: 'name', signal: 'object', onProgress: 'function' },
    give: (options) => client.dead.deleteAll(options),
  },
  {
    place: 'pause',
    options: { for: 'duration' },
    give: (options) => client.queue('n').pause(options),
  },
  { place: 'rates', options: { minutes: 'whole' }, give: (options) => client.rates(options) },
  {
    place: 'rebuildLocks',
    options: { dryRun: 'flag' },
    give: (options) => client.rebuildLocks(options),
  },
  {
    place: 'metrics',
    options: { range: 'word', jobName: 'name' },
    give: (options) => client.metrics(options),
  },
  {
    place: 'list of a queue',
    options: { from: 'whole', limit: 'whole' },
    give: (options) => client.queue('n').list(options),
  },
  {
    place: 'cancel',
    options: { jobName: 'name' },
    give: (options) => client.cancel('id', options),
  },
  {
    place: 'WorkModule.forRoot',
    options: WORK,
    give: (options) => boot(WorkModule.forRoot({ redis, logger: silentLogger, ...options })),
  },
  {
    place: 'WorkModule.forRootAsync',
    options: WORK,
    give: (options) =>
      boot(
        WorkModule.forRootAsync({
          useFactory: () => ({ redis, logger: silentLogger, ...options }),
        }),
      ),
  },
  {
    place: '@JobHandler',
    options: JOB,
    give: (options) => bootWith([WorkModule.forRoot({ redis })], [aHandler(options)]),
  },
  {
    place: '@PeriodicJob',
    options: { timezone: 'name', overlap: 'word', missed: 'word' },
    give: (options) => bootWith([WorkModule.forRoot({ redis })], [aHandler({}, options)]),
  },
  {
    place: 'WorkModule.configureJobs',
    options: JOB,
    give: (options) =>
      bootWith(
        [WorkModule.forRoot({ redis }), WorkModule.configureJobs([{ job: 'n', ...options }])],
        [aHandler({})],
      ),
  },
  {
    place: 'WorkModule.configureJobsAsync',
    options: JOB,
    give: (options) =>
      bootWith(
        [
          WorkModule.forRoot({ redis }),
          WorkModule.configureJobsAsync([{ job: 'n', useFactory: () => options }]),
        ],
        [aHandler({})],
      ),
  },
  {
    place: 'createWorkTesting',
    options: { redis: 'redis', now: 'date', autoRun: 'flag', application: 'function' },
    give: (options) => createWorkTesting({}, options),
  },
  {
    place: 'WorkDashboardModule.forRoot',
    options: {
      ...{ authenticate: 'function', authorize: 'function', readOnly: 'flag', redact: 'function' },
      ...{ insecureAllowAll: 'flag', path: 'path', instance: 'name', decorators: 'notList' },
      ...{ onAction: 'function', redactError: 'function', loginUrl: 'url', origin: 'origin' },
    },
    give: (options) => void WorkDashboardModule.forRoot(options),
  },
];

// Those that send nothing.
const TAKE_UNDEFINED: readonly string[] = [
  ...['WorkerPool', 'timing', 'Enqueuer', 'Client', 'RedisConnection', 'a job', 'a schedule'],
  ...['WorkModule.forRootAsync', 'WorkModule.forRoot', 'WorkDashboardModule.forRoot'],
];

/** What keeps them from being taken. */
async function refusalOf(give: () => unknown): Promise<unknown> {
  try {
    await give();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The error that names the option: what is thrown, or the cause of one that names the handler. */
function optionError(error: unknown): unknown {
  if (error instanceof InvalidOptionError) return error;
  return isWorkError(error) ? (error.cause ?? error) : error;
}

describe.each(CASES)('$place', ({ options, give }) => {
  const wrong = Object.entries(options).flatMap(([option, kind]) =>
    (WRONG[kind] as readonly unknown[]).map((value) => ({ option, value })),
  );

  it('refuses whatever an option cannot be, by its name', async () => {
    for (const { option, value } of wrong) {
      const error = optionError(await refusalOf(() => give({ [option]: value })));
      const what = `${option}: ${typeof value} ${JSON.stringify(String(value))}`;
      expect([what, error instanceof InvalidOptionError || isWorkError(error)]).toEqual([
        what,
        true,
      ]);
      const names = error instanceof InvalidOptionError ? error.option : option;
      expect([what, names]).toEqual([
        what,
        expect.stringMatching(new RegExp(`\\b${option}\\b|\\bjobName\\b`)),
      ]);
    }
  });

  it('refuses an option that there is not, and says which is meant', async () => {
    const [first = ''] = Object.keys(options);
    const slip = `${first.slice(0, -2)}${first.at(-1)}${first.at(-2)}`;
    const error = optionError(await refusalOf(() => give({ [slip]: 1 })));
    if (first.length > 3) {
      expect(error).toBeInstanceOf(UnknownOptionError);
      expect(error).toMatchObject({
        message: expect.stringMatching(`^Unknown option "(.*\\.)?${slip}" of `) as unknown,
      });
      expect(error).toMatchObject({
        message: expect.stringContaining(`Did you mean "${first}"? Options: `) as unknown,
      });
    }
    const attempts = optionError(await refusalOf(() => give({ attempts: 3 })));
    expect(attempts).toBeInstanceOf(UnknownOptionError);
    expect(attempts).toMatchObject({ message: expect.stringContaining('"maxFails"') as unknown });
  });
});

it('an error about an option that there is not names the others once, however it is printed', () => {
  const known = ['redis', 'namespace'];
  const printed = inspect(
    new UnknownOptionError({ option: 'x', place: 'forRoot', known, advice: undefined }),
  );
  expect(printed.match(/namespace/g)).toHaveLength(1);
});

describe('what is no object of options', () => {
  it.each([null, 5, 'text', []])('is refused: %p', async (given) => {
    const takers: ((options: never) => unknown)[] = [
      (options) => new WorkerPool(options),
      (options) => new Enqueuer(options),
      (options) => new Client(options),
      (options) => new RedisConnection(redis, options),
      (options) => pool().job('n', options, () => undefined),
      (options) => pool().periodicallyEnqueue('@daily', 'n', options),
      (options) => WorkModule.forRoot(options),
      (options) => WorkModule.forRootAsync(options),
      (options) => boot(WorkModule.forRootAsync({ useFactory: () => options })),
      (options) => createWorkTesting({}, options),
      (options) => WorkDashboardModule.forRoot(options),
      (options) => client.queue('n').pause(options),
      (options) => client.metrics(options),
      (options) => client.dead.list(options),
      (options) => client.cancel('id', options),
      (options) => client.dead.deleteAll(options),
      (options) => enqueuer.enqueueMany([{ name: 'n', options }]),
      (options) => loose.enqueue('n', {}, options),
    ];
    for (const take of takers) {
      const error = await refusalOf(() => take(given as never));
      expect([String(take), error]).toEqual([String(take), expect.any(InvalidOptionError)]);
    }
  });

  it('is said of a factory that returns nothing', async () => {
    const nothing = (): WorkModuleOptions => undefined as never;
    const error = await refusalOf(() => boot(WorkModule.forRootAsync({ useFactory: nothing })));
    expect(error).toMatchObject({
      message: expect.stringContaining(
        'The factory of WorkModule.forRootAsync returned undefined',
      ) as unknown,
    });
  });

  it.each([
    {},
    { useFactory: 5 },
    { imports: [] },
    { useFactory: () => ({ redis }), global: true },
  ])('is refused by forRootAsync: %p', (options) => {
    expect(() => WorkModule.forRootAsync(options as never)).toThrow(InvalidOptionError);
  });

  it.each([
    { readOnly: true, useFactory: () => ({}) },
    { prefix: 'a', useFactory: () => ({}) },
    { useFactory: () => ({}), instance: '' },
    { useFactory: 'f' },
    {},
  ])('is refused by forRootAsync of other modules: %p', (options) => {
    for (const { forRootAsync } of [bound(WorkDashboardModule), bound(WorkMetricsModule)]) {
      expect(() => forRootAsync(options)).toThrow(InvalidOptionError);
    }
  });

  it('is refused of what a factory makes, by other modules, too', async () => {
    const useFactory = (): object => ({ prefixx: 'a' });
    for (const { forRootAsync } of [bound(WorkDashboardModule), bound(WorkMetricsModule)]) {
      const give = () => boot(WorkModule.forRoot({ redis }), forRootAsync({ useFactory }));
      expect(await refusalOf(give)).toMatchObject({ option: 'prefixx' });
    }
  });

  it.each([[undefined], [{}], ['send_email'], [{ job: '' }], [{ job: 5 }], [{ jop: 'n' }]])(
    'is refused by configureJobs: %p',
    (feature) => {
      expect(() => WorkModule.configureJobs([feature] as never)).toThrow(InvalidOptionError);
      expect(() => WorkModule.configureJobsAsync([feature] as never)).toThrow(InvalidOptionError);
    },
  );
});

it('no error shows a password', async () => {
  const url = 'redis://:s3cret@h';
  const connection = { host: 'h', password: 's3cret' };
  const takers: (() => unknown)[] = [
    () => new WorkerPool(url as never),
    () => new Client({ redis, connection } as never),
    () => WorkModule.forRoot(url as never),
    () => boot(WorkModule.forRootAsync({ useFactory: () => url as never })),
    () => boot(WorkModule.forRoot({ redis: new URL(url) as never })),
    () => new WorkerPool({ redis: [url] as never }),
    () => new Client({ redis: new URL(url) as never }),
    () => boot(WorkModule.forRoot({ redis, connection } as never)),
    () => new WorkerPool({ redis: { host: url } }),
    () => new WorkerPool({ redis: { ...connection, port: -1 } }),
    () => new WorkerPool({ redis: { password: ['s3cret'] as never } }),
  ];
  for (const take of takers) {
    const error = await refusalOf(take);
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(inspect(error, { depth: 10 })).not.toContain('s3cret');
  }
});

describe('what other queues call their options', () => {
  it.each([
    ['delay', '"in"'],
    ['jobId', '"unique"'],
    ['attempts', 'maxFails'],
    ['removeOnComplete', 'leaves nothing behind'],
    ['repeat', '@PeriodicJob'],
  ])('%s is answered with %s', async (option, answer) => {
    for (const options of [{ [option]: 1 }, { unique: true, [option]: 1 }]) {
      const error = await refusalOf(() => loose.enqueue('n', {}, options));
      expect(error).toBeInstanceOf(UnknownOptionError);
      expect(error).toMatchObject({ message: expect.stringContaining(answer) as unknown });
    }
  });

  it('says what the data and the options of many jobs are called', async () => {
    const many = [{ name: 'n', data: {}, opts: {} }];
    await expect(enqueuer.enqueueMany(many)).rejects.toThrow('is called "args" here');
    const others = [{ name: 'n', opts: {} }];
    await expect(enqueuer.enqueueMany(others)).rejects.toThrow('called "options" here');
  });

  it.each(['connection', 'prefix', 'defaultJobOptions', 'limiter'])('%s of a module', (option) => {
    expect(() => new WorkerPool({ redis, [option]: {} })).toThrow(/ here|"redis"|at their handler/);
  });
});

it.each([undefined, null, '', 5, true])('%p is no unique key', async (key) => {
  for (const options of [{ unique: { key } }, { in: '1s', unique: { key } }]) {
    await expect(loose.enqueue('n', {}, options)).rejects.toThrow('"unique.key"');
  }
});

it.each(CASES.filter(({ place }) => TAKE_UNDEFINED.includes(place)))(
  'undefined is every default of $place',
  async ({ options, give }) => {
    const names = Object.keys(options).filter((name) => name !== 'redis' && name !== 'name');
    const undefineds = Object.fromEntries(names.map((name) => [name, undefined]));
    expect(await refusalOf(() => give(undefineds))).toBeUndefined();
  },
);
