import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { Output, Terminal } from './terminal.js';

/** Returns the terminal of this process. */
export function processTerminal(): Terminal {
  return {
    out: outputOf(process.stdout),
    err: outputOf(process.stderr),
    env: process.env,
    canAsk: process.stdin.isTTY && process.stderr.isTTY,
    readLine: () => readFileSync(0, 'utf8').split(/\r?\n/)[0] ?? '',
    ask,
    onInterrupt(listener) {
      // Once: a second Ctrl-C ends the process at once.
      process.once('SIGINT', listener);
      return () => process.off('SIGINT', listener);
    },
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  // A reader such as `head` that has seen enough is no failure.
  stream.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
  return {
    isTTY: stream.isTTY,
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
    },
    write: (text) => void stream.write(text),
  };
}

async function ask(question: string): Promise<string> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await asking.question(question);
  } finally {
    asking.close();
  }
}
