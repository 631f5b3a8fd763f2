import { LATER, nameOf, type Scale } from './setting.js';

/** What a page asks the server. */
export interface Question {
  readonly page: string;
  /** Below `api/`. `n` is the number of the request: no two ask the same, so that none is answered from memory. */
  readonly path: (n: number) => string;
  /** Milliseconds for which the server answers the same again, where a question cannot be varied. */
  readonly remembered?: number;
  /** Seconds after which the page asks again. */
  readonly every?: number;
}

/** Every question that a page of the dashboard asks. */
export function questions({ jobs, names }: Scale): Question[] {
  const spread = (n: number, max: number): number => Math.floor(((n * 0.618_034) % 1) * max);
  const name = (n: number): string => nameOf(n % names);
  const list = (page: string, set: string, max: number): Question => ({
    ...{ page, path: (n) => `jobs/${set}?from=${spread(n, max)}`, every: 5 },
  });
  const named = (page: string, set: string, max: number): Question => ({
    page: `${page}, of a name`,
    path: (n) => `jobs/${set}?name=${name(n)}&from=${spread(n, max)}`,
    every: 5,
  });
  const metrics = (range: string): Question[] => [
    {
      page: `Metrics, ${range}`,
      path: () => `metrics?range=${range}`,
      remembered: 5_000,
      every: 15,
    },
    { page: `Metrics, ${range}, a name`, path: (n) => `metrics?range=${range}&name=${name(n)}` },
  ];
  return [
    { page: 'all', path: () => 'snapshot' },
    { page: 'all', path: () => 'me' },
    { page: 'Queues', path: () => 'rates', remembered: 15_000, every: 15 },
    {
      page: 'Queue',
      path: (n) => `queues/${nameOf(0)}/jobs?from=${spread(n, jobs / 2)}`,
      every: 5,
    },
    list('Scheduled', 'scheduled', LATER),
    list('Retries', 'retry', LATER),
    list('Dead', 'dead', jobs),
    named('Retries', 'retry', LATER),
    named('Dead', 'dead', jobs),
    {
      page: 'Dead, from a time',
      path: (n) => `jobs/dead?at=${Math.floor(Date.now() / 1000) - n * 9_999}`,
    },
    { page: 'Dead, count', path: (n) => `jobs/dead/count?name=${name(n)}` },
    { page: 'Dead, a job', path: () => 'jobs/dead/{job}' },
    { page: 'Periodic', path: () => 'periodic', remembered: 5_000, every: 15 },
    ...['1h', '6h', '24h', '7d', '30d'].flatMap(metrics),
    { page: 'Health', path: () => 'health', remembered: 15_000, every: 15 },
  ];
}
