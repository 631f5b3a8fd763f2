import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';

// Blocks until the owner's end of the pipe closes, which happens however the owner dies. A kill -9 also ends a stopped (SIGSTOP) process. $1 is the server's pid, $2 the folder to remove, or nothing.
const SCRIPT = `trap '' INT TERM HUP
cat >/dev/null
kill -9 "$1" 2>/dev/null
[ -z "$2" ] || rm -rf -- "$2"`;

/** Kills a server and removes its folder if this process ends without having done so. */
export class Watchdog {
  readonly #child: ChildProcess;

  constructor(pid: number, folder: string | undefined) {
    this.#child = spawn('sh', ['-c', SCRIPT, 'watchdog', String(pid), folder ?? ''], {
      detached: true, // a Ctrl-C in the owner's terminal must not end it
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#child.unref();
    (this.#child.stdin as Socket | null)?.unref();
    this.#child.on('error', () => undefined); // without sh, the server outlives a killed owner
    this.#child.stdin?.on('error', () => undefined);
  }

  /** Ends the watch, because the server is gone. */
  dismiss(): void {
    this.#child.kill('SIGKILL');
  }
}
