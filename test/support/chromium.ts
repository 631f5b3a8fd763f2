import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { describe } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';

// Debian's packages, the lighter first: a shell without windows takes half the time of the whole browser.
const PACKAGES = ['chromium-headless-shell', 'chromium'];
const PROGRAMS = [...PACKAGES, 'chromium-browser', 'google-chrome'];

/** Returns where a Chromium is, and installs one as root. `undefined` if there is none and none can be installed. */
function findChromium(): string | undefined {
  const found = process.env.CHROMIUM ?? installed();
  return found ?? (process.getuid?.() === 0 ? install() : undefined);
}

function installed(): string | undefined {
  return PROGRAMS.map((name) => `/usr/bin/${name}`).find((path) => existsSync(path));
}

function install(): string | undefined {
  const quiet = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const options = ['-y', '-qq', '--no-install-recommends'];
  spawnSync('apt-get', ['update', '-qq'], quiet);
  PACKAGES.find((name) => spawnSync('apt-get', ['install', ...options, name], quiet).status === 0);
  return installed();
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
