import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { LocalRedis } from '@nestcraft/local-redis';
import { Command, InvalidArgumentError, Option } from 'commander';
import { Redis } from 'ioredis';
import { benchmark, type Result } from './benchmark.js';
import { BullMq } from './bullmq.js';
import { Nestcraft } from './nestcraft.js';
import { table } from './report.js';
import { WORKLOADS } from './workloads.js';

interface Options {
  readonly jobs: number;
  readonly concurrency: number;
  readonly names: number;
  readonly rounds: number;
  readonly only?: string;
  readonly json?: string;
}

const command = new Command('npm run bench --')
  .description('Measures this project against its peers, in one run on one Redis.')
  .option('--jobs <n>', 'jobs in each round', positive, 50_000)
  .option('--concurrency <n>', 'jobs at once', positive, 100)
  .option('--names <n>', 'job names', positive, 5)
  .option('--rounds <n>', 'rounds that count; one more warms up', positive, 3)
  .addOption(new Option('--only <workload>').choices(WORKLOADS.map(({ name }) => name)))
  .option('--json <file>', 'write the results there, too')
  .action(run);

async function run(options: Options): Promise<void> {
  const privateRedis = process.env.REDIS_URL ? undefined : await LocalRedis.start();
  const redisUrl = privateRedis?.url ?? process.env.REDIS_URL ?? '';
  try {
    const about = await environment(redisUrl, options);
    console.log(
      Object.entries(about)
        .map(([key, value]) => `${key.padEnd(12)}${value}`)
        .join('\n'),
    );
    const results: Result[] = [];
    for (const workload of WORKLOADS) {
      if (options.only !== undefined && options.only !== workload.name) continue;
      const competitors = [new Nestcraft(), new BullMq()];
      const result = await benchmark(workload, competitors, { ...options, redisUrl });
      results.push(result);
      console.log(`\n${table(result)}`);
    }
    if (options.json) await writeFile(options.json, JSON.stringify({ about, results }, null, 2));
  } finally {
    await privateRedis?.stop();
  }
}

async function environment(redisUrl: string, options: Options): Promise<Record<string, string>> {
  const redis = new Redis(redisUrl);
  const [, version = 'unknown'] = /redis_version:(\S+)/.exec(await redis.info('server')) ?? [];
  redis.disconnect();
  const processors = cpus();
  const { jobs, concurrency, names, rounds } = options;
  return {
    date: new Date().toISOString(),
    machine: `${processors.length} × ${processors[0]?.model ?? 'unknown'}`,
    node: process.version,
    redis: version,
    workload: `${jobs} jobs, concurrency ${concurrency}, ${names} job names, median of ${rounds} rounds`,
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  }
  return value;
}

await command.parseAsync();
