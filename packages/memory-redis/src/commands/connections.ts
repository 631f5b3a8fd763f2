import { argument, serves, type Call, type Commands } from '../command.js';
import type { Bytes } from '../bytes.js';
import { toInteger } from '../numbers.js';
import { readOptions } from '../options.js';
import { OK, RedisError, Status, type Reply } from '../reply.js';
import type { Session } from '../session.js';
import { subcommands } from '../subcommands.js';
import { VERSION } from '../version.js';

const MANY = Infinity;
const PONG = new Status('PONG');

/** The commands for the connection itself and its messages. */
export const connections: Commands = {
  PING: serves([0, 1], ({ session, args: [text] }) => {
    if (session.channels.size > 0) return ['pong', text ?? ''];
    return text ?? PONG;
  }),
  ECHO: serves(1, ({ args }) => argument(args, 0)),
  // There is only one database, and no authentication.
  SELECT: serves(1, ({ args }) => {
    if (toInteger(argument(args, 0)) !== 0) throw new RedisError('ERR DB index is out of range');
    return OK;
  }),
  AUTH: serves([1, 2], () => OK),
  QUIT: serves(0, () => OK),
  HELLO: serves([0, MANY], hello),
  CLIENT: subcommands('CLIENT', {
    ID: serves(0, ({ session }) => session.id),
    GETNAME: serves(0, ({ session }) => session.name || null),
    SETNAME: serves(1, ({ session, args: [name = ''] }) => {
      session.name = name;
      return OK;
    }),
    SETINFO: serves(2, () => OK),
    INFO: serves(0, ({ session }) => line(session)),
    LIST: serves([0, MANY], ({ server }) => [...server.sessions.values()].map(line).join('')),
    TRACKING: serves([1, MANY], track),
    CACHING: serves(1, cache),
  }),
  SUBSCRIBE: serves([1, MANY], ({ session, args }) =>
    answerEach(session, args, (channel) => {
      session.channels.add(channel);
      return ['subscribe', channel, session.channels.size];
    }),
  ),
  UNSUBSCRIBE: serves([0, MANY], ({ session, args }) => {
    const channels = args.length > 0 ? args : [...session.channels];
    if (channels.length === 0) return ['unsubscribe', null, 0];
    return answerEach(session, channels, (channel) => {
      session.channels.delete(channel);
      return ['unsubscribe', channel, session.channels.size];
    });
  }),
  PUBLISH: serves(2, ({ server, args: [channel = '', message = ''] }) => {
    const listeners = [...server.sessions.values()].filter(({ channels }) => channels.has(channel));
    for (const { send } of listeners) send(['message', channel, message]);
    return listeners.length;
  }),
};

/** Sends one reply per channel, except the last, which is returned. */
function answerEach(
  session: Session,
  channels: readonly Bytes[],
  answer: (channel: Bytes) => Reply,
): Reply {
  const replies = channels.map(answer);
  for (const reply of replies.slice(0, -1)) session.send(reply);
  return replies.at(-1) ?? null;
}

function hello({ session, args: [version] }: Call): Reply {
  if (version !== undefined && version !== '2') {
    throw new RedisError('NOPROTO unsupported protocol version');
  }
  return [
    ...['server', 'redis', 'version', VERSION, 'proto', 2, 'id', session.id],
    ...['mode', 'standalone', 'role', 'master', 'modules', []],
  ];
}

function line({ id, name, channels }: Session): Bytes {
  return `id=${id} addr=memory name=${name} db=0 sub=${channels.size}\n`;
}

function track({ session, server, args: [word = '', ...rest] }: Call): Reply {
  const isOn = word.toUpperCase() === 'ON';
  if (!isOn && word.toUpperCase() !== 'OFF') throw RedisError.syntax();
  const { REDIRECT, OPTIN } = readOptions(rest, { REDIRECT: 1, OPTIN: 0 });
  if (!isOn) {
    session.tracking = undefined;
    server.tracking.forget(session);
    return OK;
  }
  const redirect = REDIRECT && toInteger(REDIRECT[0] ?? '');
  if (redirect !== undefined && !server.sessions.has(redirect)) {
    throw new RedisError('ERR The client ID you want redirect to does not exist');
  }
  session.tracking = { redirect, optIn: OPTIN !== undefined };
  return OK;
}

function cache({ session, args: [word = ''] }: Call): Reply {
  if (!session.tracking?.optIn) {
    throw new RedisError(
      'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled',
    );
  }
  if (word.toUpperCase() !== 'YES') throw RedisError.syntax();
  session.caching = true;
  return OK;
}
