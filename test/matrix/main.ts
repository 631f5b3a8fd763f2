// Runs combinations of versions, one after another: npm run matrix -- [ROW…] [--write]. Without rows, all of them. Each is
// installed in a temporary folder. `--write` records what came of them in results.json and in docs/support.md.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { errorLine } from '@nestcraft/engine/internal';
import { pack } from '../packaging/packages.js';
import { report, withTable, type Results } from './report.js';
import { ROWS, type Row } from './rows.js';
import { runRow, type Outcome } from './run-row.js';

const RESULTS = fileURLToPath(new URL('./results.json', import.meta.url));
const PAGE = fileURLToPath(new URL('../../docs/support.md', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false } },
});

const rows = chosen(positionals);
const folder = await mkdtemp(join(tmpdir(), 'nestcraft-matrix-'));
const packages = await pack();
const outcomes: Record<string, Outcome | string> = {};
try {
  for (const row of rows) {
    const outcome = await tryRow(row);
    outcomes[row.id] = outcome;
    console.error(row.about, typeof outcome === 'string' ? outcome : JSON.stringify(outcome));
    if (values.write) await record({ [row.id]: outcome });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
  await rm(dirname(packages[0]?.tarball ?? ''), { recursive: true, force: true });
}
console.log(report(rows, outcomes));

function chosen(ids: readonly string[]): readonly Row[] {
  const unknown = ids.filter((id) => !ROWS.some((row) => row.id === id));
  if (unknown.length === 0)
    return ids.length === 0 ? ROWS : ROWS.filter(({ id }) => ids.includes(id));
  throw new Error(
    `No row is named ${unknown.join(', ')}; there are ${ROWS.map(({ id }) => id).join(', ')}`,
  );
}

async function tryRow(row: Row): Promise<Outcome | string> {
  try {
    return await runRow(row, packages, folder);
  } catch (error) {
    console.error(error);
    return `could not be run: ${errorLine(error)}`.slice(0, 200);
  }
}

async function record(newer: Results): Promise<void> {
  const results: Results = {
    ...(JSON.parse(await readFile(RESULTS, 'utf8')) as Results),
    ...newer,
  };
  await writeFile(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(PAGE, withTable(await readFile(PAGE, 'utf8'), report(ROWS, results)));
}
