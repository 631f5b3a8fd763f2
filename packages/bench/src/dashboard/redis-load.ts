import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Question } from './questions.js';
import { NAMESPACE } from './setting.js';

/** What viewers cost Redis. */
export interface RedisLoad {
  readonly viewers: number;
  /** Commands that clients sent each second. */
  readonly commands: number;
  /** Commands that scripts ran each second. */
  readonly inScripts: number;
}

/** Watches for some seconds how many commands the dashboard sends for so many viewers. */
export async function measureRedisLoad(
  redisUrl: string,
  api: string,
  {
    viewers,
    seconds,
    questions,
  }: { viewers: number; seconds: number; questions: readonly Question[] },
): Promise<RedisLoad> {
  const abort = new AbortController();
  const pages = questions.filter(({ every }) => every !== undefined);
  const watching = Array.from({ length: viewers }, (_, index) =>
    view(api, pages[index % pages.length], abort.signal).catch((error: unknown) => {
      if (!abort.signal.aborted) throw error;
    }),
  );
  await sleep(2_000); // until all of them watch
  const redis = new Redis(redisUrl);
  const monitor = await redis.monitor();
  let [commands, inScripts] = [0, 0];
  monitor.on('monitor', (_time: string, args: string[], source: string) => {
    if (isHeartbeat(args)) return;
    if (source === 'lua') inScripts++;
    else commands++;
  });
  await sleep(seconds * 1000);
  monitor.disconnect();
  redis.disconnect();
  abort.abort();
  await Promise.all(watching);
  return { viewers, commands: commands / seconds, inScripts: inScripts / seconds };
}

/** Those of the pools, which are not the dashboard's doing. */
function isHeartbeat([command, key]: readonly string[]): boolean {
  return command?.toLowerCase() === 'hset' && (key ?? '').startsWith(`${NAMESPACE}:worker_pools:`);
}

/** As a browser does that shows a page: follows the stream, and asks what the page asks again and again. */
async function view(api: string, question: Question | undefined, signal: AbortSignal) {
  const stream = await fetch(`${api}/events`, { signal });
  const poll = async (): Promise<void> => {
    while (question?.every !== undefined) {
      // People look at the beginning of a list.
      const path = question.path(0);
      await (await fetch(`${api}/${path}`, { signal })).arrayBuffer();
      await sleep(question.every * 1000, undefined, { signal });
    }
  };
  const reader = stream.body?.getReader();
  const follow = async (): Promise<void> => {
    while (reader && !(await reader.read()).done);
  };
  await Promise.all([poll(), follow()]);
}
