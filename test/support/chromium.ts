import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { describe } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where a Chromium is; installs Debian's as root. `undefined` where there is none and none can be had. */
function findChromium(): string | undefined {
  const found = [process.env.CHROMIUM ?? '', ...PATHS].find(
    (path) => path !== '' && existsSync(path),
  );
  if (found !== undefined || process.getuid?.() !== 0) return found;
  const quiet = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['update', '-qq'], quiet);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], quiet);
  return PATHS.find((path) => existsSync(path));
}

const found = findChromium();
if (found === undefined) {
  if (process.env.NESTCRAFT_REQUIRE_CHROMIUM) throw new Error('test/browser needs Chromium');
  process.stderr.write('skipped: test/browser needs Chromium, and there is none\n');
}

/** `describe` for what needs a browser; skipped where there is none, unless NESTCRAFT_REQUIRE_CHROMIUM is set. */
export const describeInChromium: typeof describe.skip =
  found === undefined ? describe.skip : describe;

/** A browser that stays off the network but for what it is told to open. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: found ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Takes a picture of a page, into the folder SCREENSHOTS, if pictures are wanted. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}
