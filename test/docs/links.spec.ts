import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { pages, ROOT } from './snippets.js';

interface Link {
  readonly page: string;
  readonly target: string;
}

const CODE = /^```[^]*?^```/gm;

/** The links of a page to files of this repository, and to its own headings. */
function linksOf(page: string): readonly Link[] {
  const prose = readFileSync(join(ROOT, page), 'utf8').replace(CODE, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => ({ page, target }))
    .filter(({ target }) => !/^[a-z]+:/.test(target));
}

function isBroken({ page, target }: Link): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path);
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
