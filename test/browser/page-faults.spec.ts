import { eventually } from '../support/eventually.js';
import { randomUUID } from 'node:crypto';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { WorkDashboardModule } from '@nestcraft/dashboard';
import { silentLogger, WorkModule } from '@nestcraft/work';
import { Redis } from 'ioredis';
import type { Browser, Page } from 'playwright-core';
import { describeInChromium, launch, shoot } from '../support/chromium.js';

const REDIS = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';
const ADMIN_REDIS = process.env.NESTCRAFT_TEST_ADMIN_URL ?? '';

jest.setTimeout(60_000);

const ODD = [
  ...['ada+test@example.com', 'R&D', '+49 160', '#42', 'a/b?c#d', 'x&in=dead', 'queue%', '%2e%2e'],
  ...['100 %', 'sends 🎉', `long.${'name.'.repeat(40)}end`],
];
const LONG = 'billing.dunning.reminders.second_reminder_by_registered_mail';
const NOW = Math.floor(Date.now() / 1000);

let namespace: string;
let app: INestApplication;
let redis: Redis;
let url: string;
let browser: Browser;
let page: Page;
let complaints: string[];

describeInChromium('the page, where something is odd or goes wrong', () => {
  beforeAll(async () => {
    browser = await launch();
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    namespace = `test-${randomUUID()}`;
    redis = new Redis(ADMIN_REDIS);
    await serve();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
  });

  afterEach(async () => {
    await page.close();
    await app.close();
    redis.disconnect();
    expect(complaints).toEqual([]);
  });

  async function serve({ readOnly = false } = {}): Promise<void> {
    @Module({
      imports: [
        WorkModule.forRoot({ redis: REDIS, namespace, logger: silentLogger }),
        WorkDashboardModule.forRoot({ insecureAllowAll: true, readOnly }),
      ],
    })
    class AppModule {}
    app = await NestFactory.create(AppModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/work/app`;
  }

  async function open(path: string): Promise<void> {
    await page.goto(`${url}#${path}`);
    await settled();
  }

  async function settled(): Promise<void> {
    await page.waitForSelector('main h1');
    await page.waitForSelector('main [aria-busy]', { state: 'detached' });
  }

  function entry(name: string, id: string, more: object = {}): string {
    return JSON.stringify({ name, id, t: NOW - 60, args: {}, ...more });
  }

  function failed(name: string, id: string, more: object = {}): string {
    return entry(name, id, { fails: 1, err: 'no', failed_at: NOW - 50, ...more });
  }

  async function addDead(...entries: readonly string[]): Promise<void> {
    const scored = entries.flatMap((one, index) => [String(NOW - index), one]);
    await redis.zadd(`${namespace}:dead`, ...scored);
  }

  function h1(): Promise<string | null> {
    return page.textContent('main h1');
  }

  it('leads to every queue and job, whatever its name, and comes back', async () => {
    for (const name of ODD) {
      await redis.sadd(`${namespace}:known_jobs`, name);
      await redis.lpush(`${namespace}:jobs:${name}`, entry(name, `id ${name}`));
    }
    for (const name of ODD) {
      await open('/queues');
      await page.locator(`tbody th a:has([title=${JSON.stringify(name)}])`).click();
      await page.waitForFunction(
        (wanted) => document.querySelector('h1')?.textContent === wanted,
        name,
      );
      await page.waitForSelector('tbody th a');
      expect(await page.locator('tbody tr').count()).toBe(1);
      await page.locator('tbody th a').click();
      await page.waitForSelector('main .facts');
      expect(await page.textContent('.facts dd code')).toBe(`id ${name}`);
      await page.waitForFunction((wanted) => document.title === wanted, titleOf(name));
      expect(await h1()).toBe(name);
    }
    await page.reload();
    await page.waitForSelector('main .facts');
    expect(await h1()).toBe(ODD.at(-1));
  });

  function titleOf(name: string): string {
    return `${name} ${`id ${name}`.slice(0, 8)} – Nestcraft Work`;
  }

  it.each(['.', '..'])(
    'asks the server for the name %p in a way that browsers leave alone',
    async (name) => {
      await redis.sadd(`${namespace}:known_jobs`, name);
      const asked = page.waitForRequest((one) => one.url().includes(`/api/queues/~${name}/jobs?`));
      await page.goto(`${url}#/queues/${name}`);
      await asked;
      expect(await h1()).toBe(name);
    },
  );

  it('searches for the typed text literally', async () => {
    for (const text of ODD.map((one) => one.slice(0, 200))) {
      await open('/search');
      const asked = page.waitForRequest((one) => one.url().includes('/api/search?'));
      await page.getByRole('searchbox').fill(text);
      await page.keyboard.press('Enter');
      const { searchParams, hash } = new URL((await asked).url());
      expect([searchParams.get('q'), [...searchParams.keys()], hash]).toEqual([text, ['q'], '']);
      await page.waitForSelector('[role=status]:has-text("Searched 0 jobs, found 0.")');
      expect(await page.getByRole('searchbox').inputValue()).toBe(text);
    }
  });

  it('does not search for the beginning of a text that is too long', async () => {
    await open('/search');
    await page.getByRole('searchbox').fill('x'.repeat(201));
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=status]:has-text("a string of 1 to 200 characters")');
  });

  it('says why a search was refused', async () => {
    await page.route('**/api/search?**', (route) =>
      route.fulfill({
        ...{ status: 429, headers: { 'retry-after': '3' } },
        json: { status: 429, detail: 'Two searches are running.' },
      }),
    );
    await open('/search?q=x');
    await page.waitForSelector(
      '[role=status]:has-text("Two searches are running. Try again in 3 s.")',
    );
  });

  it('works under an address that holds a user name and a password', async () => {
    await addDead(failed('charge', 'a'));
    url = url.replace('//', '//ops:secret@');
    await open('/jobs/dead');
    expect(await page.locator('main tbody th').allTextContents()).toEqual(['charge']);
  });

  it('knows a search that has ended from one that broke off', async () => {
    const body = 'event: waiting\ndata: {}\n\n';
    await page.route('**/api/search?**', (route) =>
      route.fulfill({ contentType: 'text/event-stream', body }),
    );
    await open('/search?q=x');
    await page.waitForSelector('[role=status]:has-text("The search failed")');
    const end = 'event: end\ndata: {"seen":0,"full":false}\n\n';
    await page.unroute('**/api/search?**');
    await page.route('**/api/search?**', (route) =>
      route.fulfill({ contentType: 'text/event-stream', body: body + end }),
    );
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=status]:has-text("Searched 0 jobs, found 0.")');
  });

  it('shows work on many jobs while it goes on, and its end for a while', async () => {
    const now = Math.floor(Date.now() / 1000);
    const of = (title: string, more: object) => ({ id: title, title, action: 'retry', ...more });
    const bulkTasks = [
      of('one', { state: 'running', progress: { done: 5, scanned: 9, of: 20 } }),
      of('two', { state: 'done', endedAt: now - 5 }),
      of('three', { state: 'done', endedAt: now - 500 }),
    ];
    const snapshot = {
      ...{ time: now * 1000, counts: {}, queues: [], pools: [], nameLists: [], running: [] },
      ...{ busy: 0, bulkTasks },
    };
    const body = `event: snapshot\ndata: ${JSON.stringify(snapshot)}\n\n`;
    await page.route('**/api/events', (route) =>
      route.fulfill({ contentType: 'text/event-stream', body }),
    );
    await open('/health');
    await page.waitForSelector('.bulk-tasks');
    expect(await page.locator('.bulk-tasks li > span').allTextContents()).toEqual([
      'one: running, 5 jobs; checked 9 of 20',
      'two: done',
    ]);
  });

  it('keeps a page that cannot be shown to itself', async () => {
    await addDead(failed('charge', 'a'));
    await page.route('**/api/metrics?**', (route) => route.fulfill({ json: { total: {} } }));
    await open('/jobs/dead');
    await page.locator('tbody th a').click();
    await page.getByRole('button', { name: 'Retry', exact: true }).waitFor();
    await page.goto(`${url}#/metrics`);
    await page.waitForSelector('h1:has-text("This page could not be displayed")');
    expect(await page.getByRole('button', { name: /Retry|Delete/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'Health' }).click();
    await page.waitForSelector('h1:has-text("Health")');
    expect(await page.locator('h1').count()).toBe(1);
    await page.unroute('**/api/metrics?**');
    await page.getByRole('link', { name: 'Metrics' }).click();
    await page.waitForSelector('main .charts');
  });

  it('distinguishes lines under forced colours', async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    await open('/metrics');
    const colours = await page.evaluate(() =>
      [...document.querySelectorAll('.chart .key')].map(
        (key) => getComputedStyle(key, '::before').backgroundColor,
      ),
    );
    expect(new Set(colours).size).toBe(4);
  });

  it('tells what nobody waited for', async () => {
    await open('/health');
    await page.evaluate(() => {
      void Promise.reject(new Error('the disk is full'));
    });
    await page.waitForSelector('.toast:has-text("Something went wrong: the disk is full")');
    await page.evaluate(() => {
      setTimeout(() => {
        throw new Error('no such thing');
      });
    });
    await page.waitForSelector('.toast:has-text("no such thing")');
    complaints = [];
  });

  it('says that the session is over, leads to signing in, and goes on after it', async () => {
    await open('/queues');
    await page.waitForSelector('.live:text-is("Live")');
    await page.route('**/api/**', (route) =>
      route.fulfill({ status: 401, json: { status: 401, loginUrl: '/login?to=%2Fwork%2Fapp' } }),
    );
    // Only the stream continues: its snapshots do not prove a session.
    await page.getByRole('link', { name: 'Metrics' }).click();
    const signIn = page.getByRole('link', { name: 'Sign in' });
    await signIn.waitFor();
    expect(await signIn.getAttribute('href')).toBe('/login?to=%2Fwork%2Fapp%23%2Fmetrics');
    expect(await page.textContent('.live')).toBe('Signed out');
    expect(await page.getByRole('alert').first().textContent()).toContain('You are signed out.');
    await shoot(page, 'signed-out');
    await page.unroute('**/api/**');
    await page.getByRole('link', { name: 'Health' }).click();
    await page.waitForSelector('.live:text-is("Live")');
    expect(await signIn.count()).toBe(0);
  });

  it('says that the session is over where a proxy answers with its own page', async () => {
    await page.route('**/api/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<h1>Log in</h1>' }),
    );
    await page.goto(`${url}#/jobs/dead`);
    await page.getByRole('button', { name: 'Reload to sign in' }).waitFor();
  });

  it('says that a link is old, takes the buttons away, and offers to search for the job', async () => {
    await addDead(failed('charge', 'job&1'));
    await open('/jobs/dead');
    await page.locator('tbody th a').click();
    await page.getByRole('button', { name: 'Delete', exact: true }).waitFor();
    await redis.del(`${namespace}:dead`);
    await page.evaluate(() =>
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true })),
    );
    await page.waitForSelector('.gone:has-text("no longer dead.")', { timeout: 15_000 });
    // The explanation is at most five seconds old, and so are its buttons.
    const buttons = page.getByRole('button', { name: /^(Retry|Delete)$/ });
    await eventually(async () => expect(await buttons.count()).toBe(0), 15_000);
    await shoot(page, 'gone');
    await page.getByRole('link', { name: 'Search for its id' }).click();
    await page.waitForSelector('h1:has-text("Search")');
    expect(await page.getByRole('searchbox').inputValue()).toBe('job&1');
    await open('/queues/charge/7/x');
    await page.waitForSelector('.gone:has-text("no longer waiting in this queue.")');
  });

  it('opens jobs by keyboard beside checkboxes, and clears a selection', async () => {
    await addDead(failed('first', 'a'), failed('second', 'b'));
    await open('/jobs/dead');
    await page.waitForSelector('tbody tr');
    for (const key of ['j', 'j', 'x']) await page.keyboard.press(key);
    await page.waitForSelector('.selection:has-text("1 selected")');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.selection', { state: 'detached' });
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1:text-is("second")');
    expect(await page.title()).toBe('second b – Nestcraft Work');
    expect(await page.locator('h1 *').count()).toBe(0);
  });

  it('begins with a way past the pages, and has the content focused from then on', async () => {
    await open('/health');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      'Skip to the content',
    );
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
    expect(page.url()).toMatch(/#\/health$/);
  });

  it('comes back from a job to the same page of the same list', async () => {
    await addDead(...Array.from({ length: 60 }, (_, i) => failed('charge', `job-${i}`)));
    await addDead(failed('other', 'x'));
    await open('/jobs/dead?name=charge');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.waitForFunction(() => location.hash.includes('from='));
    await page.waitForSelector('a[href*="job-30"]');
    const second = page.url();
    const first = await page.locator('tbody th a').first().getAttribute('href');
    const last = page.locator('tbody th a').last();
    const link = await last.getAttribute('href');
    await last.click();
    await page.waitForSelector('main .facts');
    await page.goBack();
    await page.waitForSelector('tbody th a');
    expect(page.url()).toBe(second);
    const focused = () => document.activeElement?.getAttribute('href');
    expect(await page.evaluate(focused)).toBe(link);
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(100);
    await last.click();
    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    await page.waitForSelector('tbody th a');
    expect(page.url()).toBe(second);
    expect(second).toMatch(/name=charge&from=\d+&before=0$/);
    expect(await page.locator('tbody th a').first().getAttribute('href')).toBe(first);
    await page.reload();
    await page.waitForSelector('tbody th a');
    expect(await page.locator('tbody th a').first().getAttribute('href')).toBe(first);
    await page.getByRole('button', { name: 'Previous' }).click();
    await page.waitForFunction(() => location.hash === '#/jobs/dead?name=charge');
  });

  it('has very many typed before they are retried, too', async () => {
    const many = Array.from({ length: 1_200 }, (_, i) => ['5', `{"name":"old","id":"${i}"}`]);
    await redis.zadd(`${namespace}:dead`, ...many.flat());
    await open('/jobs/dead');
    await page.getByRole('button', { name: 'Retry all 1,200' }).click();
    const retry = page.getByRole('button', { name: 'Retry 1,200 jobs' });
    expect(await retry.isDisabled()).toBe(true);
    await page.getByLabel('type the number 1,200').fill('1200');
    expect(await retry.isDisabled()).toBe(false);
  });

  it('copies long arguments whole, to the letter', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const args = `{"n": 9007199254740993, "text": "${'ä'.repeat(100_000)}"}`;
    await addDead(`{"name":"charge","id":"a","t":1,"args":${args},"fails":1,"err":"no"}`);
    await open(`/jobs/dead/${NOW}/a`);
    await page.getByRole('button', { name: 'Copy the arguments' }).click();
    await page.waitForSelector('[role=status]:has-text("Copied: the arguments.")');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied === args).toBe(true);
  });

  it('shows those who may only look no checkboxes', async () => {
    await app.close();
    await serve({ readOnly: true });
    await addDead(failed('charge', 'a'));
    await open('/jobs/dead');
    await page.waitForSelector('tbody tr');
    await page.waitForSelector('.badge:has-text("read-only")');
    expect(await page.getByRole('checkbox').count()).toBe(0);
  });

  it('shows the first steps where there was never a job', async () => {
    await open('/');
    await page.waitForSelector('h2:has-text("No jobs yet")');
    expect(await page.textContent('.steps')).toContain(namespace);
    expect(await page.locator('text=All queues are served').count()).toBe(0);
    await shoot(page, 'first-steps');
  });

  it('shows entries of every kind, and tells the first line of an error in lists', async () => {
    await redis.zadd(`${namespace}:dead`, 1_796_036_000_000, failed('in_ms', 'ms'));
    await redis.zadd(`${namespace}:dead`, '+inf', failed('never', 'inf'));
    const err = 'PaymentError: the bank said no\n    details\ncause: Error: timeout';
    await addDead(failed('charge', 'twice', { err }), failed('charge', 'twice', { err, fails: 2 }));
    await open('/jobs/dead');
    await page.waitForSelector('tbody tr:nth-child(4)');
    const error = page.locator('td.error', { hasText: 'the bank said no' }).first();
    expect(await error.textContent()).toBe('PaymentError the bank said no');
    await page.locator('tr', { hasText: 'the bank said no' }).first().getByRole('link').click();
    await page.waitForSelector('pre.error:has-text("cause: Error: timeout")');
  });

  const PLACES = [
    ...['/', '/queues', `/queues/${LONG}`, '/running', '/pools', '/jobs/scheduled', '/jobs/retry'],
    ...[
      '/jobs/dead',
      `/jobs/dead/${NOW}/a`,
      '/periodic',
      '/metrics',
      '/search?q=charge',
      '/health',
    ],
  ];

  it('never scrolls sideways, on whatever screen', async () => {
    await seedWide();
    const faults: string[] = [];
    for (const place of PLACES) {
      await page.setViewportSize({ width: 1280, height: 800 });
      await open(place);
      await page.waitForSelector(
        place === '/health' ? 'main .cards' : 'main :is(tbody tr, .facts, .empty)',
      );
      for (const width of [360, 641, 768, 1024, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const { wide, tables } = await page.evaluate(overflow);
        if (wide > width || tables > 0) faults.push(`${place} at ${width}: ${wide}, ${tables}`);
        await shoot(page, `${width}-${place.replaceAll(/\W+/g, '_')}`);
      }
    }
    expect(faults).toEqual([]);
  });

  /** How wide the page is, and how many tables are wider than their place. */
  function overflow(): { wide: number; tables: number } {
    const tables = [...document.querySelectorAll('.table')];
    return {
      wide: document.documentElement.scrollWidth,
      tables: tables.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).length,
    };
  }

  /** As much as each column of each table may hold in the worst case that is still common. */
  async function seedWide(): Promise<void> {
    const names = [LONG, 'charge_card', 'sync', 'send_email'];
    const args = { to: 'ada@example.com', customer_id: 42, note: 'x'.repeat(300) };
    const err = `TimeoutError: no answer from https://api.example.com/v1/charges/${'x'.repeat(90)}`;
    for (const name of names) {
      await redis.sadd(`${namespace}:known_jobs`, name);
      await redis.lpush(`${namespace}:jobs:${name}`, entry(name, randomUUID(), { args, t: 1 }));
      const job = failed(name, name === LONG ? 'a' : randomUUID(), { args, err, fails: 12 });
      await redis.zadd(`${namespace}:dead`, name === LONG ? NOW : NOW - 9_999, job);
      await redis.zadd(`${namespace}:retry`, NOW + 9_999, job);
      await redis.zadd(`${namespace}:scheduled`, NOW + 9_999, job);
      await redis.set(`${namespace}:jobs:${name}:max_concurrency`, '12000');
      const tally = '{"done":123456,"failed":9999,"dead":9,"time":99999999,"r40":9,"w40":9}';
      const at = (step: number) => `${namespace}:nestcraft:metrics:${step}:${NOW - (NOW % step)}`;
      await redis.hset(at(60), name, tally);
      await redis.hset(at(600), name, tally);
    }
    await redis.set(`${namespace}:jobs:${LONG}:paused`, '1', 'EX', 9_999);
    const schedule = { jobName: LONG, spec: 'CRON_TZ=America/Argentina/Buenos_Aires 30 6 * * 1-5' };
    await redis.sadd(`${namespace}:worker_pools`, 'p');
    await redis.hset(`${namespace}:worker_pools:p`, {
      ...{ heartbeat_at: NOW + 9_999, started_at: NOW - 99_999, job_names: names.join() },
      ...{ concurrency: 1_000, host: 'worker-7f9c6d5b4-abcde.jobs.eu-central-1.internal', pid: 12 },
      worker_ids: 'w1,w2',
      schedules: JSON.stringify([{ id: 's', overlap: 'allow', missed: 'skip', ...schedule }]),
    });
    for (const [worker, name] of [
      ['w1', LONG],
      ['w2', 'sync'],
    ]) {
      await redis.hset(`${namespace}:worker:${worker}`, {
        ...{
          job_name: name,
          job_id: randomUUID(),
          started_at: NOW - 99,
          args: JSON.stringify(args),
        },
        ...{ checkin: `row 1,500 of 20,000 ${'x'.repeat(90)}`, checkin_at: NOW - 9 },
      });
    }
  }
});
