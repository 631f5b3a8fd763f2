import { Redis } from 'ioredis';
import type { Competitor } from './competitor.js';
import { summarise, type Summary } from './statistics.js';
import type { Workload } from './workloads.js';

export interface BenchmarkOptions {
  readonly redisUrl: string;
  readonly jobs: number;
  readonly concurrency: number;
  readonly names: number;
  readonly rounds: number;
}

/** What one workload came to, in jobs per second, in the order of the competitors. */
export interface Result {
  readonly workload: string;
  readonly what: string;
  readonly rates: readonly (Summary & { readonly competitor: string })[];
}

/**
 * Measures the competitors round by round, alternating, so that a noisy machine hits all alike. The first round of
 * each warms it up and does not count.
 */
export async function benchmark(
  workload: Workload,
  competitors: readonly Competitor[],
  options: BenchmarkOptions,
): Promise<Result> {
  const rates = competitors.map((): number[] => []);
  for (let round = 0; round <= options.rounds; round++) {
    for (const [index, competitor] of competitors.entries()) {
      const rate = await measureOnce(workload, competitor, options, `bench-${round}-${index}`);
      if (round > 0) rates[index]?.push(rate);
    }
  }
  return {
    workload: workload.name,
    what: workload.what,
    rates: competitors.map(({ name }, index) => ({
      competitor: name,
      ...summarise(rates[index] ?? []),
    })),
  };
}

async function measureOnce(
  workload: Workload,
  competitor: Competitor,
  { redisUrl, concurrency, names, jobs }: BenchmarkOptions,
  namespace: string,
): Promise<number> {
  const jobNames = Array.from({ length: names }, (_, i) => `job${i + 1}`);
  globalThis.gc?.();
  await competitor.open({ redisUrl, namespace, jobNames, concurrency });
  try {
    return await workload.measure(competitor, jobs);
  } finally {
    await competitor.close();
    await forget(redisUrl, namespace);
  }
}

async function forget(redisUrl: string, namespace: string): Promise<void> {
  const redis = new Redis(redisUrl);
  const found = redis.scanStream({ match: `${namespace}:*`, count: 10_000 }) as AsyncIterable<
    string[]
  >;
  for await (const keys of found) if (keys.length > 0) await redis.unlink(keys);
  redis.disconnect();
}
