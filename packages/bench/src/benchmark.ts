import type { Competitor } from './competitors.js';
import { Contest } from './contest.js';
import { jobNames } from './jobs.js';
import type { RedisProbe } from './redis-probe.js';
import { summarise, type Summary } from './statistics.js';
import { Teams } from './teams.js';
import type { Case, Metric, Sample, Sizes, Workload } from './workloads/workload.js';

export interface BenchmarkOptions {
  readonly redisUrl: string;
  readonly redis: RedisProbe;
  readonly competitors: readonly Competitor[];
  /** The program of the competitors in Go, if any of them takes part. */
  readonly goBinary: string | undefined;
  readonly sizes: Sizes;
  readonly rounds: number;
  /** About how long a measurement may take; who is slower than that gets fewer jobs. */
  readonly seconds: number;
  readonly onProgress: (text: string) => void;
}

/** What a workload came to. */
export interface Result {
  readonly workload: string;
  readonly what: string;
  readonly metrics: readonly Metric[];
  readonly cases: readonly CaseResult[];
}

export interface CaseResult {
  readonly title: string;
  readonly standings: readonly Standing[];
}

/** What a competitor came to in a case. */
export interface Standing {
  readonly competitor: string;
  /** Jobs of each measurement. */
  readonly count: number;
  /** By the metrics' keys. */
  readonly figures: Readonly<Record<string, Summary>>;
}

interface Entrant {
  readonly competitor: Competitor;
  readonly count: number;
  readonly samples: Sample[];
}

/** Measures competitors by one workload after the other, all of them on one Redis. */
export class Benchmark {
  readonly #options: BenchmarkOptions;
  #measurements = 0;

  constructor(options: BenchmarkOptions) {
    this.#options = options;
  }

  async run(workload: Workload): Promise<Result> {
    const { name, what, metrics } = workload;
    const teams = new Teams(this.#options.goBinary);
    const cases: CaseResult[] = [];
    try {
      for (const one of workload.cases(this.#options.sizes)) {
        this.#options.onProgress(one.title === '' ? name : `${name}: ${one.title}`);
        cases.push(await this.#compare(workload, one, teams));
      }
    } finally {
      teams.end();
    }
    return { workload: name, what, metrics, cases };
  }

  /** The competitors take turns, round by round, so that a noisy machine hits all alike. */
  async #compare({ metrics, rounds = Infinity }: Workload, one: Case, teams: Teams) {
    const entrants: Entrant[] = [];
    for (const competitor of this.#options.competitors) {
      if (!competitor.can.has(one.needs)) continue;
      const count = await this.#rehearse(one, competitor, teams);
      entrants.push({ competitor, count, samples: [] });
    }
    for (let round = 0; round < Math.min(rounds, this.#options.rounds); round++) {
      for (const { competitor, count, samples } of entrants) {
        samples.push(await this.#measure(one, competitor, teams, count));
      }
    }
    return { title: one.title, standings: entrants.map((entrant) => standing(entrant, metrics)) };
  }

  /** Warms a competitor up, and returns how many jobs it is to be measured with. */
  async #rehearse(one: Case, competitor: Competitor, teams: Teams): Promise<number> {
    const { count, trims, rehearsal } = one;
    if (!trims) {
      if (rehearsal !== 0) await this.#measure(one, competitor, teams, rehearsal ?? count);
      return count;
    }
    const { seconds } = this.#options;
    for (let jobs = Math.min(FIRST_REHEARSAL, count); ; jobs = Math.min(jobs * GROWTH, count)) {
      const { rate = 0 } = await this.#measure(one, competitor, teams, jobs);
      const isLong = jobs / rate > seconds / GROWTH;
      if (jobs === count || isLong)
        return Math.min(count, Math.max(jobs, Math.ceil(rate * seconds)));
    }
  }

  async #measure(one: Case, competitor: Competitor, teams: Teams, count: number): Promise<Sample> {
    const { redis, redisUrl } = this.#options;
    await redis.clear();
    const setting = {
      redisUrl,
      namespace: `bench-${++this.#measurements}`,
      jobNames: jobNames(one.names),
      concurrency: one.concurrency,
    };
    return one.measure(new Contest(teams.of(competitor), setting, redis), count);
  }
}

const FIRST_REHEARSAL = 1_000;
const GROWTH = 5;

function standing({ competitor, count, samples }: Entrant, metrics: readonly Metric[]): Standing {
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
