import { writeFile } from 'node:fs/promises';
import { LocalRedis } from '@nestcraft/local-redis';
import { Benchmark, type WorkloadResult } from './benchmark.js';
import { COMPETITORS, type Competitor } from './competitors.js';
import { environment, type Environment } from './environment.js';
import { GoProgram, hasGo } from './go-program.js';
import { readOptions, type Options } from './options.js';
import { RedisProbe } from './redis-probe.js';
import { writeCharts } from './report/charts.js';
import { table } from './report/table.js';
import { WORKLOADS } from './workloads/index.js';
import type { Sizes } from './workloads/workload.js';

const options = readOptions();
const chosen = COMPETITORS.filter(({ id }) => options.competitors.includes(id));
const goProgram = await buildGo(chosen);
const competitors = chosen.filter(({ runtime }) => runtime === 'node' || goProgram);
const server = await LocalRedis.start();
const redis = new RedisProbe(server.url);
try {
  const about = await environment(redis, competitors, goProgram);
  const results: WorkloadResult[] = [];
  printConditions(about);
  const benchmark = new Benchmark({
    redisUrl: server.url,
    redis,
    competitors,
    goBinary: goProgram?.path,
    sizes: sizesOf(options),
    rounds: options.rounds,
    seconds: options.seconds,
    onProgress: (text) => console.error(`… ${text}`),
  });
  for (const workload of WORKLOADS) {
    if (!options.only.includes(workload.name)) continue;
    const result = await benchmark.run(workload);
    results.push(result);
    console.log(`\n${table(result, competitors)}`);
    if (result.cases.every((one) => one.results.length === 0)) {
      console.log(`No chosen competitor can run the workload ${workload.name}.`);
    }
  }
  if (options.json) await writeFile(options.json, JSON.stringify({ about, results }, null, 2));
  if (options.charts) {
    console.log(`\n${(await writeCharts(about, results, competitors)).join('\n\n')}`);
  }
} finally {
  redis.close();
  await server.stop();
  await goProgram?.remove();
}

async function buildGo(wanted: readonly Competitor[]): Promise<GoProgram | undefined> {
  const inGo = wanted.filter(({ runtime }) => runtime === 'go');
  if (inGo.length === 0) return undefined;
  if (await hasGo()) return GoProgram.build();
  console.log(
    `Without ${inGo.map(({ title }) => title).join(', ')}: there is no go on this machine.`,
  );
  return undefined;
}

function printConditions(about: Environment): void {
  for (const [name, value] of Object.entries(about)) console.log(`${name.padEnd(10)}${value}`);
  console.log(
    '\nMedian of the rounds (half the spread; how many times better this project is; share of the bound, which is what Redis and a socket allow).',
  );
}

/** Workloads that do not go through concurrencies and names take 100 of them, or the last one given. */
function sizesOf({ jobs, concurrency, names, flow, depth }: Options): Sizes {
  const typical = 100;
  return {
    jobs,
    flow,
    depth,
    names,
    concurrencies: concurrency,
    concurrency: concurrency.includes(typical) ? typical : (concurrency.at(-1) ?? typical),
    nameCount: names.at(-1) ?? 1,
  };
}
