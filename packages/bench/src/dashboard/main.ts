import { writeFile } from 'node:fs/promises';
import { LocalRedis } from '@nestcraft/local-redis';
import { Command, InvalidArgumentError } from 'commander';
import { Redis } from 'ioredis';
import { measureLatencies, type Latency } from './latency.js';
import { questions } from './questions.js';
import { measureRedisLoad, type RedisLoad } from './redis-load.js';
import { beat, seed } from './seed.js';
import { DashboardServer } from './server.js';
import type { Scale } from './setting.js';
import { commandTimes, watchCommands, type CommandTimes } from './command-times.js';

interface Options extends Scale {
  readonly viewers: number;
  readonly seconds: number;
  readonly json?: string;
}

const GOALS = { p95: 100, command: 5, load: 20 } as const;
const BEAT = 4_000;
const SHOWN = 8;

const command = new Command('npm run bench:dashboard --')
  .description('Measures what the dashboard costs where there is a lot to show.')
  .option('--jobs <n>', 'waiting jobs, and dead ones', positive, 1_000_000)
  .option('--names <n>', 'job names', positive, 200)
  .option('--pools <n>', 'worker pools', positive, 100)
  .option('--viewers <n>', 'people who look at it', positive, 50)
  .option('--seconds <n>', 'for how long they do', positive, 20)
  .option('--json <file>', 'write the results there, too')
  .action(run);

async function run(options: Options): Promise<void> {
  const server = await LocalRedis.start();
  const redis = new Redis(server.url);
  let dashboard: DashboardServer | undefined;
  let beating: NodeJS.Timeout | undefined;
  try {
    console.log(`Seeding ${options.jobs} waiting and as many dead jobs …`);
    await seed(redis, options);
    beating = setInterval(() => void beat(redis, options), BEAT);
    dashboard = await DashboardServer.start(server.url);
    const api = `${dashboard.url}/api`;
    const asked = questions(options);
    await watchCommands(redis);
    const latencies = await measureLatencies(api, asked);
    const commands = await commandTimes(redis);
    const loads: RedisLoad[] = [];
    for (const viewers of [1, options.viewers]) {
      const { seconds } = options;
      loads.push(await measureRedisLoad(server.url, api, { viewers, seconds, questions: asked }));
    }
    console.log(latencyTable(latencies));
    console.log(`\nThe slowest commands in Redis:\n${commandTable(commands)}`);
    console.log(`\nCommands a second that clients send (goal: below ${GOALS.load}):`);
    for (const { viewers, commands: sent, inScripts } of loads) {
      console.log(
        `${String(viewers).padStart(8)} viewers: ${sent.toFixed(1)}, and ${inScripts.toFixed(0)} inside scripts`,
      );
    }
    if (options.json) {
      await writeFile(
        options.json,
        JSON.stringify({ options, latencies, commands, loads }, null, 2),
      );
    }
  } finally {
    clearInterval(beating);
    await dashboard?.stop();
    redis.disconnect();
    await server.stop();
  }
}

function latencyTable(latencies: readonly Latency[]): string {
  const rows = latencies.map(({ page, path, samples, p50, p95, max }) => [
    page,
    path,
    String(samples),
    ...[p50, p95, max].map((ms) => ms.toFixed(1)),
    p95 < GOALS.p95 ? 'yes' : 'NO',
  ]);
  const head = ['page', 'asks', 'times', 'p50 ms', 'p95 ms', 'max ms', `p95 < ${GOALS.p95}`];
  return columns([head, ...rows]);
}

function commandTable(commands: readonly CommandTimes[]): string {
  const rows = commands
    .slice(0, SHOWN)
    .map(({ command: name, times, p50, p99, max }) => [
      ...[name, String(times)],
      ...[p50, p99, max].map((ms) => ms.toFixed(2)),
      p99 < GOALS.command ? 'yes' : 'NO',
    ]);
  const head = ['command', 'times', 'p50 ms', 'p99 ms', 'max ms', `p99 < ${GOALS.command}`];
  return columns([head, ...rows]);
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function positive(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('It must be a whole number, 1 or more.');
}

await command.parseAsync();
