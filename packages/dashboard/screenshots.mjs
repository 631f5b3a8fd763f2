// Takes pictures of a running dashboard, such as the demo's. By default, those of the READMEs and the site's home page:
//   PORT=3000 npm run demo
//   node packages/dashboard/screenshots.mjs http://127.0.0.1:3000/work/app
// With a folder, it takes a picture of every page in light, dark and on a phone there, to look at:
//   node packages/dashboard/screenshots.mjs http://127.0.0.1:3000/work/app /tmp/pictures
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [, , url = 'http://127.0.0.1:3000/work/app', folder] = process.argv;
const DOCS = fileURLToPath(new URL('./docs/', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };

const PAGES = {
  overview: '/',
  queues: '/queues',
  queue: '/queues/resize_image',
  running: '/running',
  pools: '/pools',
  scheduled: '/jobs/scheduled',
  retry: '/jobs/retry',
  dead: '/jobs/dead',
  job: '/jobs/dead',
  periodic: '/periodic',
  metrics: '/metrics',
  search: '/search',
  alerts: '/alerts',
  health: '/health',
  why: '/queues/resize_image',
};
const THEMES = /** @type {const} */ (['light', 'dark', 'phone']);
const SHOWN = [
  ...[
    'overview-light',
    'overview-dark',
    'queues-light',
    'queues-dark',
    'job-dark',
    'why-dark',
    'retry-phone',
  ],
];

if (folder !== undefined) mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
for (const theme of THEMES) {
  const page = await browser.newPage({
    viewport: theme === 'phone' ? PHONE : DESKTOP,
    colorScheme: theme === 'dark' ? 'dark' : 'light',
    deviceScaleFactor: 1,
  });
  // Backtraces contain the place of this checkout, which no picture needs to show.
  await page.route('**/api/jobs/**', async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replaceAll(ROOT, '/app/');
    await route.fulfill({ response, body });
  });
  for (const [name, path] of Object.entries(PAGES)) {
    const picture = `${name}-${theme}`;
    if (folder === undefined && !SHOWN.includes(picture)) continue;
    if (name === 'why') await change('pause', { seconds: 600 });
    await page.goto(`${url}#${path}`);
    if (name === 'job') await page.locator('tbody th a').first().click();
    await page.waitForSelector('main h1');
    await page.waitForSelector('main [aria-busy]', { state: 'detached' });
    if (name === 'running') await page.waitForSelector('main tbody tr', { timeout: 60_000 });
    await page.waitForTimeout(500); // Charts and rates come after the first answer.
    if (name === 'why') {
      await page.waitForSelector('.title .badge:has-text("paused")');
      await page.waitForSelector('.explanation li:has-text("is paused")');
      await page.waitForSelector('main tbody tr', { timeout: 60_000 });
    }
    await page.screenshot({ path: join(folder ?? DOCS, `${picture}.png`) });
    if (name === 'why') await change('resume', {});
  }
  await page.close();
}
await browser.close();

/** Pauses or resumes a queue, so that a picture shows why its jobs wait. */
async function change(what, body) {
  await fetch(`${url.replace(/\/app$/, '')}/api/queues/resize_image/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-nestcraft': '1' },
    body: JSON.stringify(body),
  });
}
