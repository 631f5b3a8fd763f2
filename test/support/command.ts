import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A command in a process of its own. */
export interface CommandRun {
  readonly child: ChildProcess;
  /** Everything that it has written so far, to either output. */
  readonly output: () => string;
  /** Resolves with the exit code and the signal. */
  readonly ended: Promise<unknown[]>;
}

/** Runs a built command with more variables in its environment and a text as its standard input. */
export function runCommand(
  file: string,
  { env = {}, input }: { readonly env?: object; readonly input?: string },
  ...args: string[]
): CommandRun {
  let text = '';
  const child = spawn(process.execPath, [file, ...args], { env: { ...process.env, ...env } });
  child.stdin.end(input);
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text, ended: once(child, 'exit') };
}
