import type { ScriptCall } from '../redis/script.js';
import { loadScript } from './load-script.js';

const permittedScript = loadScript('permitted');

/** Returns the commands that the Redis user may not run; `undefined` if Redis lacks the check, as before 7.0. */
export function refusedCommands<Command extends readonly string[]>(
  commands: readonly Command[],
): ScriptCall<Command[] | undefined> {
  return {
    script: permittedScript,
    keys: [],
    args: commands.flatMap((words) => [words.length, ...words]),
    decode: (reply) =>
      Array.isArray(reply)
        ? commands.filter((_, index) => (reply as number[]).includes(index + 1))
        : undefined,
  };
}
