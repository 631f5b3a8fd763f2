import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasGo } from './interop/go-process.js';

const MAIN = fileURLToPath(new URL('../packages/bench/dist/main.js', import.meta.url));
const JOBS = 200;
const SMALL = `--jobs ${JOBS} --concurrency 10 --names 2 --rounds 1 --flow 1 --depth ${20 * JOBS}`;
const IN_GO = ['gocraft', 'asynq'];

const folder = mkdtempSync(join(tmpdir(), 'nestcraft-bench-spec-'));

afterAll(() => rmSync(folder, { recursive: true }));

interface Result {
  readonly workload: string;
  readonly metrics: readonly { readonly key: string }[];
  readonly cases: readonly {
    readonly title: string;
    readonly results: readonly {
      readonly competitor: string;
      readonly count: number;
      readonly figures: Readonly<Record<string, { readonly median: number }>>;
    }[];
  }[];
}

interface Run {
  readonly output: string;
  readonly results: readonly Result[];
}

/** Runs the benchmark as a user would. It fails by itself when a competitor has not run exactly its jobs. */
async function bench(name: string, options: string): Promise<Run> {
  const json = join(folder, `${name}.json`);
  const args = [MAIN, ...SMALL.split(' '), ...options.split(' '), '--json', json];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return { output: stdout, ...(JSON.parse(readFileSync(json, 'utf8')) as { results: Result[] }) };
}

const OTHERS = 'flow,idle,async,retries,deep,names,traffic,resources,requeue,nest';

describe('the benchmark', () => {
  let [everybody, alone]: Run[] = [];

  beforeAll(async () => {
    [everybody, alone] = await Promise.all([
      bench('everybody', '--only drain,enqueue'),
      bench('alone', `--only ${OTHERS} --competitors nestcraft`),
    ]);
  }, 300_000);

  it('has every competitor enqueue and run its jobs, and lists missing ones', () => {
    const competitors = ['nestcraft', 'nest', 'bound', 'bullmq', 'bee-queue', 'groupmq'];
    const [drain, enqueue] = everybody?.results ?? [];
    expect(drain?.cases[0]?.results.map(({ competitor, count }) => [competitor, count])).toEqual(
      [...competitors, ...(hasGo ? IN_GO : [])].map((id) => [id, JOBS]),
    );
    expect(enqueue?.cases.map(({ results }) => results.length)).toEqual(
      hasGo ? [7, 7, 4] : [5, 5, 4],
    );
    expect(
      /^Without gocraft\/work \(Go\), asynq \(Go\): there is no go/m.test(everybody?.output ?? ''),
    ).toBe(!hasGo);
  });

  it('measures this project by every other workload', () => {
    expect(alone?.results.map(({ workload }) => workload).join()).toBe(OTHERS);
    for (const { metrics, cases } of alone?.results ?? []) {
      for (const { results } of cases) {
        const figures = results.map((one) => metrics.map(({ key }) => one.figures[key]?.median));
        expect(figures).toEqual([metrics.map(() => expect.any(Number))]);
      }
    }
    expect(alone?.output).toContain('| this project |');
  });
});
