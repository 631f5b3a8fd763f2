import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A Redis server program and its environment. */
export interface RedisBinary {
  readonly path: string;
  /** Variables that are added to its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Returns the major version, such as 7; Valkey 8 is 8. Returns 0 if the program does not report it. */
export async function majorVersion({ path, env }: RedisBinary): Promise<number> {
  const { stdout } = await run(path, ['--version'], { env: { ...process.env, ...env } });
  return Number(/v=(\d+)\./.exec(stdout)?.[1] ?? 0);
}
