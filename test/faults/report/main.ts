// Runs the rows of the fault table, collects what they measure, and writes the tables of docs/reliability.md:
// npm run faults. With --render it only writes the tables, from the results that there are.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure } from '../harness/figures.js';
import type { SoakReport } from '../soak/soak-report.js';
import { faultTable, soakTable, withTables, worst } from './fault-report.js';
import { ROWS } from './rows.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const RESULTS = join(ROOT, 'test/faults/results.json');
const SOAK = join(ROOT, 'test/faults/soak.json');
const PAGE = join(ROOT, 'docs/reliability.md');

if (!process.argv.includes('--render')) writeJson(RESULTS, worst(runRows()));
const page = withTables(readFileSync(PAGE, 'utf8'), {
  faults: faultTable(ROWS, readJson(RESULTS) as Figure[]),
  soak: soakTable(readJson(SOAK) as SoakReport),
});
writeFileSync(PAGE, page);

/** One spec after another, so that they do not slow each other. */
function runRows(): readonly Figure[] {
  const file = join(mkdtempSync(join(tmpdir(), 'nestcraft-figures-')), 'figures.jsonl');
  const { status } = spawnSync(
    'npm',
    ['run', 'test:only', '--', 'test/faults', '--selectProjects', 'redis', '--runInBand'],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, FAULT_FIGURES: file },
    },
  );
  if (status !== 0) throw new Error('Some rows do not hold. The tables stay as they are.');
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Figure);
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
