import { randomUUID } from 'node:crypto';
import { Module, type DynamicModule, type INestApplication, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { silentLogger, WorkModule, type WorkModuleOptions } from '@nestcraft/work';
import { Redis } from 'ioredis';
import type {
  DashboardRequest,
  DashboardUser,
  WorkDashboardExtras,
  WorkDashboardOptions,
} from '../options/dashboard-options.js';
import { WorkDashboardModule } from '../dashboard.module.js';
import { DashboardTiming } from '../options/timing.js';

/** The real Redis that all tests share, as a user with the documented rights. */
export const REDIS = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';

/** The same Redis, as a user with all rights. */
export const ADMIN_REDIS = process.env.NESTCRAFT_TEST_ADMIN_URL ?? '';

/** The headers that the dashboard's own page sends with a change. */
export const OWN = { 'content-type': 'application/json', 'x-nestcraft': '1' };

export const ADAPTERS = [
  ['Express', false],
  ['Fastify', true],
] as const;

/** How a dashboard is served, in addition to its own options. */
export interface Serving {
  readonly fastify?: boolean;
  readonly prefix?: string;
  /** Whether Nest reads bodies; default true. */
  readonly bodyParser?: boolean;
  readonly imports?: readonly DynamicModule[];
  readonly providers?: readonly Provider[];
  readonly work?: WorkModuleOptions;
  readonly timing?: Partial<DashboardTiming>;
  readonly prepare?: (app: INestApplication) => void;
  /** Collects lines of Nest's log with the context `WorkDashboard`: `WARN …`. */
  readonly log?: string[];
}

/** The dashboards of one test, in a namespace of their own. */
export class Dashboards {
  readonly namespace = `test-${randomUUID()}`;
  readonly redis = new Redis(ADMIN_REDIS);
  readonly apps: INestApplication[] = [];

  /** Serves a dashboard and returns its address. */
  async serve<Request = DashboardRequest, User extends DashboardUser = DashboardUser>(
    options: WorkDashboardOptions<Request, User> & WorkDashboardExtras = {},
    serving: Serving = {},
  ): Promise<string> {
    const { fastify = false, prefix = '', imports = [], providers = [], timing, log } = serving;
    const work = { redis: REDIS, namespace: this.namespace, logger: silentLogger, ...serving.work };
    @Module({
      imports: [
        WorkModule.forRoot(work),
        WorkDashboardModule.forRoot({ insecureAllowAll: !options.authenticate, ...options }),
        ...imports,
      ],
      providers: [...providers],
    })
    class AppModule {}
    const adapter = fastify ? new FastifyAdapter() : new ExpressAdapter();
    const app = await NestFactory.create(AppModule, adapter, {
      logger: log ? loggerInto(log) : false,
      abortOnError: false,
      bodyParser: serving.bodyParser ?? true,
    });
    this.apps.push(app);
    if (timing) Object.assign(app.get(DashboardTiming, { strict: false }), timing);
    if (prefix !== '') app.setGlobalPrefix(prefix);
    serving.prepare?.(app);
    await app.listen(0, '127.0.0.1');
    const path = options.path ?? 'work';
    const below = [prefix, path].filter((part) => part !== '');
    return [await app.getUrl(), ...below].join('/');
  }

  async close(): Promise<void> {
    await Promise.all(this.apps.map((app) => app.close()));
    const keys = await this.redis.keys(`${this.namespace}*`);
    if (keys.length > 0) await this.redis.del(keys);
    this.redis.disconnect();
  }
}

function loggerInto(lines: string[]) {
  const write =
    (level: string) =>
    (message: unknown, ...rest: unknown[]): void => {
      if (rest.at(-1) === 'WorkDashboard') lines.push(`${level} ${String(message)}`);
    };
  return { log: write('LOG'), warn: write('WARN'), error: write('ERROR') };
}

export function send(
  url: string,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { ...OWN, ...headers },
    body: JSON.stringify(body),
  });
}

/** Returns the status and code of a problem, or only the status of another response. */
export async function problem(response: Response): Promise<{ status: number; code?: string }> {
  const { status } = response;
  if (!response.headers.get('content-type')?.includes('problem+json')) return { status };
  const { code } = (await response.json()) as { code: string };
  return { status, code };
}

export function deadEntry(id: string, args = '{}', rest: object = {}): string {
  const members = { name: 'n', id, t: 1, fails: 4, err: 'boom', failed_at: 5, ...rest };
  return `${JSON.stringify(members).slice(0, -1)},"args":${args}}`;
}

/** Collects the events of a stream. */
export class StreamReader {
  text = '';
  ended = false;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  constructor(response: Response) {
    this.#reader = response.body?.getReader() as
      ReadableStreamDefaultReader<Uint8Array> | undefined;
    void this.#read();
  }

  async cancel(): Promise<void> {
    await this.#reader?.cancel();
  }

  async #read(): Promise<void> {
    for (;;) {
      const part = await this.#reader?.read().catch(() => undefined);
      if (!part || part.done) break;
      this.text += new TextDecoder().decode(part.value);
    }
    this.ended = true;
  }
}
