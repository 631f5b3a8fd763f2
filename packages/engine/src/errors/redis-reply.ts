import { tlsAdvice } from './tls-fault.js';

/**
 * How to recover. `retry`: try the same connection later. `reconnect`: a new connection may reach a server that accepts
 * the command. `alert`: only a person or a code change can help.
 */
export type Remedy = 'retry' | 'reconnect' | 'alert';

export const REMEDIES: Readonly<Record<string, Remedy>> = {
  LOADING: 'retry',
  BUSY: 'retry',
  TRYAGAIN: 'retry',
  // A Cluster answers ASK while a slot moves between nodes, and MOVED once it has moved.
  ASK: 'retry',
  MOVED: 'reconnect',
  CLUSTERDOWN: 'retry',
  MASTERDOWN: 'retry',
  NOREPLICAS: 'retry',
  OOM: 'retry',
  NOSCRIPT: 'retry',
  MISCONF: 'retry',
  READONLY: 'reconnect',
  UNBLOCKED: 'reconnect',
};

// Redis before 7.0 reports a failed command of a script like this; later versions append the place.
const SCRIPT_FAILED = 'ERR Error running script';
const FAILED_COMMAND =
  /^ERR Error running script \(call to f_[0-9a-f]{40}\): @user_script:\s*\d+:\s*-?(?=[A-Z]+ )/;
const PLACE = /\.? ?script: [0-9a-f]{40}, on @?user_script:\s*\d+\.?$/;

/**
 * Returns the code of a Redis error reply. A rejection inside MULTI arrives as EXECABORT, which may quote the reason. A
 * rejection inside a script arrives, before Redis 7.0, as an ERR that quotes it.
 */
export function replyCode(message: string): string {
  const [code = 'ERR'] = message.split(/[\s:]/, 1);
  if (code !== 'EXECABORT' && !message.startsWith(SCRIPT_FAILED)) return code;
  const words = new Set(message.split(/\W+/));
  return Object.keys(REMEDIES).find((known) => words.has(known)) ?? code;
}

/** Returns a Redis error message without the digest and line of the script that caused it. */
export function plainReply(message: string): string {
  return message.replace(FAILED_COMMAND, '').replace(PLACE, '');
}

/** Returns whether an error is a Redis reply. Checks its name, because several copies of ioredis may be loaded. */
export function isReply(error: unknown): error is Error {
  return (error as { readonly name?: unknown } | null | undefined)?.name === 'ReplyError';
}

/** An error reply in plain words. */
export interface ReplyMeaning {
  /** The state of Redis, as a sentence; `undefined` if the reply is about this client. */
  readonly condition?: string;
  /** How to end it, as a sentence. */
  readonly advice: string;
}

const MEANINGS: Readonly<Record<string, ReplyMeaning>> = {
  WRONGPASS: { advice: 'Check the user name and the password.' },
  NOAUTH: { advice: 'Check the user name and the password.' },
  NOPERM: { advice: 'Grant its user the commands and keys that it needs.' },
  DATABASE: { advice: 'Choose a database that exists on this server.' },
  OOM: {
    condition: 'Redis is out of memory.',
    advice: 'Give it more memory, or wait until jobs have been processed.',
  },
  MISCONF: {
    condition: 'Redis cannot save its data and rejects changes.',
    advice: 'It cannot save its data: check its log and its disk.',
  },
  READONLY: {
    condition: 'This Redis is a replica and rejects changes.',
    advice: 'It is a replica: connect to the master.',
  },
  NOREPLICAS: {
    condition: 'Redis has too few replicas and rejects changes.',
    advice: 'Too few of its replicas keep up: check them.',
  },
  LOADING: {
    condition: 'Redis is starting and is loading its data.',
    advice: 'It is loading its data: wait until it has finished.',
  },
  BUSY: {
    condition: 'Redis is busy running a script.',
    advice: 'A script keeps it busy: wait for it to end, or stop it with SCRIPT KILL.',
  },
  CLUSTERDOWN: {
    condition: 'The Redis Cluster is down.',
    advice: 'No node serves some of its slots: check the nodes of the Cluster.',
  },
  MASTERDOWN: {
    condition: 'The master of this Redis is down.',
    advice: 'It is a replica that has lost its master: check the master.',
  },
};

// Errors that no retry can fix: someone must change the settings of this process or of Redis.
const REFUSALS: ReadonlySet<string> = new Set(['WRONGPASS', 'NOAUTH', 'NOPERM', 'DATABASE']);

/** Returns the meaning of a Redis error reply or of its code; `undefined` for one that explains itself. */
export function meaningOf(message: string): ReplyMeaning | undefined {
  return MEANINGS[kindOf(message)];
}

/** Returns advice about a Redis error reply; empty if there is none. */
export function adviceAbout(message: string): string {
  return meaningOf(message)?.advice ?? '';
}

/**
 * Returns whether these settings fail for every connection, for example because of a wrong password, a missing database
 * or an untrusted certificate.
 */
export function isRefusal(error: unknown): error is Error {
  if (tlsAdvice(error) !== undefined) return true;
  return isReply(error) && REFUSALS.has(kindOf(error.message));
}

/** Returns the error code, or a more specific kind for an ERR. */
function kindOf(message: string): string {
  if (/DB index|SELECT/.test(message)) return 'DATABASE';
  if (/invalid password|AUTH.* without any password/i.test(message)) return 'WRONGPASS';
  return replyCode(message);
}
