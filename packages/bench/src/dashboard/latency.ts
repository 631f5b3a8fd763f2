import { setTimeout as sleep } from 'node:timers/promises';
import type { Question } from './questions.js';

/** How long the server took to answer a question, in milliseconds. */
export interface Latency {
  readonly page: string;
  readonly path: string;
  readonly samples: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

// A remembered answer has to be forgotten before each request, so there are fewer of those.
const [REQUESTS, SLOW_REQUESTS] = [100, 10];

/** Asks every question often, one after the other. */
export async function measureLatencies(
  api: string,
  questions: readonly Question[],
): Promise<Latency[]> {
  const times = new Map(questions.map((question) => [question, [] as number[]]));
  const job = await someDeadJob(api);
  const ask = async (question: Question, n: number): Promise<void> => {
    const begun = performance.now();
    const response = await fetch(`${api}/${question.path(n).replace('{job}', job)}`);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${question.path(n)} answered ${response.status}`);
    if (n > 0) times.get(question)?.push(performance.now() - begun);
  };
  for (const question of questions.filter(({ remembered }) => remembered === undefined)) {
    for (let n = 0; n <= REQUESTS; n++) await ask(question, n);
  }
  const remembered = questions.filter((question) => question.remembered !== undefined);
  const longest = Math.max(...remembered.map((question) => question.remembered ?? 0));
  for (let n = 0; n <= SLOW_REQUESTS; n++) {
    for (const question of remembered) await ask(question, n);
    if (n < SLOW_REQUESTS) await sleep(longest);
  }
  return questions.map((question) =>
    summarise(question, times.get(question)?.sort((a, b) => a - b) ?? []),
  );
}

async function someDeadJob(api: string): Promise<string> {
  const response = await fetch(`${api}/jobs/dead?from=1000`);
  const { jobs } = (await response.json()) as { jobs: { at: number; id: string }[] };
  return `${jobs[0]?.at}/${jobs[0]?.id}`;
}

function summarise({ page, path }: Question, sorted: readonly number[]): Latency {
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return {
    ...{ page, path: path(1), samples: sorted.length },
    ...{ p50: at(0.5), p95: at(0.95), max: sorted.at(-1) ?? NaN },
  };
}
