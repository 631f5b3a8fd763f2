import type { RedisConnection } from '../redis/redis-connection.js';
import type { Keys } from '../redis/keys.js';
import { refusedCommands } from '../scripts/server-scripts.js';
import { isReply, replyCode } from '../errors/redis-reply.js';
import { errorLine } from '../errors/error-text.js';
import { nameOf, neededCommands, wakingCommands, type Words } from './needed-commands.js';

/** The permissions of a connection's Redis user. */
export interface Access {
  /** The names of needed commands that are refused; `undefined` if Redis does not report. */
  readonly missing: readonly string[] | undefined;
  /** Why Redis does not report changed keys to pools; empty if it does. */
  readonly notWatching: string;
}

/** Finds out what the Redis user may do. Changes nothing. */
export async function readAccess(connection: RedisConnection, keys: Keys): Promise<Access> {
  const [needed, waking] = [neededCommands(keys), wakingCommands()];
  const refused =
    (await askScript(connection, [...needed, ...waking])) ??
    (await tryOut(connection, [...needed, ...waking]));
  const missing = refused && needed.filter((words) => refused.includes(words)).map(nameOf);
  const unwatched = refused && waking.filter((words) => refused.includes(words)).map(nameOf);
  return { missing, notWatching: await whyNotWatching(connection, unwatched ?? []) };
}

async function askScript(
  connection: RedisConnection,
  commands: readonly Words[],
): Promise<Words[] | undefined> {
  return connection.callInFull(refusedCommands(commands)).catch((error: unknown) => {
    if (!isReply(error)) throw error;
    return undefined; // The user may lack EVAL; the trial shows it.
  });
}

/**
 * Queues each command in a transaction that is discarded: Redis checks the permission when it queues. A connection of its
 * own keeps the transaction apart from other commands.
 */
async function tryOut(
  connection: RedisConnection,
  all: readonly Words[],
): Promise<Words[] | undefined> {
  const commands = all.filter(([name]) => name !== 'SUBSCRIBE'); // ioredis would wait for its messages.
  const own = connection.sibling('doctor');
  try {
    await own.ready();
    // Without MULTI, the commands would run.
    const [queueing] = await Promise.allSettled(send(own, [['MULTI'], ['DISCARD']]));
    if (queueing?.status !== 'fulfilled') return undefined;
    const replies = await Promise.allSettled(send(own, [['MULTI'], ...commands, ['DISCARD']]));
    return commands.filter((_, index) => isRefused(replies[index + 1]));
  } finally {
    own.close();
  }
}

/** Sends commands in one write, so that none of them can run on another connection after a loss. */
function send(connection: RedisConnection, commands: readonly Words[]): Promise<unknown>[] {
  return connection.inOneWrite(() =>
    commands.map(([name, ...rest]) => connection.redis.call(name, ...rest)),
  );
}

function isRefused(reply: PromiseSettledResult<unknown> | undefined): boolean {
  if (reply?.status !== 'rejected' || !isReply(reply.reason)) return false;
  return ['NOPERM', 'ERR'].includes(replyCode(reply.reason.message));
}

async function whyNotWatching(
  { redis }: RedisConnection,
  refused: readonly string[],
): Promise<string> {
  if (refused.length > 0) return `the Redis user lacks ${refused.join(', ')}`;
  // A client's connection tracks nothing, so this changes nothing.
  return redis.call('CLIENT', 'TRACKING', 'OFF').then(
    () => '',
    (error: unknown) => errorLine(error),
  );
}
