import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { diagnose } from '../support/compile.js';

const PREAMBLE = `
import { Injectable } from '@nestjs/common';
import {
  defineJob, Enqueuer, WorkerPool, PeriodicJob, JobHandler, JobPayload, JobRef, JobContext, JobSignal, Attempt, WorkModule,
  Job, ScheduledJob, type DuplicateResult, type EnqueuedResult, type EnqueueOptions, type EnqueueResult,
  type ScheduledResult, type JobContract, type JobInput, type JobNameOrContract, type JobOf, type JobOutput,
} from '@nestcraft/work';
import { type StandardSchemaV1 } from '@standard-schema/spec';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
const same = <A, B>(_yes: Equal<A, B>): void => undefined;

const SendEmail = defineJob('send_email', z.object({ to: z.string(), copies: z.coerce.number<string>() }));
type Sent = { to: string; copies: string };
type Handled = { to: string; copies: number };
const Export = defineJob<{ rows: number }>('export');
const Ping = defineJob('ping');
class Context { startedAt = 0 }
declare const enqueuer: Enqueuer;
declare const pool: WorkerPool<Context>;
declare const sent: Sent;
interface Rows { rows: number }
declare const rows: Rows;
declare const named: JobNameOrContract;
`;

/** A method of a provider that handles `SendEmail`. */
const method = (signature: string, decorator = '@JobHandler(SendEmail, { maxFails: 2 })'): string =>
  `@Injectable() class Mailer { ${decorator} async send(${signature}): Promise<void> {} }`;

const COMPILES: [what: string, code: string][] = [
  [
    'infers types from zod',
    `same<JobInput<typeof SendEmail>, Sent>(true); same<JobOutput<typeof SendEmail>, Handled>(true);`,
  ],
  [
    'infers types from valibot',
    `const C = defineJob('c', v.object({ n: v.pipe(v.string(), v.transform(Number)) }));
    same<JobInput<typeof C>, { n: string }>(true); same<JobOutput<typeof C>, { n: number }>(true);`,
  ],
  [
    'infers types from arktype',
    `const C = defineJob('c', type({ n: 'string.numeric.parse' }));
    same<JobInput<typeof C>, { n: string }>(true); same<JobOutput<typeof C>, { n: number }>(true);`,
  ],
  [
    'takes any Standard Schema',
    `declare const schema: StandardSchemaV1<Sent, Handled>; const C = defineJob('c', schema);
    same<JobInput<typeof C>, Sent>(true); same<JobOutput<typeof C>, Handled>(true);`,
  ],
  [
    'has encrypted fields, by their paths',
    `defineJob<{ ssn?: string; card: { number: string }; owners: { name: string }[]; at: Date }>('c', {
      encrypt: ['ssn', 'card.number', 'owners', 'at'] });
    defineJob('c', z.object({ a: z.string() }), { encrypt: ['a'] })
      .upgrade(z.object({ b: z.string() }), ({ b }) => ({ a: b }), { encrypt: ['b'] });
    interface Node { value: string; next?: Node }
    defineJob<Node>('c', { encrypt: ['next.next.value'] }); defineJob('c', { encrypt: ['any.path'] });`,
  ],
  ['knows a type alone', `same<JobOutput<typeof Export>, { rows: number }>(true);`],
  [
    'is a contract of any kind, too',
    `const all: JobContract[] = [SendEmail, Export, Ping]; const one: JobNameOrContract = Export;`,
  ],
  [
    'enqueues what fits',
    `await enqueuer.enqueue(SendEmail, sent); await enqueuer.enqueue(SendEmail, sent, { in: '1s' });
    await enqueuer.enqueue(SendEmail, sent, { at: new Date() }); await enqueuer.enqueue(SendEmail, sent, { unique: true });
    await enqueuer.enqueue(SendEmail, sent, { in: 1000, unique: true });
    await enqueuer.enqueue(SendEmail, sent, { unique: { key: { id: 1 } } });
    await enqueuer.enqueue(SendEmail, sent, { at: new Date(), unique: { key: { id: 1 } } });
    await enqueuer.enqueue(SendEmail, sent, {}); await enqueuer.enqueue(SendEmail, sent, undefined);`,
  ],
  ['takes an interface for arguments', `await enqueuer.enqueue(Export, rows);`],
  [
    'tells the arguments of what it has enqueued',
    `const { job } = await enqueuer.enqueue(SendEmail, sent); same<typeof job.args, Sent>(true);`,
  ],
  [
    'tells by the options what becomes of a job',
    `const now = await enqueuer.enqueue(SendEmail, sent); same<typeof now, EnqueuedResult<Sent>>(true);
    const { id } = await enqueuer.enqueue('any', rows); same<typeof id, string>(true);
    const soon = await enqueuer.enqueue(SendEmail, sent, { in: '5m' }); same<typeof soon, ScheduledResult<Sent>>(true);
    const late = await enqueuer.enqueue('any', rows, { at: new Date(), unique: false });
    same<typeof late.job, ScheduledJob<Rows>>(true);
    const once = await enqueuer.enqueue(SendEmail, sent, { unique: true });
    same<typeof once, EnqueuedResult<Sent> | DuplicateResult>(true);
    same<typeof once.job, Job<Sent> | undefined>(true); same<typeof once.id, string | undefined>(true);
    if (once.status === 'enqueued') same<typeof once.job, Job<Sent>>(true);
    const keyed = await enqueuer.enqueue('any', rows, { unique: { key: rows }, in: 5 });
    same<typeof keyed, ScheduledResult<Rows> | DuplicateResult>(true);
    const plain = await enqueuer.enqueue('any', rows, {}); same<typeof plain, EnqueuedResult<Rows>>(true);`,
  ],
  [
    'tells less where the options say less',
    `declare const options: EnqueueOptions; declare const maybe: EnqueueOptions | undefined; declare const flag: boolean;
    const any = await enqueuer.enqueue('any', rows, options); same<typeof any, EnqueueResult<Rows>>(true);
    const none = await enqueuer.enqueue('any', rows, maybe); same<typeof none, EnqueueResult<Rows>>(true);
    const typed = await enqueuer.enqueue<Rows>('any', rows, { unique: true }); same<typeof typed, EnqueueResult<Rows>>(true);
    const two = await enqueuer.enqueue(Export, rows, flag ? { in: '5m' } : {}); same<typeof two.status, 'enqueued' | 'scheduled'>(true);
    const once = await enqueuer.enqueue(Export, rows, { unique: flag });
    same<typeof once.status, 'enqueued' | 'updated' | 'duplicate'>(true);`,
  ],
  [
    'tells of many jobs what became of each',
    `const plain = await enqueuer.enqueueMany([SendEmail.with(sent), Ping.with(), { name: 'any', args: rows }]);
    same<typeof plain, EnqueuedResult[]>(true);
    const any = await enqueuer.enqueueMany([SendEmail.with(sent, { in: '5m' }), { name: 'any' }, { contract: Ping }]);
    same<typeof any, EnqueueResult[]>(true);`,
  ],
  [
    'names of jobs without arguments, with options',
    `await enqueuer.enqueue('ping', undefined, { in: '5m' }); await enqueuer.enqueue('ping', null, { unique: true });`,
  ],
  [
    'enqueues without arguments where all are optional',
    `await enqueuer.enqueue(Ping); await enqueuer.enqueue(Ping, undefined, { in: '1s' });
    await enqueuer.enqueue(Ping, undefined, { in: '1s', unique: true }); Ping.with(); Ping.with(undefined, { in: '1s' });
    await enqueuer.enqueue(defineJob<{ full?: boolean }>('refresh'));
    await enqueuer.enqueue(defineJob<Record<string, string>>('labels'));`,
  ],
  [
    'enqueues many of many kinds',
    `await enqueuer.enqueueMany([SendEmail.with(sent), Export.with({ rows: 1 }), Ping.with(), { name: 'plain', args: { a: 1 } }]);
    await enqueuer.enqueueMany(['a', 'b'].map((to) => SendEmail.with({ to, copies: '1' })));`,
  ],
  [
    'leaves names as easy as they are',
    `await enqueuer.enqueue('any', { a: 1 }); await enqueuer.enqueue('any'); await enqueuer.enqueue<Rows>('any', rows);
    pool.job('any', (job) => job.argString('a')); pool.job<Rows>('any', (job, context) => job.args.rows + context.startedAt);`,
  ],
  [
    'gives a pool’s handler what the schema makes',
    `pool.job(SendEmail, (job, context) => { same<typeof job.args, Handled>(true); return context.startedAt; });
    pool.job(SendEmail, { maxFails: 2 }, async (job) => job.args.copies.toFixed());`,
  ],
  [
    'fits schedules',
    `pool.periodicallyEnqueue('@daily', Export, { args: { rows: 1 }, timezone: 'UTC' }); pool.periodicallyEnqueue('@daily', Ping);`,
  ],
  [
    'takes a contract for a feature',
    `WorkModule.configureJobs([{ job: SendEmail, maxFails: 2 }]);`,
  ],
  [
    'upgrades from form to form',
    `defineJob('c', z.object({ to: z.array(z.string()) }))
      .upgrade(z.object({ to: z.string() }), async ({ to }) => ({ to: [to] }))
      .upgrade(v.object({ mail: v.pipe(v.string(), v.transform(Number)) }), ({ mail }) => ({ to: mail.toFixed() }));`,
  ],
  [
    'keeps its types through an upgrade',
    `const C = SendEmail.upgrade(z.object({ a: z.string() }), ({ a }) => ({ to: a, copies: '1' }));
    same<JobInput<typeof C>, Sent>(true); same<JobOutput<typeof C>, Handled>(true);`,
  ],
  ['a method that takes the job', method(`job: Job<Handled>`)],
  [
    'a method that takes the contract’s job',
    method(`job: JobOf<typeof SendEmail>, context: Context`),
  ],
  ['a method that takes any job', method(`job: Job<{ to: string }>`)],
  ['a method without parameters', method('')],
  [
    'a method for two contracts',
    method(
      `job: Job<Handled> | Job<{ rows: number }>`,
      `@JobHandler(SendEmail) @JobHandler(Export)`,
    ),
  ],
  [
    'a method that is scheduled, too',
    method(`job: Job`, `@JobHandler(Ping) @PeriodicJob('@daily')`),
  ],
  ['decorated arguments', method(`@JobPayload() args: Handled`)],
  [
    'one decorated argument',
    method(`@JobPayload('to') to: string, @JobPayload('copies') copies?: number`),
  ],
  [
    'decorated parameters of all kinds, in any order',
    method(
      `@JobContext() context: Context, @Attempt() attempt: number, @JobPayload() args: Handled, @JobSignal() signal: AbortSignal, @JobRef() job: Job<Handled>`,
    ),
  ],
  [
    'decorated parameters that have nothing to do with the arguments',
    method(`@Attempt() attempt: number, @JobSignal() signal: AbortSignal`),
  ],
];

const FAILS: [what: string, code: string, message: RegExp][] = [
  [
    'arguments of another type',
    `await enqueuer.enqueue(SendEmail, { to: 1, copies: '1' });`,
    /'number' is not assignable to type 'string'/,
  ],
  [
    'arguments as the handler gets them',
    `declare const handled: Handled; await enqueuer.enqueue(SendEmail, handled);`,
    /'number' is not assignable to type 'string'/,
  ],
  [
    'a missing argument',
    `await enqueuer.enqueue(SendEmail, { to: 'a' }, { in: '1s' });`,
    /'copies' is missing/,
  ],
  [
    'an argument too many',
    `await enqueuer.enqueue(Export, { rows: 1, columns: 2 });`,
    /'columns' does not exist/,
  ],
  ['no arguments', `await enqueuer.enqueue(SendEmail);`, /'JobContract<.+>' is not assignable/],
  [
    'no arguments, with options',
    `await enqueuer.enqueue(SendEmail, undefined, { in: '5m' });`,
    /'undefined' is not assignable to parameter of type/,
  ],
  ['no arguments, for many', `SendEmail.with();`, /Expected 1-2 arguments, but got 0/],
  [
    'an option that there is not',
    `await enqueuer.enqueue(Export, rows, { delay: 5 });`,
    /'delay' does not exist in type/,
  ],
  [
    'an option that there is not, beside one that there is',
    `await enqueuer.enqueue('any', rows, { in: '5m', uniqe: true });`,
    /'true' is not assignable to type 'never'/,
  ],
  [
    'an option of another type',
    `await enqueuer.enqueue(Export, rows, { in: new Date() });`,
    /'Date' is not assignable to type 'Duration | undefined'/,
  ],
  [
    'an option that there is not, for many',
    `await enqueuer.enqueueMany([Export.with(rows, { in: '5m', delay: 5 })]);`,
    /'delay' does not exist in type 'EnqueueOptions'/,
  ],
  [
    'a job that has neither name nor contract',
    `await enqueuer.enqueueMany([{ args: rows }]);`,
    /is not assignable to type 'NewJob'/,
  ],
  [
    'the job of a result that may have none',
    `const { job } = await enqueuer.enqueue(Export, rows, { unique: true }); job.id;`,
    /'job' is possibly 'undefined'/,
  ],
  [
    'wrong arguments, for many',
    `await enqueuer.enqueueMany([SendEmail.with({ to: 'a', copies: 2 }), Ping.with()]);`,
    /'number' is not assignable to type 'string'/,
  ],
  [
    'wrong arguments of a unique job',
    `await enqueuer.enqueue(Export, { rows: 'many' }, { unique: true });`,
    /'string' is not assignable to type 'number'/,
  ],
  [
    'wrong arguments of a schedule',
    `pool.periodicallyEnqueue('@daily', Export, { args: { rows: 'all' } });`,
    /'string' is not assignable to type 'number'/,
  ],
  [
    'a schedule without the arguments',
    `pool.periodicallyEnqueue('@daily', Export);`,
    /'JobContract<.+>' is not assignable/,
  ],
  [
    'a schema for something else than an object',
    `defineJob('c', z.string());`,
    /No overload matches/,
  ],
  [
    'a pool’s handler of other arguments',
    `pool.job(SendEmail, (job: Job<{ rows: number }>) => job.args.rows);`,
    /'rows' is missing/,
  ],
  [
    'an upgrade to something else',
    `SendEmail.upgrade(z.object({ a: z.string() }), ({ a }) => ({ to: a }));`,
    /'copies' is missing/,
  ],
  [
    'an upgrade that skips a form',
    `defineJob('c', z.object({ a: z.string() })).upgrade(z.object({ b: z.string() }), ({ b }) => ({ a: b }))
      .upgrade(z.object({ c: z.string() }), ({ c }) => ({ a: c }));`,
    /'\{ a: string; \}' is not assignable to type '\{ b: string; \}/,
  ],
  [
    'an encrypted field that does not exist',
    `defineJob('c', z.object({ card: z.object({ number: z.string() }) }), { encrypt: ['card.nmber'] });`,
    /"card.nmber"' is not assignable to type '"card" \| "card.number"'/,
  ],
  [
    'an encrypted field of a list',
    `defineJob<{ cards: { number: string }[] }>('c', { encrypt: ['cards.number'] });`,
    /"cards.number"' is not assignable to type '"cards"'/,
  ],
  [
    'an encrypted field of older arguments that does not exist',
    `SendEmail.upgrade(z.object({ a: z.string() }), ({ a }) => ({ to: a, copies: '1' }), { encrypt: ['to'] });`,
    /"to"' is not assignable to type '"a"'/,
  ],
  ['a method that takes another job', method(`job: Job<{ rows: number }>`), /'rows' is missing/],
  [
    'a method that takes the job as it is sent',
    method(`job: Job<Sent>`),
    /'number' is not assignable to type 'string'/,
  ],
  [
    'a method that takes the arguments of another type',
    method(`@JobPayload() args: { to: number }`),
    /Job<\{ to: string; copies: number; \}>/,
  ],
  [
    'a method that takes one argument as another type',
    method(`@JobPayload('to') to: boolean`),
    /Job<\{ to: string; copies: number; \}>/,
  ],
  [
    'a method that takes another job beside the arguments',
    method(`@JobPayload() args: Handled, @JobRef() job: Job<{ rows: number }>`),
    /Job<\{ to: string; copies: number; \}>/,
  ],
  [
    'a property',
    `class Mailer { @JobHandler(SendEmail) send = (job: Job<Handled>) => job; }`,
    /Unable to resolve signature of property decorator/,
  ],
];

describe('the compiler', () => {
  let messages: ReadonlyMap<string, string>;

  beforeAll(() => {
    const cases = [...COMPILES, ...FAILS];
    const sources = new Map(cases.map(([what, code]) => [fileOf(what), PREAMBLE + code]));
    const found = diagnose(sources);
    messages = new Map(
      [...sources.keys(), ''].map((path) => [
        path,
        found.flatMap(({ file, message }) => (file === path ? message : [])).join('\n'),
      ]),
    );
  }, 120_000);

  it.each(COMPILES)('accepts: a contract … %s', (what) => {
    expect(messages.get(fileOf(what))).toBe('');
  });

  it.each(FAILS)('refuses: %s', (what, _code, message) => {
    expect(messages.get(fileOf(what))).toMatch(message);
  });

  it('has nothing else to say', () => expect(messages.get('')).toBe(''));
});

function fileOf(what: string): string {
  return join(import.meta.dirname, `${what.replaceAll(/\W+/g, '-')}.mts`);
}
