import { serves, writes, type Call, type Commands } from '../command.js';
import type { Bytes } from '../bytes.js';
import { toInteger } from '../numbers.js';
import { OK, RedisError, type Reply } from '../reply.js';
import { subcommands } from '../subcommands.js';

const MANY = Infinity;

export const scripting: Commands = {
  EVAL: writes(
    [2, MANY],
    (call) => run(call, call.server.scripts.load(call.args[0] ?? '')),
    keysOf,
  ),
  EVALSHA: writes([2, MANY], (call) => run(call, (call.args[0] ?? '').toLowerCase()), keysOf),
  SCRIPT: subcommands('SCRIPT', {
    LOAD: serves(1, ({ server, args: [lua = ''] }) => server.scripts.load(lua)),
    EXISTS: serves([1, MANY], ({ server, args }) =>
      args.map((sha) => (server.scripts.has(sha.toLowerCase()) ? 1 : 0)),
    ),
    FLUSH: serves([0, 1], ({ server }) => {
      server.scripts.clear();
      return OK;
    }),
  }),
};

function keysOf(args: readonly Bytes[]): readonly Bytes[] {
  return args.slice(2, 2 + Number(args[1]));
}

function run({ server, session, args: [, count = '', ...rest] }: Call, sha: string): Reply {
  const keys = toInteger(count);
  if (keys < 0) throw new RedisError("ERR Number of keys can't be negative");
  if (keys > rest.length) {
    throw new RedisError("ERR Number of keys can't be greater than number of args");
  }
  return server.scripts.run(sha, rest.slice(0, keys), rest.slice(keys), (name, args) => {
    if (NOT_IN_SCRIPTS.has(name)) {
      return new RedisError('ERR This Redis command is not allowed from script');
    }
    return server.knows(name) ? server.execute(session, name, args) : unknown(name);
  });
}

/**
 * Returns the error of a real Redis plus the command's name, because the command may exist there and be missing here.
 */
function unknown(name: string): RedisError {
  return new RedisError(`ERR Unknown Redis command called from script: ${name}`);
}

const NOT_IN_SCRIPTS = new Set([
  ...['EVAL', 'EVALSHA', 'SCRIPT', 'MULTI', 'EXEC', 'DISCARD', 'WATCH', 'UNWATCH'],
  ...['SUBSCRIBE', 'UNSUBSCRIBE', 'CLIENT', 'CONFIG', 'HELLO', 'AUTH', 'SELECT', 'QUIT'],
]);
