import 'reflect-metadata';
import {
  BadRequestException,
  createParamDecorator,
  Injectable,
  ParseIntPipe,
  StandardSchemaValidationPipe,
  UsePipes,
  ValidationPipe,
  type ExecutionContext,
  type PipeTransform,
} from '@nestjs/common';
import { type Job } from '@nestcraft/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { IsEmail, IsInt, IsString, Min } from 'class-validator';
import { eventually } from '../../../../test/support/eventually.js';
import { JobArgumentsHost } from '../handlers/job-arguments-host.js';
import { JobHandler } from './job-handler.decorator.js';
import { Attempt, JobPayload, JobContext, JobRef, JobSignal } from './job-params.decorators.js';
import { aWorker, bootError, closeApps, deathsOf, work } from '../testing/test-app.js';

afterEach(closeApps);

describe('parameters', () => {
  it('are given by decorators, through pipes', async () => {
    const Name = createParamDecorator(
      (_data: unknown, context: ExecutionContext) => JobArgumentsHost.create(context).getJob().name,
    );
    class Upper implements PipeTransform<string, string> {
      transform(value: string): string {
        return value.toUpperCase();
      }
    }
    const calls: unknown[][] = [];
    @Injectable()
    class Handlers {
      @JobHandler('all')
      all(
        @JobPayload() args: object,
        @JobPayload('n', ParseIntPipe) n: number,
        @JobPayload('s', new Upper()) s: string,
        @JobPayload('missing') missing: unknown,
        @JobRef() job: Job,
        @JobContext() context: unknown,
        @JobSignal() signal: AbortSignal,
        @Attempt() attempt: number,
        @Name() name: string,
      ): void {
        calls.push([args, n, s, missing, job.id, context, signal === job.signal, attempt, name]);
      }
    }
    class Context {
      readonly notes = [];
    }
    const { enqueuer } = await aWorker([Handlers], { context: Context });
    const { id } = await enqueuer.enqueue('all', { n: '7', s: 'x' });
    await eventually(() => expect(calls).toHaveLength(1));
    const args = { n: '7', s: 'x' };
    expect(calls[0]).toEqual([args, 7, 'X', undefined, id, new Context(), true, 1, 'all']);
  });

  it('that are not valid are the end of the job, with all that is wrong', async () => {
    const schema = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) =>
          typeof (value as { to?: unknown }).to === 'string'
            ? { value }
            : { issues: [{ message: 'to must be a string', path: ['to'] }] },
      },
    };
    const seen: unknown[] = [];
    @Injectable()
    class Handlers {
      @JobHandler('parse', { maxFails: 9 })
      parse(@JobPayload('n', ParseIntPipe) n: number): void {
        seen.push(n);
      }
      @JobHandler('several', { maxFails: 9 })
      several(): void {
        throw new BadRequestException(['a must be a number', 'b is missing']);
      }
      @JobHandler('schema', { maxFails: 9 })
      @UsePipes(new StandardSchemaValidationPipe())
      schema(@JobPayload({ schema }) args: unknown): void {
        seen.push(args);
      }
    }
    const { enqueuer, client } = await aWorker([Handlers]);
    await enqueuer.enqueueMany([
      { name: 'parse', args: { n: 'x' } },
      { name: 'several' },
      { name: 'schema', args: { to: 'a' } },
      { name: 'schema', args: { to: 7 } },
    ]);
    await eventually(async () => expect((await client.counts()).dead).toBe(3));
    expect(await deathsOf(client)).toEqual([
      'Validation failed (numeric string is expected)',
      'a must be a number; b is missing',
      'to: to must be a string',
    ]);
    await eventually(() => expect(seen).toEqual([{ to: 'a' }]));
  });

  it('are checked against their class by a ValidationPipe, the whole or the one of a key', async () => {
    class Address {
      @IsString()
      readonly city: string = '';
    }
    class Order {
      @IsEmail()
      readonly to: string = '';
      @IsInt()
      @Min(1)
      readonly count: number = 0;
    }
    const seen: unknown[] = [];
    @Injectable()
    class Handlers {
      @JobHandler('order', { maxFails: 9 })
      @UsePipes(new ValidationPipe({ transform: true, whitelist: true }))
      order(@JobPayload() order: Order): void {
        seen.push([order instanceof Order, order]);
      }
      @JobHandler('ship', { maxFails: 9 })
      ship(@JobPayload('address', new ValidationPipe({ transform: true })) address: Address): void {
        seen.push([address instanceof Address, address.city]);
      }
    }
    const { enqueuer, client } = await aWorker([Handlers], { concurrency: 1 });
    await enqueuer.enqueueMany([
      { name: 'order', args: { to: 'ada@example.com', count: 2, extra: 1 } },
      { name: 'order', args: { to: 'nobody', count: 0 } },
      { name: 'ship', args: { address: { city: 'Ulm' } } },
      { name: 'ship', args: { address: { city: 7 } } },
    ]);
    await eventually(async () =>
      expect(await deathsOf(client)).toEqual([
        'city must be a string',
        'to must be an email; count must not be less than 1',
      ]),
    );
    expect(seen).toHaveLength(2);
    expect(seen).toContainEqual([true, { to: 'ada@example.com', count: 2 }]);
    expect(seen).toContainEqual([true, 'Ulm']);
  });

  it('are the output of a schema, without any pipe', async () => {
    const day = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) => {
          const date = new Date(String(value));
          const isDate = !Number.isNaN(date.getTime());
          return isDate
            ? { value: date }
            : Promise.resolve({ issues: [{ message: 'no date', path: [{ key: 'day' }] }] });
        },
      },
    };
    const nextDay: PipeTransform<Date, Date> = {
      transform: (date) => new Date(date.getTime() + 86_400_000),
    };
    const seen: unknown[] = [];
    @Injectable()
    class Handlers {
      @JobHandler('report')
      report(@JobPayload('day', { schema: day, pipes: [nextDay] }) date: Date): void {
        seen.push(date);
      }
    }
    const { enqueuer, client } = await aWorker([Handlers]);
    await enqueuer.enqueueMany([
      { name: 'report', args: { day: '2026-01-01' } },
      { name: 'report', args: { day: 'soon' } },
    ]);
    await eventually(async () => expect(await deathsOf(client)).toEqual(['day: no date']));
    expect(seen).toEqual([new Date('2026-01-02')]);
  });
});

describe('parameters that cannot get a value', () => {
  it('keeps the application from starting, with the method and the index', async () => {
    @Injectable()
    class Half {
      @JobHandler('half')
      run(@JobPayload() args: object, forgotten: Job, @Attempt() attempt: number): unknown[] {
        return [args, forgotten, attempt];
      }
    }
    expect(await bootError([work()], [Half])).toMatchObject({
      name: 'InvalidJobHandlerError',
      message: expect.stringMatching(
        /^@JobHandler on Half\.run: parameter 1 has no decorator although others do.*@JobRef\(\)/,
      ) as unknown,
    });
  });

  it('may have a default', async () => {
    const calls: unknown[] = [];
    @Injectable()
    class Defaults {
      @JobHandler('defaults')
      run(
        @Attempt() attempt: number,
        log: (value: unknown) => void = (value) => calls.push(value),
      ): void {
        log(attempt);
      }
    }
    const { enqueuer } = await aWorker([Defaults]);
    await enqueuer.enqueue('defaults');
    await eventually(() => expect(calls).toEqual([1]));
  });

  it.each<[string, (...params: never[]) => unknown]>([
    ['a pipe', () => JobPayload('n', undefined as never)],
    ['a pipe among others', () => JobPayload({ pipes: [ParseIntPipe, undefined as never] })],
    ['null', () => JobPayload(null as never)],
  ])('is refused where it stands: %s that is not there', (_what, decorate) => {
    expect(decorate).toThrow(
      /^Option "@JobPayload" is (undefined|null).*import each other in a circle/,
    );
  });

  it.each([
    [Attempt(), class Built extends Object {}, undefined, 'Built.constructor'],
    [JobRef(), class Static extends Object {}, 'run', 'Static.run'],
  ])('is no parameter of a constructor or a static method', (decorator, target, method, place) => {
    expect(() => decorator(target, method, 0)).toThrow(
      new RegExp(`^@JobHandler on ${place}: .*instance method`),
    );
  });
});
