import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';

// Blocks until the owner's end of the pipe closes, which happens however the owner dies. A kill -9 ends a stopped
// (SIGSTOP) process, too. $1 is the server's pid, $2 the folder to remove, or nothing.
const SCRIPT = `trap '' INT TERM HUP
cat >/dev/null
kill -9 "$1" 2>/dev/null
[ -z "$2" ] || rm -rf -- "$2"`;

/** Kills a server, and removes its folder, when this process ends without having done so. */
export class Watchdog {
  readonly #child: ChildProcess;

  constructor(pid: number, folder: string | undefined) {
    this.#child = spawn('sh', ['-c', SCRIPT, 'watchdog', String(pid), folder ?? ''], {
      detached: true, // a Ctrl-C in the owner's terminal is not meant for it
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#child.unref();
    (this.#child.stdin as Socket | null)?.unref();
    this.#child.on('error', () => undefined); // no sh: the server then outlives a killed owner
    this.#child.stdin?.on('error', () => undefined);
  }

  /** The server is gone: there is nothing to watch. */
  dismiss(): void {
    this.#child.kill('SIGKILL');
  }
}
