import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { deadLinks } from '../../apps/site/src/dead-links.mjs';
import { ENTRY_POINTS } from '../../apps/site/src/entry-points.mjs';
import { LEFT_OUT, PAGES } from '../../apps/site/src/pages.mjs';
import { relink } from '../../apps/site/src/links.mjs';
import { pages, ROOT } from './snippets.js';

const SITE = join(ROOT, 'apps/site/dist');

describe('the navigation of the site', () => {
  it('has a place for every page (apps/site/src/pages.mjs)', () => {
    const known = [...PAGES.map(({ source }) => source), ...LEFT_OUT];
    expect(known.toSorted()).toEqual([...pages()].toSorted());
  });

  it('has one page at one address', () => {
    const routes = PAGES.map(({ route }) => route);
    expect(routes.length).toBe(new Set(routes).size);
  });
});

describe('links of a page', () => {
  const to = (target: string): string =>
    relink(`[a](${target})`, 'packages/work/docs/jest.md', 'guides/jest').text.slice(4, -1);

  it.each([
    ['testing.md#time', './testing.md#time'],
    ['redis.md', '../operations/redis.md'],
    ['#here', '#here'],
    ['https://github.com/nestcraft/work/blob/main/README.md#features', '../start/tour.md#features'],
    ['https://github.com/nestcraft/work/blob/main/packages/engine', '../start/engine.md'],
    ['../src/index.ts', 'https://github.com/nestcraft/work/blob/main/packages/work/src/index.ts'],
    ['https://nestjs.com/a#b', 'https://nestjs.com/a#b'],
  ])('%s leads to %s', (target, expected) => expect(to(target)).toBe(expected));

  it('to pictures lead to copies of them', () => {
    const picture = 'https://raw.githubusercontent.com/nestcraft/work/main/a/b.png';
    expect(relink(`![a](${picture})`, 'README.md', 'start/tour')).toEqual({
      text: '![a](/images/a-b.png)',
      images: ['a/b.png'],
    });
  });

  it('in code stay as they are', () => {
    const code = '```md\n[a](b.md)\n```\n';
    expect(relink(code, 'README.md', 'start/tour').text).toBe(code);
  });
});

it('a link that leads nowhere is found', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nestcraft-site-'));
  const repository = 'https://github.com/nestcraft/work/blob/main/';
  const dead = ['gone.html', 'b.html#gone', '#gone', '/gone.png', `${repository}gone.ts`];
  const alive = ['b.html#here', '#top', '/b', 'c/', `${repository}README.md`, 'https://nestjs.com'];
  const links = [...dead, ...alive].map((target) => `<a class="x" href="${target}">x</a>`);
  await mkdir(join(folder, 'c'));
  await writeFile(join(folder, 'a.html'), `<h1 id="top">${links.join('')}`);
  await writeFile(join(folder, 'b.html'), '<h1 id="here">');
  await writeFile(join(folder, 'c/index.html'), '');
  const found = await deadLinks(folder, ROOT);
  expect(found).toEqual(dead.map((target) => ({ page: 'a.html', target })));
  await rm(folder, { recursive: true });
});

describe('the site', () => {
  beforeAll(async () => {
    // It fails for a dead link, and prints those that it has found.
    await promisify(execFile)(process.execPath, [join(ROOT, 'apps/site/build.mjs')]);
  }, 300_000);

  it.each(PAGES.map(({ route }) => route))(
    'has %s, as a page and as plain Markdown',
    async (route) => {
      expect(existsSync(join(SITE, `${route}.html`))).toBe(true);
      expect(await readFile(join(SITE, `${route}.md`), 'utf8')).toMatch(/^# /);
    },
  );

  it('documents every entry point', async () => {
    for (const { name, route } of ENTRY_POINTS) {
      const page = await readFile(join(SITE, route, 'index.md'), 'utf8');
      expect(page).toContain(`# ${name}\n`);
    }
    expect(existsSync(join(SITE, 'reference/api/engine/classes/WorkerPool.html'))).toBe(true);
  });

  it('has lists of its pages for language models', async () => {
    const list = await readFile(join(SITE, 'llms.txt'), 'utf8');
    const targets = [...list.matchAll(/\]\((\S+)\)/g)].map(([, target = '']) => target);
    expect(targets.length).toBe(PAGES.length + ENTRY_POINTS.length + 1);
    expect(targets.filter((target) => !existsSync(join(SITE, target)))).toEqual([]);
    const full = await readFile(join(SITE, 'llms-full.txt'), 'utf8');
    for (const { route } of PAGES) expect(full).toContain(`<!-- ${route}.md -->`);
  });

  it('has a home page with the code of the README, and loads nothing from elsewhere', async () => {
    expect(await readFile(join(SITE, 'index.md'), 'utf8')).toContain('WorkModule.forRoot(');
    const home = await readFile(join(SITE, 'index.html'), 'utf8');
    const loaded =
      /<(?:script|img|link rel="\w*\s?stylesheet")[^>]*(?:src|href)="https?:[^>]*/.exec(home);
    expect(loaded).toBeNull();
  });

  it('can be searched', () => {
    const chunks = readdirSync(join(SITE, 'assets/chunks'));
    expect(chunks.filter((name) => name.includes('localSearchIndex')).length).toBeGreaterThan(0);
  });
});
