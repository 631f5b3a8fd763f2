import { runCommandLine } from '../program.js';
import type { Terminal } from '../terminal/terminal.js';

/** The surroundings of a command in a test. */
export interface Surroundings {
  readonly env?: Terminal['env'];
  /** Whether a person sits there; default false. */
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** The answers to questions, in order. */
  readonly answers?: readonly string[];
  /** The first line of the standard input. */
  readonly input?: string;
  /** Gets a function that presses Ctrl-C, once the command listens for it. */
  readonly onListening?: (press: () => void) => void;
  /** Called with everything that is printed. */
  readonly onPrinted?: (text: string) => void;
}

/** How a command ended, and what it said. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly questions: readonly string[];
}

/** Runs a command line in this process. */
export async function runIn(surroundings: Surroundings, ...args: string[]): Promise<Ran> {
  const { env = {}, isTTY = false, columns, answers = [], input = '' } = surroundings;
  const said = { out: '', err: '' };
  const questions: string[] = [];
  const outputTo = (stream: 'out' | 'err') => ({
    ...{ isTTY, columns },
    write: (text: string) => {
      said[stream] += text;
      surroundings.onPrinted?.(text);
    },
  });
  const code = await runCommandLine(args, {
    ...{ env, canAsk: isTTY, out: outputTo('out'), err: outputTo('err') },
    readLine: () => input,
    ask: (question) => {
      questions.push(question);
      return Promise.resolve(answers[questions.length - 1] ?? '');
    },
    onInterrupt: (listener) => {
      surroundings.onListening?.(listener);
      return () => undefined;
    },
  });
  return { code, ...said, questions };
}
