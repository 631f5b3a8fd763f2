import { serves, type Command } from './command.js';
import { RedisError } from './reply.js';

/** Defines a command whose first argument selects a subcommand, which receives the remaining arguments. */
export function subcommands(name: string, commands: Readonly<Record<string, Command>>): Command {
  return serves([1, Infinity], (call) => {
    const [word = '', ...args] = call.args;
    const command = commands[word.toUpperCase()];
    if (!command) {
      throw new RedisError(`ERR unknown subcommand '${word}'. Try ${name} HELP.`);
    }
    const { least, most } = command.arity;
    if (args.length < least || args.length > most) {
      throw RedisError.arity(`${name}|${word}`);
    }
    return command.run({ ...call, args });
  });
}
