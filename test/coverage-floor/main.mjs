// Measures how much of each published package its tests run, and fails where that is less than the floor: npm run coverage.
// With --raise it raises the floor to what was measured; nothing lowers it. With --report it only reports what a run of the
// tests with NESTCRAFT_COVERAGE=1 has measured. What runs in processes of its own, as built code, does not count.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { transformSync } from 'esbuild';
import { shares } from './shares.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FLOOR = fileURLToPath(new URL('floor.json', import.meta.url));
const SUMMARY = fileURLToPath(new URL('../../coverage/coverage-summary.json', import.meta.url));

if (!process.argv.includes('--report')) measure();

/** @type {Record<string, number>} the least percentage of lines, by package */
const floor = JSON.parse(readFileSync(FLOOR, 'utf8'));
const measured = shares(summaryOfCode(), ROOT);
console.log('\npackage            lines   floor');
for (const [name, lines] of Object.entries(measured)) {
  console.log(
    `${name.padEnd(16)}${lines.toFixed(1).padStart(6)} %${`${floor[name] ?? 0} %`.padStart(8)}`,
  );
}

const low = Object.keys(floor).filter((name) => (measured[name] ?? 0) < (floor[name] ?? 0));
if (low.length > 0) {
  console.error(
    `\nLess than the floor: ${low.join(', ')}. coverage/index.html shows the lines without a test.`,
  );
  process.exit(1);
}
const raised = Object.fromEntries(
  Object.entries(measured).map(([name, lines]) => [
    name,
    Math.max(Math.floor(lines), floor[name] ?? 0),
  ]),
);
if (!isDeepStrictEqual(raised, floor)) {
  if (process.argv.includes('--raise'))
    writeFileSync(FLOOR, `${JSON.stringify(raised, null, 2)}\n`);
  else console.log('\nThe floor can rise: npm run coverage -- --raise');
}

/** Runs the tests that run the packages in their own process. */
function measure() {
  const specs = ['packages', 'test/faults/outage', 'test/options'];
  const { status } = spawnSync(
    'npm',
    ['run', '--silent', 'test:only', '--', ...specs, '--selectProjects', 'redis'],
    { cwd: ROOT, stdio: 'inherit', env: { ...process.env, NESTCRAFT_COVERAGE: '1' } },
  );
  if (status !== 0) process.exit(status ?? 1);
}

/** Istanbul's summary, without the files that are types alone: they are never loaded, so all of their lines would count. */
function summaryOfCode() {
  /** @type {Parameters<typeof shares>[0]} */
  const summary = JSON.parse(readFileSync(SUMMARY, 'utf8'));
  const isCode = (/** @type {string} */ file) =>
    transformSync(readFileSync(file, 'utf8'), { loader: 'ts' }).code !== '';
  return Object.fromEntries(
    Object.entries(summary).filter(([file, { lines }]) => lines.covered > 0 || isCode(file)),
  );
}
