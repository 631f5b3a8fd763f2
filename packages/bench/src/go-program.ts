import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOURCE = fileURLToPath(new URL('../go', import.meta.url));
const run = promisify(execFile);

/** Whether this machine can build the competitors that are written in Go. */
export async function hasGo(): Promise<boolean> {
  return run('go', ['version']).then(
    () => true,
    () => false,
  );
}

/** The program of the competitors that are written in Go, in a temporary folder. */
export class GoProgram {
  private constructor(
    readonly path: string,
    readonly goVersion: string,
  ) {}

  /** @throws Error with what the compiler says */
  static async build(): Promise<GoProgram> {
    const path = join(await mkdtemp(join(tmpdir(), 'nestcraft-bench-')), 'bench');
    await run('go', ['build', '-o', path, '.'], { cwd: SOURCE });
    const { stdout } = await run('go', ['env', 'GOVERSION']);
    return new GoProgram(path, stdout.trim());
  }

  async remove(): Promise<void> {
    await rm(join(this.path, '..'), { recursive: true, force: true });
  }
}
