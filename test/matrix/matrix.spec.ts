import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { SERVERS } from './binaries.js';
import { report, withTable, type Results } from './report.js';
import { ROWS } from './rows.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/support.md'), 'utf8');
const RESULTS = json('test/matrix/results.json') as Results;

function json(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

/** The oldest version in a range, which names it first. */
function oldest(range: string | undefined): string {
  const [version = ''] = /\d+\.\d+(?:\.\d+)?/.exec(range ?? '') ?? [];
  return version.split('.').length === 2 ? `${version}.0` : version;
}

it('the table on the page is that of the results', () => {
  expect(withTable(PAGE, report(ROWS, RESULTS))).toBe(PAGE);
});

it('every row was run, and passed, unless npm refuses it', () => {
  const passed = ROWS.filter(({ id }) => {
    const outcome = RESULTS[id];
    return typeof outcome === 'object' && outcome.app === 'passed' && outcome.specs?.failed === 0;
  });
  const others = ROWS.filter((row) => !passed.includes(row)).map(({ id }) => [id, RESULTS[id]]);
  expect(others).toEqual([['nest-10', expect.objectContaining({ app: 'refused' })]]);
});

it('the oldest versions that the packages allow are among the rows', () => {
  const { engines, peerDependencies } = json('packages/work/package.json') as {
    readonly engines: Readonly<Record<string, string>>;
    readonly peerDependencies: Readonly<Record<string, string>>;
  };
  const ran = ROWS.map(({ id }) => RESULTS[id]).filter((outcome) => typeof outcome === 'object');
  const expected = {
    node: oldest(engines.node),
    nest: oldest(peerDependencies['@nestjs/core']),
    ioredis: oldest(peerDependencies.ioredis),
  };
  expect(ran.map(({ node }) => node)).toContain(expected.node);
  expect(ran.map(({ nest }) => nest)).toContain(expected.nest);
  expect(ran.map(({ ioredis }) => ioredis)).toContain(expected.ioredis);
});

it('every row names a server that can be had', () => {
  expect(ROWS.map(({ server }) => server).filter((name) => !(name in SERVERS))).toEqual([]);
});
