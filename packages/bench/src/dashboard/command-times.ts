import type { Redis } from 'ioredis';

/** How long Redis took for the commands of a kind, in milliseconds. */
export interface CommandTimes {
  /** Its name, and the beginning of its first argument. */
  readonly command: string;
  readonly times: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

// Redis writes keys out; so many characters tell one script or one kind of key from another.
const KIND = 26;

/** Has Redis remember how long every command takes. */
export async function watchCommands(redis: Redis): Promise<void> {
  await redis.config('SET', 'slowlog-log-slower-than', '0');
  await redis.config('SET', 'slowlog-max-len', '1000000');
  await redis.slowlog('RESET');
}

/** The times of each kind since, the slowest first. */
export async function commandTimes(redis: Redis): Promise<CommandTimes[]> {
  const entries = (await redis.slowlog('GET', 1_000_000)) as [number, number, number, string[]][];
  const kinds = new Map<string, number[]>();
  for (const [, , microseconds, [name = '', ...args]] of entries) {
    if (/^(slowlog|config|monitor|info|hset)$/i.test(name)) continue;
    const kind = `${name.toLowerCase()} ${(args[0] ?? '').replace(/\s+/g, ' ').slice(0, KIND)}`;
    const times = kinds.get(kind) ?? [];
    times.push(microseconds / 1000);
    kinds.set(kind, times);
  }
  return [...kinds]
    .map(([command, times]) => summarise(command, times))
    .sort((a, b) => b.p99 - a.p99);
}

function summarise(command: string, times: number[]): CommandTimes {
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return { command, times: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
