/**
 * What helps. `retry`: the same connection, later. `reconnect`: a new connection may reach a server that takes it.
 * `alert`: nothing by itself; a person or a code change must help.
 */
export type Remedy = 'retry' | 'reconnect' | 'alert';

export const REMEDIES: Readonly<Record<string, Remedy>> = {
  LOADING: 'retry',
  BUSY: 'retry',
  TRYAGAIN: 'retry',
  // A slot that moves from one node of a Cluster to another, key by key; and one that has moved.
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

// How Redis before 7.0 says that a command of a script has failed; and how later ones say where.
const SCRIPT_FAILED = 'ERR Error running script';
const FAILED_COMMAND =
  /^ERR Error running script \(call to f_[0-9a-f]{40}\): @user_script:\s*\d+:\s*-?(?=[A-Z]+ )/;
const PLACE = /\.? ?script: [0-9a-f]{40}, on @?user_script:\s*\d+\.?$/;

/**
 * The code of an error that Redis has answered. A refusal inside MULTI arrives as EXECABORT that quotes the reason, if at
 * all; one inside a script, from a Redis before 7.0, as an ERR that does.
 */
export function replyCode(message: string): string {
  const [code = 'ERR'] = message.split(/[\s:]/, 1);
  if (code !== 'EXECABORT' && !message.startsWith(SCRIPT_FAILED)) return code;
  const words = new Set(message.split(/\W+/));
  return Object.keys(REMEDIES).find((known) => words.has(known)) ?? code;
}

/** What Redis says, without the digest of the script that it says it in, and the line. */
export function plainReply(message: string): string {
  return message.replace(FAILED_COMMAND, '').replace(PLACE, '');
}

/** Whether Redis has answered so; by its name, since of ioredis, too, there may be several copies. */
export function isReply(error: unknown): error is Error {
  return (error as { readonly name?: unknown } | null | undefined)?.name === 'ReplyError';
}

const ADVICE: Readonly<Record<string, string>> = {
  WRONGPASS: 'Check the user name and the password.',
  NOAUTH: 'Check the user name and the password.',
  NOPERM: 'Give its user the commands and keys that it needs.',
  DATABASE: 'Choose a database that this Redis has.',
  OOM: 'Give it more memory, or wait until jobs are worked off.',
  MISCONF: 'It cannot save its data: look at its log and its disk.',
  READONLY: 'It is a replica: connect to the master.',
  NOREPLICAS: 'Too few of its replicas keep up: look at those.',
  LOADING: 'It is reading its data: wait until it has.',
  BUSY: 'A script keeps it busy: wait until that has ended, or SCRIPT KILL it.',
  CLUSTERDOWN: 'No node has some of its slots: look at the nodes of the Cluster.',
  MASTERDOWN: 'It is a replica that has lost its master: look at that.',
};

// What no other attempt makes better: somebody has to change the settings, of this process or of Redis.
const REFUSALS: ReadonlySet<string> = new Set(['WRONGPASS', 'NOAUTH', 'NOPERM', 'DATABASE']);

/** What to do about something that Redis has answered; empty where that is not known. */
export function adviceAbout(message: string): string {
  return ADVICE[kindOf(message)] ?? '';
}

/** Whether Redis takes nobody with these settings: a wrong password, for instance, or no such database. */
export function isRefusal(error: unknown): error is Error {
  return isReply(error) && REFUSALS.has(kindOf(error.message));
}

/** The code, or what an ERR is about. */
function kindOf(message: string): string {
  if (/DB index|SELECT/.test(message)) return 'DATABASE';
  if (/invalid password|AUTH.* without any password/i.test(message)) return 'WRONGPASS';
  return replyCode(message);
}
