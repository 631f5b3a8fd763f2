import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { WorkDashboardModule } from '@nestcraft/dashboard';
import {
  Enqueuer,
  JobHandler,
  PeriodicJob,
  silentLogger,
  WorkModule,
  type Job,
} from '@nestcraft/work';
import { Redis } from 'ioredis';
import type { Browser, Page } from 'playwright-core';
import { Gate } from '../support/gate.js';
import { describeInChromium, launch, shoot } from '../support/chromium.js';

const REDIS = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';
const ADMIN_REDIS = process.env.NESTCRAFT_TEST_ADMIN_URL ?? '';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const XSS = '<img src=x onerror="window.hacked=1">"><svg/onload=window.hacked=1></script>';

// Chromium is slow to start where other tests run, too.
jest.setTimeout(60_000);

const PAGES = [
  ['overview', '/'],
  ['queues', '/queues'],
  ['queue', '/queues/send_email'],
  ['running', '/running'],
  ['running job', '/running/w'],
  ['pools', '/pools'],
  ['scheduled', '/jobs/scheduled'],
  ['retry', '/jobs/retry'],
  ['dead', '/jobs/dead'],
  ['dead of a name', '/jobs/dead?name=charge'],
  ['job', 'the dead job'],
  ['evil job', `/jobs/dead/2/${encodeURIComponent(`id ${XSS}`)}`],
  ['evil queue', `/queues/${encodeURIComponent(`evil ${XSS}`)}`],
  [
    'evil waiting job',
    `/queues/${encodeURIComponent(`evil ${XSS}`)}/1/${encodeURIComponent(`id ${XSS}`)}`,
  ],
  ['periodic', '/periodic'],
  ['metrics', '/metrics'],
  ['search', '/search'],
  ['alerts', '/alerts'],
  ['health', '/health'],
  ['nothing', '/nowhere'],
] as const;

let gate: Gate;
let fixed: boolean;

class Handlers {
  @JobHandler('send_email')
  @PeriodicJob('0 9 * * MON-FRI', { timezone: 'Europe/Berlin', overlap: 'skip' })
  send(): void {
    // Done at once.
  }

  @JobHandler('export_report')
  async export(job: Job): Promise<void> {
    job.checkin(`row 1,500 of 20,000 ${XSS}`);
    const cancelled = once(job.signal, 'abort').then(() => job.signal.throwIfAborted());
    await Promise.race([gate.pass(), cancelled]);
  }

  @JobHandler('charge', { maxFails: 1 })
  charge(): void {
    if (!fixed) throw new Error(`the bank said no ${XSS}`);
  }

  @JobHandler('sync', { maxFails: 9, backoff: () => '1h' })
  sync(): void {
    throw new Error('later');
  }
}

let namespace: string;
let app: INestApplication;
let redis: Redis;
let url: string;
let browser: Browser;
let page: Page;
let outside: string[];
let complaints: string[];
const closing: (() => unknown)[] = [];

describeInChromium('the dashboard in a browser', () => {
  beforeAll(async () => {
    browser = await launch();
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    namespace = `test-${randomUUID()}`;
    gate = new Gate();
    fixed = false;
    redis = new Redis(ADMIN_REDIS);
    @Module({
      imports: [
        WorkModule.forRoot({ redis: REDIS, namespace, logger: silentLogger, concurrency: 3 }),
        WorkDashboardModule.forRoot({ insecureAllowAll: true }),
      ],
      providers: [Handlers],
    })
    class AppModule {}
    app = await NestFactory.create(AppModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/work/app`;
    await seed();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    [outside, complaints] = [[], []];
    page.on('request', (request) => {
      if (!/^(http:\/\/127\.0\.0\.1|data:)/.test(request.url())) outside.push(request.url());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
  });

  afterEach(async () => {
    gate.open();
    await page.close();
    for (const close of closing.splice(0)) await close();
    await app.close();
    redis.disconnect();
    expect(outside).toEqual([]);
    expect(complaints).toEqual([]);
  });

  async function seed(): Promise<void> {
    const enqueuer = app.get(Enqueuer);
    await enqueuer.enqueueMany([
      { name: 'send_email', args: { to: 'ada@example.com' } },
      { name: 'export_report', args: { rows: 20_000, note: XSS } },
      { name: 'charge', args: { amount: 9007199254740993n, note: XSS } },
      { name: 'charge', args: { amount: 2 } },
      { name: 'sync', args: {} },
      { name: 'not_served', args: { note: XSS } },
    ]);
    await enqueuer.enqueue('send_email', { to: 'grace@example.com' }, { in: '1h', unique: true });
    await redis.zadd(`${namespace}:dead`, 1, `no job ${XSS}`);
    await gate.reached;
  }

  /** What a Go process, or somebody who reaches Redis, could write: markup in every field. */
  async function seedEvil(): Promise<void> {
    const now = Math.floor(Date.now() / 1000);
    const [name, id] = [`evil ${XSS}`, `id ${XSS}`];
    const entry = JSON.stringify({
      ...{ name, id, t: now, args: { [XSS]: XSS }, unique: true, unique_key: XSS },
      ...{ fails: 1, err: XSS, failed_at: now, backtrace: XSS },
    });
    await redis.sadd(`${namespace}:known_jobs`, name);
    await redis.lpush(`${namespace}:jobs:${name}`, entry);
    await redis.zadd(`${namespace}:retry`, now + 9_999, entry);
    await redis.zadd(`${namespace}:scheduled`, now + 9_999, entry);
    await redis.zadd(`${namespace}:dead`, 2, entry);
    const attempt = { at: now, fails: 1, error: XSS, backtrace: XSS, host: XSS, pid: 1 };
    await redis.lpush(`${namespace}:nestcraft:attempts:${id}`, JSON.stringify(attempt));
    await seedEvilStall();
    await seedEvilPool();
    const minute = now - (now % 60);
    await redis.hset(`${namespace}:nestcraft:metrics:60:${minute}`, name, '{"done":1,"failed":1}');
    const tenMinutes = now - (now % 600);
    await redis.hset(`${namespace}:nestcraft:metrics:600:${tenMinutes}`, name, '{"done":1}');
  }

  /** A stall that was noted, and its recovery, with markup in every field. */
  async function seedEvilStall(): Promise<void> {
    const own = `${namespace}:nestcraft`;
    const stall = { kind: 'waiting', subject: `evil ${XSS}`, text: XSS, remedy: XSS };
    const note = JSON.stringify({ ...stall, since: new Date() });
    await redis.hset(`${own}:stalls:evil`, 'waiting', note);
    await redis.zadd(`${own}:stall_notes`, '+inf', `${own}:stalls:evil`);
    const recovery = { ...stall, since: new Date(), recoveredAt: new Date() };
    await redis.rpush(`${own}:stall_log`, JSON.stringify(recovery), note);
  }

  /** A pool that would be buried if its beat stood still for ten seconds. */
  async function seedEvilPool(): Promise<void> {
    const now = Math.floor(Date.now() / 1000);
    const [name, id] = [`evil ${XSS}`, `id ${XSS}`];
    const schedule = { id, jobName: name, spec: XSS, overlap: 'allow', missed: 'skip' };
    await redis.sadd(`${namespace}:worker_pools`, 'evil');
    await redis.hset(`${namespace}:worker_pools:evil`, {
      ...{ heartbeat_at: now + 9_999, started_at: now, job_names: name, concurrency: 1 },
      ...{ host: XSS, pid: 1, worker_ids: 'w', schedules: JSON.stringify([schedule]) },
    });
    const last = { jobId: id, result: 'dead', at: now, duration: 1, error: XSS };
    await redis.hset(`${namespace}:nestcraft:last_results`, id, JSON.stringify(last));
    await redis.hset(`${namespace}:worker:w`, {
      ...{ job_name: name, job_id: id, started_at: now, args: XSS, checkin: XSS, checkin_at: now },
    });
  }

  /** The page of a dead job that has failed several times. */
  async function deadJob(): Promise<string> {
    const [entry = '', at] = await redis.zrevrange(`${namespace}:dead`, 0, 0, 'WITHSCORES');
    return `/jobs/dead/${at}/${(JSON.parse(entry) as Job).id}`;
  }

  async function open(path: string): Promise<void> {
    await page.goto(`${url}#${path}`);
    await page.waitForSelector('main h1');
    await page.waitForSelector('main [aria-busy]', { state: 'detached' });
  }

  it('shows every page without a fault, in both themes and on a phone, to everybody', async () => {
    await seedEvil();
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      for (const [name, path] of PAGES) {
        await seedEvilPool();
        await page.setViewportSize({ width: 1280, height: 800 });
        await open(path === 'the dead job' ? await deadJob() : path);
        if (name === 'dead') await page.waitForSelector('text=the bank said no');
        if (name === 'running') await page.waitForSelector('text=row 1,500 of 20,000');
        expect({ name, theme, faults: await axeFaults() }).toEqual({ name, theme, faults: [] });
        await shoot(page, `${name}-${theme}`);
        await page.setViewportSize({ width: 360, height: 740 });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect({ name, wide }).toEqual({ name, wide: 360 });
        if (theme === 'light') await shoot(page, `${name}-phone`);
      }
    }
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  }, 120_000);

  it('lets a person find a dead job, read its error, retry it and see it done, by keyboard alone', async () => {
    await open('/');
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.waitForSelector('h1:has-text("Dead jobs")');
    const link = page.getByRole('link', { name: 'charge' }).first();
    await link.waitFor();
    await tabTo(() => link.evaluate((element) => element === document.activeElement));
    await page.keyboard.press('Enter');
    await page.waitForSelector('pre.error:has-text("the bank said no")');
    expect(await page.textContent('main')).toMatch(/amount": (9007199254740993|2)/);
    fixed = true;
    const retry = page.getByRole('button', { name: 'Retry', exact: true });
    await tabTo(() => retry.evaluate((element) => element === document.activeElement));
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=status]:has-text("1 in the queue now")');
    await page.waitForFunction(
      () => document.querySelectorAll('a[href^="#/jobs/dead/"]').length === 2,
    );
    expect(await redis.zcard(`${namespace}:dead`)).toBe(2);
  });

  it('says why a job does not run, and removes the reason', async () => {
    await redis.set(`${namespace}:jobs:not_served:paused`, '1');
    await open('/queues/not_served');
    const reasons = page.locator('.explanation > ol > li');
    await page.waitForSelector('.explanation li:has-text("is paused until somebody resumes it")');
    expect(await reasons.count()).toBe(2);
    await page.getByRole('button', { name: 'Resume not_served' }).click();
    await reasons.filter({ hasText: 'is paused' }).waitFor({ state: 'detached' });
    expect(await redis.exists(`${namespace}:jobs:not_served:paused`)).toBe(0);
    await page.waitForSelector('.explanation [role=status]:has-text("blocked")');
    expect(await reasons.allTextContents()).toEqual([
      expect.stringContaining('No running pool handles'),
    ]);
    await open('/search?q=not_served');
    await page.getByRole('button', { name: /^Why\? not_served/ }).click();
    await page.waitForSelector('dialog .explanation li:has-text("No running pool handles")');
    expect(await axeFaults()).toEqual([]);
    await shoot(page, 'why');
  });

  it('shows what a repair of locks changes before it repairs them', async () => {
    await redis.set(`${namespace}:jobs:not_served:lock`, 7);
    await open('/health');
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.getByRole('button', { name: 'Repair the locks…' }).click();
    await page.waitForSelector('dialog .repairs li:has-text("7 → 0")');
    expect(await axeFaults()).toEqual([]);
    await shoot(page, 'repair');
    await page.getByRole('button', { name: 'Repair 1 lock' }).click();
    await page.waitForSelector('[role=status]:has-text("The locks are repaired.")');
    expect(await redis.get(`${namespace}:jobs:not_served:lock`)).toBe('0');
  });

  it('deletes and retries many, after asking how many', async () => {
    await open('/jobs/dead');
    await page.getByLabel('Select all of this page').check();
    await page.getByRole('button', { name: 'Delete 3 selected' }).click();
    await page.getByRole('button', { name: 'Go back' }).click();
    expect(await redis.zcard(`${namespace}:dead`)).toBe(3);
    await page.getByRole('button', { name: 'Delete 3 selected' }).click();
    await page.getByRole('button', { name: 'Delete 3 jobs' }).click();
    await page.waitForSelector('[role=status]:has-text("3 deleted")');
    expect(await redis.zcard(`${namespace}:dead`)).toBe(0);
    await open('/jobs/retry');
    await page.getByRole('button', { name: 'Run all 1 now' }).click();
    await page.getByRole('button', { name: 'Run 1 job now' }).click();
    await page.waitForSelector('.bulk-tasks:has-text("done, 1 job")');
  });

  it('has very many typed before they are deleted', async () => {
    const many = Array.from({ length: 1_200 }, (_, i) => [
      '5',
      `{"name":"old","id":"${i}"}`,
    ]).flat();
    await redis.zadd(`${namespace}:dead`, ...many);
    await open('/jobs/dead');
    await page.getByRole('button', { name: 'Delete all 1,203' }).click();
    const confirm = page.getByRole('button', { name: 'Delete 1,203 jobs' });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel('type the number 1,203').fill('1,203');
    await confirm.click();
    await page.waitForSelector('.bulk-tasks:has-text("delete all dead jobs: done, 1,203 jobs")');
    expect(await redis.zcard(`${namespace}:dead`)).toBe(0);
  });

  it('selects rows by keyboard, and a range of them', async () => {
    const entry = (id: string) => `{"name":"old","id":"${id}"}`;
    await redis.zadd(`${namespace}:dead`, 7, entry('a'), 6, entry('b'), 5, entry('c'));
    await open('/jobs/dead?name=old');
    await page.waitForSelector('text=3 jobs');
    for (const key of ['j', 'x', 'j', 'j', 'X']) await page.keyboard.press(key);
    await page.waitForSelector('.selection:has-text("3 selected")');
    await page.keyboard.press('#');
    await page.getByRole('button', { name: 'Delete 3 jobs' }).click();
    await page.waitForSelector('[role=status]:has-text("3 deleted")');
  });

  it('kills, by name, after asking how many', async () => {
    const more = '{"name":"charge","id":"c","t":1,"args":null,"fails":1,"err":"no","failed_at":1}';
    await redis.zadd(`${namespace}:retry`, 4_000_000_000, more);
    await open('/jobs/retry');
    await page.waitForSelector('text=2 jobs');
    await page.getByLabel('Name').selectOption('sync');
    await page.getByRole('button', { name: 'Kill all 1' }).click();
    await page.getByRole('button', { name: 'Kill 1 job' }).click();
    await page.waitForSelector(
      '.bulk-tasks:has-text("kill all retry jobs named sync: done, 1 job; checked 2")',
    );
    expect(await redis.zrange(`${namespace}:retry`, '0', '-1')).toEqual([more]);
    await open('/jobs/dead?name=sync');
    await page.getByRole('link', { name: 'sync', exact: true }).first().click();
    await page.waitForSelector('.timeline li:has-text("Failure 1"):has-text("later")');
  });

  it('cancels a job that runs, from the list and from its page, and it ends', async () => {
    await open('/running');
    await page.getByRole('button', { name: /^Cancel export_report / }).click();
    await page.getByRole('button', { name: 'Go back' }).click();
    await page.getByRole('link', { name: 'export_report' }).first().click();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel 1 job' }).click();
    await page.waitForSelector('[role=status]:has-text("asked to stop")');
    await page.waitForSelector('[role=alert]:has-text("no longer running.")');
    complaints = complaints.filter((one) => !one.includes('404'));
    await open('/running');
    await page.waitForSelector('text=No jobs are running.');
    expect(await redis.llen(`${namespace}:jobs:export_report`)).toBe(0);
    expect(await redis.zcard(`${namespace}:retry`)).toBe(1);
  });

  it('cancels a job that waits', async () => {
    await open('/queues/not_served');
    await page.locator('tbody a').first().click();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel 1 job' }).click();
    await page.waitForSelector('[role=status]:has-text("will not run")');
    expect(await redis.llen(`${namespace}:jobs:not_served`)).toBe(0);
  });

  it('copies, hands out entries, kills on the page of a job, and keeps theme and zone', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await open('/jobs/retry');
    await page.getByRole('link', { name: 'sync', exact: true }).first().click();
    await page.getByRole('button', { name: 'Copy the error' }).click();
    await page.waitForSelector('[role=status]:has-text("Copied: the error.")');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('later');
    const [entry] = await redis.zrange(`${namespace}:retry`, '0', '0');
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download the entry' }).click();
    expect(readFileSync(await (await downloading).path(), 'utf8')).toBe(entry);
    await page.getByRole('button', { name: 'Kill', exact: true }).click();
    await page.getByRole('button', { name: 'Kill 1 job' }).click();
    await page.waitForSelector('[role=status]:has-text("1 dead now")');
    expect(await redis.zcard(`${namespace}:retry`)).toBe(0);
    await page.waitForURL(({ hash }) => hash === '#/jobs/retry'); // back on the list: the job is gone
    await page.getByLabel('Theme').selectOption('dark');
    await page.getByLabel(/zone|Times/i).selectOption('UTC');
    await page.reload();
    await page.waitForSelector('html[data-theme=dark]');
    expect(await page.getByLabel(/zone|Times/i).inputValue()).toBe('UTC');
  });

  it('deletes a waiting job, and runs a periodic one', async () => {
    await open('/queues/not_served');
    await page.getByRole('button', { name: /^Delete / }).click();
    await page.getByRole('button', { name: 'Delete 1 job' }).click();
    await page.waitForSelector('[role=status]:has-text("1 deleted")');
    expect(await redis.llen(`${namespace}:jobs:not_served`)).toBe(0);
    await open('/periodic');
    await page.getByRole('button', { name: 'Run now: send_email' }).click();
    await page.waitForSelector('[role=status]:has-text("send_email was enqueued")');
  });

  it('sorts queues, pauses one in its row, and lists the keys', async () => {
    await open('/queues');
    const first = page.locator('tbody th').first();
    expect(await first.textContent()).toBe('charge');
    await page.getByRole('button', { name: 'Waiting' }).click();
    await page.waitForSelector('tbody tr:first-child th:has-text("not_served")');
    await page.getByRole('button', { name: 'Pause not_served' }).click();
    await page.waitForSelector('tbody tr:first-child .badge:has-text("paused")');
    await first.getByRole('link').focus();
    await page.keyboard.press('j');
    expect(await page.evaluate(() => document.activeElement?.textContent)).not.toBe('not_served');
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]:has-text("Down and up in a table")');
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.waitForSelector('h1:has-text("Search")');
    await page.waitForFunction(
      () => (document.activeElement as HTMLInputElement).type === 'search',
    );
  });

  it('finds a job by a text in its arguments', async () => {
    await open('/search');
    await page.getByRole('searchbox').fill('GRACE@example');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=status]:has-text("found 1.")');
    await page.getByRole('link', { name: 'send_email' }).click();
    await page.waitForSelector('pre:has-text("grace@example.com")');
    await page.goBack();
    await page.waitForSelector('[role=status]:has-text("found 1.")');
    expect(await page.getByRole('searchbox').inputValue()).toBe('GRACE@example');
    expect(decodeURIComponent(page.url())).toContain('#/search?q=GRACE');
  });

  it('ends a search when the page is hidden', async () => {
    await page.route('**/api/search?**', () => undefined); // it takes its time
    await open('/search');
    await page.getByRole('searchbox').fill('grace');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=status]:has-text("Searched")');
    const ended = page.waitForEvent('requestfailed', (one) => one.url().includes('api/search'));
    await see(false);
    await ended;
    await page.waitForSelector('[role=status]:has-text("Stopped after")');
    await see(true);
  });

  it('pauses, resumes, limits and empties a queue', async () => {
    await open('/queues/not_served');
    await page.getByLabel('Pause for').fill('5');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.waitForSelector('.badge:has-text("paused, ends in")');
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByLabel('At most').fill('3');
    await page.getByRole('button', { name: 'Set limit' }).click();
    await page.waitForSelector('li:has-text("Limit") .value:text-is("3")');
    await page.getByRole('button', { name: 'Empty' }).click();
    await page.getByRole('button', { name: 'Delete 1 job' }).click();
    await page.waitForSelector('text=No jobs are waiting.');
    expect(await redis.llen(`${namespace}:jobs:not_served`)).toBe(0);
  });

  it('sends no requests while it is hidden, and continues once it is visible', async () => {
    await page.clock.install();
    await open('/jobs/dead');
    await page.waitForSelector('.live:has-text("Live")');
    await see(false);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.clock.runFor(120_000);
    expect(asked).toEqual([]);
    await see(true);
    await page.waitForFunction(() => document.querySelector('.live')?.textContent === 'Live');
    expect(asked.some((one) => one.endsWith('/api/events'))).toBe(true);
  });

  async function see(isSeen: boolean): Promise<void> {
    await page.evaluate((seen) => {
      Object.defineProperty(document, 'hidden', { value: !seen, configurable: true });
      const visibilityState = seen ? 'visible' : 'hidden';
      Object.defineProperty(document, 'visibilityState', {
        ...{ value: visibilityState, configurable: true },
      });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    }, isSeen);
  }

  it('says that the server is lost, keeps the last state, and recovers', async () => {
    await open('/queues');
    await page.waitForSelector('th:has-text("not_served")');
    await page.route('**/api/**', (route) => route.abort());
    (app.getHttpServer() as Server).closeAllConnections();
    await page.waitForSelector('[role=alert]:has-text("has not answered for")');
    expect(await page.locator('th:has-text("not_served")').count()).toBe(1);
    expect(await axeFaults()).toEqual([]);
    await page.unroute('**/api/**');
    await page.waitForSelector('[role=alert]', { state: 'detached' });
    complaints = complaints.filter((one) => !/ERR_FAILED|ERR_CONNECTION|ERR_INCOMPLETE/.test(one));
  });

  it('lets no other site change anything', async () => {
    const stranger = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html').end('<form method="post"></form>');
    });
    await once(stranger.listen(0, '127.0.0.1'), 'listening');
    const other = await browser.newPage();
    closing.push(
      () => other.close(),
      () => stranger.close(),
    );
    await other.goto(`http://127.0.0.1:${(stranger.address() as AddressInfo).port}`);
    const target = url.replace('/app', '/api/queues/not_served/pause');
    const answers = await other.evaluate(async (address) => {
      const send = (init: RequestInit) =>
        fetch(address, { method: 'POST', body: '{}', ...init }).then(
          ({ type, status }) => `${type} ${status}`,
          () => 'refused',
        );
      const json = { 'content-type': 'application/json', 'x-nestcraft': '1' };
      return [
        await send({ headers: json }),
        await send({ mode: 'no-cors' }),
        await send({ mode: 'no-cors', credentials: 'include', headers: json }),
      ];
    }, target);
    expect(answers).toEqual(['refused', 'opaque 0', 'opaque 0']);
    await other.evaluate((address) => {
      const form = document.querySelector('form');
      form?.setAttribute('action', address);
      form?.submit();
    }, target);
    await other.waitForURL(target);
    expect(await other.textContent('body')).toContain('cross_site');
    expect(await redis.exists(`${namespace}:jobs:not_served:paused`)).toBe(0);
  });

  async function tabTo(isThere: () => Promise<boolean>): Promise<void> {
    for (let presses = 0; presses < 60; presses++) {
      if (await isThere()) return;
      await page.keyboard.press('Tab');
    }
    throw new Error('The keyboard does not reach it');
  }

  async function axeFaults(): Promise<string[]> {
    await page.evaluate(AXE);
    return page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      const { violations } = await axe.run();
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
    });
  }
});
