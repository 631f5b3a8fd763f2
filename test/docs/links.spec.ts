import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { pages, ROOT } from './snippets.js';

interface Link {
  readonly page: string;
  readonly target: string;
}

/** Where this repository is, for readers of npm's pages. */
const HOME = 'https://github.com/nestcraft/work/blob/main/';

const CODE = /^```[^]*?^```/gm;

/** The links of a page to files of this repository, and to its own headings. */
function linksOf(page: string): readonly Link[] {
  const prose = readFileSync(join(ROOT, page), 'utf8').replace(CODE, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => ({ page, target }))
    .filter(({ target }) => isRelative(target) || target.startsWith(HOME));
}

function isRelative(target: string): boolean {
  return !/^[a-z]+:/.test(target);
}

/** In a package, a page is read where the rest of the repository is not. */
function leavesPackage({ page, target }: Link): boolean {
  const [, folder] = /^(packages\/[\w-]+)\//.exec(page) ?? [];
  if (folder === undefined || !isRelative(target)) return false;
  return !join(dirname(page), target).startsWith(`${folder}/`);
}

function isBroken({ page, target }: Link): boolean {
  const [path = '', anchor] = target.replace(HOME, '').split('#');
  const base = target.startsWith(HOME) ? ROOT : join(ROOT, dirname(page));
  const file = path === '' ? join(ROOT, page) : join(base, path);
  if (!existsSync(file)) return true;
  return anchor !== undefined && !anchorsOf(file).includes(anchor);
}

/** As GitHub makes them of headings. */
function anchorsOf(file: string): readonly string[] {
  const prose = readFileSync(file, 'utf8').replace(CODE, '');
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

it('the links of the pages lead somewhere', () => {
  const links = pages().flatMap(linksOf);

  expect(links.length).toBeGreaterThan(20);
  expect(links.filter(isBroken)).toEqual([]);
});

it('the pages of a package lead to what is in the package, or to an address', () => {
  expect(pages().flatMap(linksOf).filter(leavesPackage)).toEqual([]);
});
