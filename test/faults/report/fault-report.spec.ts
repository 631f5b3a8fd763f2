import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import type { Figure } from '../harness/index.js';
import { hasPassed, type SoakReport } from '../soak/soak-report.js';
import { faultTable, soakTable, withTables, worst } from './fault-report.js';
import { ROWS } from './rows.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FIGURES = JSON.parse(read('test/faults/results.json')) as readonly Figure[];
const SOAK = JSON.parse(read('test/faults/soak.json')) as SoakReport;

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

it('the tables on the page are those of the results', () => {
  const page = read('docs/reliability.md');
  const tables = { faults: faultTable(ROWS, FIGURES), soak: soakTable(SOAK) };
  for (const table of Object.values(tables)) expect(page).toContain(`\n${table}\n`);
  expect(withTables(page, tables)).toBe(page);
});

it('the soak test of the page has passed, and no figure exceeds its bar', () => {
  expect(hasPassed(SOAK)).toBe(true);
  expect(FIGURES.filter(({ value, bar = Infinity }) => value > bar)).toEqual([]);
});

it('every row has a test that bears its name', () => {
  const nameless = ROWS.flatMap(({ id, specs }) =>
    specs
      .filter((path) => path.startsWith('test/faults/'))
      .filter((path) => !read(path).includes(`'${id} `))
      .map((path) => `${id} ${path}`),
  );
  expect(nameless).toEqual([]);
  for (const path of ROWS.flatMap(({ specs }) => specs)) expect(read(path)).not.toBe('');
});

it('of a figure that several tests have noted, the worst counts', () => {
  const figure = { row: 'F1', what: 'w', unit: 's' };
  const notes = [
    { ...figure, row: 'F10', value: 1 },
    { ...figure, value: 2 },
    { ...figure, value: 3 },
  ];
  expect(worst(notes)).toEqual([notes[2], notes[0]]);
});
