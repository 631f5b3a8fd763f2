// Makes the pictures of the README from a dashboard that runs, such as the demo's:
//   node packages/dashboard/screenshots.mjs http://127.0.0.1:3000/work/app
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [, , url = 'http://127.0.0.1:3000/work/app'] = process.argv;
const folder = fileURLToPath(new URL('./docs/', import.meta.url));
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };

const PICTURES = [
  ['overview', '/'],
  ['queues', '/queues'],
  ['queue', '/queues/resize_image'],
  ['running', '/running'],
  ['workers', '/workers'],
  ['scheduled', '/jobs/scheduled'],
  ['retry', '/jobs/retry'],
  ['dead', '/jobs/dead'],
  ['job', ''],
  ['periodic', '/periodic'],
  ['metrics', '/metrics'],
  ['search', '/search'],
  ['health', '/health'],
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
for (const [theme, viewport] of /** @type {const} */ ([
  ['light', DESKTOP],
  ['dark', DESKTOP],
  ['phone', PHONE],
])) {
  const colorScheme = theme === 'dark' ? 'dark' : 'light';
  const page = await browser.newPage({ viewport, colorScheme, deviceScaleFactor: 1 });
  for (const [name, path] of PICTURES) {
    if (name === 'job') {
      await page.goto(`${url}#/jobs/dead`);
      await page.locator('tbody th a').first().click();
    } else {
      await page.goto(`${url}#${path}`);
    }
    await page.waitForSelector('main h1');
    await page.waitForSelector('main [aria-busy]', { state: 'detached' });
    if (name === 'running') await page.waitForSelector('main tbody tr', { timeout: 60_000 });
    await page.waitForTimeout(500); // Charts and rates come after the first answer.
    await page.screenshot({ path: `${folder}${name}-${theme}.png` });
  }
  await page.close();
}
await browser.close();
