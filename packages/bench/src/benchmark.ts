import type { Competitor } from './competitors.js';
import { Trial } from './trial.js';
import { jobNames } from './jobs.js';
import type { RedisProbe } from './redis-probe.js';
import { summarise, type Summary } from './statistics.js';
import { ProcessPairs } from './process-pairs.js';
import type { Case, Metric, Sample, Sizes, Workload } from './workloads/workload.js';

export interface BenchmarkOptions {
  readonly redisUrl: string;
  readonly redis: RedisProbe;
  readonly competitors: readonly Competitor[];
  /** The program of the competitors in Go, if any of them takes part. */
  readonly goBinary: string | undefined;
  readonly sizes: Sizes;
  readonly rounds: number;
  /** About how long a measurement may take, in seconds; a slower competitor gets fewer jobs. */
  readonly seconds: number;
  readonly onProgress: (text: string) => void;
}

/** The results of a workload. */
export interface WorkloadResult {
  readonly workload: string;
  readonly what: string;
  readonly metrics: readonly Metric[];
  readonly cases: readonly CaseResult[];
}

/** The results of all competitors in a case. */
export interface CaseResult {
  readonly title: string;
  readonly results: readonly CompetitorResult[];
}

/** The result of a competitor in a case. */
export interface CompetitorResult {
  readonly competitor: string;
  /** Jobs of each measurement. */
  readonly count: number;
  /** By the metrics' keys. */
  readonly figures: Readonly<Record<string, Summary>>;
}

/** The measurements of a competitor in a case. */
interface Series {
  readonly competitor: Competitor;
  readonly count: number;
  readonly samples: Sample[];
}

/** Measures the competitors by one workload after another, on one Redis. */
export class Benchmark {
  readonly #options: BenchmarkOptions;
  #measurements = 0;

  constructor(options: BenchmarkOptions) {
    this.#options = options;
  }

  async run(workload: Workload): Promise<WorkloadResult> {
    const { name, what, metrics } = workload;
    const pairs = new ProcessPairs(this.#options.goBinary);
    const cases: CaseResult[] = [];
    try {
      for (const one of workload.cases(this.#options.sizes)) {
        this.#options.onProgress(one.title === '' ? name : `${name}: ${one.title}`);
        cases.push(await this.#compare(workload, one, pairs));
      }
    } finally {
      pairs.end();
    }
    return { workload: name, what, metrics, cases };
  }

  /** The competitors take turns, round by round, so that noise on the machine affects all of them equally. */
  async #compare({ metrics, rounds = Infinity }: Workload, one: Case, pairs: ProcessPairs) {
    const allSeries: Series[] = [];
    for (const competitor of this.#options.competitors) {
      if (!competitor.can.has(one.needs)) continue;
      const count = await this.#warmUp(one, competitor, pairs);
      allSeries.push({ competitor, count, samples: [] });
    }
    for (let round = 0; round < Math.min(rounds, this.#options.rounds); round++) {
      for (const { competitor, count, samples } of allSeries) {
        samples.push(await this.#measure(one, competitor, pairs, count));
      }
    }
    return { title: one.title, results: allSeries.map((series) => resultOf(series, metrics)) };
  }

  /** Warms a competitor up, and returns the number of jobs to measure it with. */
  async #warmUp(one: Case, competitor: Competitor, pairs: ProcessPairs): Promise<number> {
    const { count, trims, warmUp } = one;
    if (!trims) {
      if (warmUp !== 0) await this.#measure(one, competitor, pairs, warmUp ?? count);
      return count;
    }
    const { seconds } = this.#options;
    for (let jobs = Math.min(FIRST_WARM_UP, count); ; jobs = Math.min(jobs * GROWTH, count)) {
      const { rate = 0 } = await this.#measure(one, competitor, pairs, jobs);
      const isLong = jobs / rate > seconds / GROWTH;
      if (jobs === count || isLong)
        return Math.min(count, Math.max(jobs, Math.ceil(rate * seconds)));
    }
  }

  async #measure(
    one: Case,
    competitor: Competitor,
    pairs: ProcessPairs,
    count: number,
  ): Promise<Sample> {
    const { redis, redisUrl } = this.#options;
    await redis.clear();
    const setting = {
      redisUrl,
      namespace: `bench-${++this.#measurements}`,
      jobNames: jobNames(one.names),
      concurrency: one.concurrency,
    };
    return one.measure(new Trial(pairs.of(competitor), setting, redis), count);
  }
}

const FIRST_WARM_UP = 1_000;
const GROWTH = 5;

function resultOf(
  { competitor, count, samples }: Series,
  metrics: readonly Metric[],
): CompetitorResult {
  const figures = metrics.map(({ key }) => [
    key,
    summarise(samples.map((sample) => sample[key] ?? NaN)),
  ]);
  return {
    competitor: competitor.id,
    count,
    figures: Object.fromEntries(figures) as Record<string, Summary>,
  };
}
