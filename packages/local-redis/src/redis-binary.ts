import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A program that is a Redis server, and what it needs around it. */
export interface RedisBinary {
  readonly path: string;
  /** Added to the environment in which it runs. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The major version, such as 7; Valkey 8 is 8. 0 when the program does not tell. */
export async function majorVersion({ path, env }: RedisBinary): Promise<number> {
  const { stdout } = await run(path, ['--version'], { env: { ...process.env, ...env } });
  return Number(/v=(\d+)\./.exec(stdout)?.[1] ?? 0);
}
