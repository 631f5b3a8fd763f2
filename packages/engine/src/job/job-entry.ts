import { isUtf8 } from 'node:buffer';
import { UndecodableJobError } from '../errors/errors.js';
import { newId } from '../base/id.js';
import { jsonMembers } from './json-members.js';
import { isRecord } from '../base/objects.js';
import { textOf, type Raw } from '../redis/raw.js';

/** A job as its entry in Redis tells it. Times in whole seconds since the epoch, 0 for never. */
export interface JobEntry {
  readonly name: string;
  readonly id: string;
  readonly enqueuedAt: number;
  readonly args: Readonly<Record<string, unknown>> | null;
  readonly unique: boolean;
  readonly uniqueKey: string;
  readonly fails: number;
  readonly lastError: string;
  readonly failedAt: number;
  /** Where the last error came from. Not gocraft/work's: its readers pass over it. */
  readonly backtrace?: string | undefined;
  /**
   * Of a unique job that has been started by this engine: whether it still holds its claim (until it is done or dead),
   * keeps it (until it is done), or has released it. Not gocraft/work's: its readers pass over it.
   */
  readonly claim?: 'held' | 'kept' | 'released' | undefined;
  /** A process has died under it. Not gocraft/work's: its readers pass over it. */
  readonly reaped?: true | undefined;
}

/** A failure as an entry tells it. The time in seconds since the epoch. */
export interface EntryFailure {
  readonly fails: number;
  readonly error: string;
  readonly at: number;
  readonly backtrace?: string | undefined;
}

/** What may change about an entry. The arguments never do. */
export interface EntryChanges {
  readonly enqueuedAt?: number;
  /** `null` forgets all failures. */
  readonly failure?: EntryFailure | null | undefined;
  /** `null` removes the note. */
  readonly claim?: 'held' | null | undefined;
}

// The order in which gocraft/work writes the members.
const FIELDS = new Set([
  ...['name', 'id', 't', 'args', 'unique', 'unique_key'],
  ...['fails', 'err', 'failed_at'],
]);

const FAILURE_FIELDS = ['fails', 'err', 'failed_at', 'backtrace'];

/** What is told of a new job besides its name. */
export interface NewEntry {
  /** As `newId` makes it. */
  readonly id: string;
  readonly enqueuedAt: number;
  /** The arguments as JSON text. */
  readonly argsText: string;
  /** The key of its claim, if it is a unique job. */
  readonly uniqueKey?: string | undefined;
}

/** Writes the entries of new jobs of one name, member for member as gocraft/work does. */
export function entryWriter(name: string): (job: NewEntry) => string {
  // Joined it is one string; a template's result would be put together again with every entry.
  const head = ['{"name":', JSON.stringify(name), ',"id":"'].join('');
  return ({ id, enqueuedAt, argsText, uniqueKey }) => {
    const unique =
      uniqueKey === undefined ? '' : `,"unique":true,"unique_key":${JSON.stringify(uniqueKey)}`;
    return `${head}${id}","t":${enqueuedAt},"args":${argsText}${unique}}`;
  };
}

/** The entry of a new job. */
export function newEntry(job: NewEntry & { readonly name: string }): string {
  return entryWriter(job.name)(job);
}

/**
 * Reads an entry as strictly as Go's decoder does: what this accepts, gocraft/work can decode.
 *
 * @throws UndecodableJobError
 */
export function parseEntry(raw: Raw): JobEntry {
  const fields = parseObject(textOf(raw));
  const name = asString(fields.name, 'name');
  if (name === '') throw new UndecodableJobError('it has no name');
  return {
    name,
    id: asString(fields.id, 'id'),
    enqueuedAt: asInteger(fields.t, 't'),
    args: asArgs(fields.args),
    unique: asBoolean(fields.unique, 'unique'),
    uniqueKey: asString(fields.unique_key, 'unique_key'),
    fails: asInteger(fields.fails, 'fails'),
    lastError: asString(fields.err, 'err'),
    failedAt: asInteger(fields.failed_at, 'failed_at'),
    backtrace: typeof fields.backtrace === 'string' ? fields.backtrace : undefined,
    claim: asClaim(fields.claim),
    reaped: fields.reaped === true || undefined,
  };
}

/**
 * The entry with `changes`; everything else, above all the arguments and members that others have added, is kept to
 * the byte.
 *
 * @param raw an entry that `parseEntry` accepts
 */
export function rewriteEntry(raw: Raw, { enqueuedAt, failure, claim }: EntryChanges): Raw {
  if (typeof raw !== 'string') return rewriteBytes(raw, { enqueuedAt, failure, claim });
  const members = jsonMembers(raw);
  if (enqueuedAt !== undefined) members.set('t', String(enqueuedAt));
  if (failure) {
    members.set('fails', String(failure.fails));
    members.set('err', JSON.stringify(failure.error));
    members.set('failed_at', String(failure.at));
    members.delete('backtrace');
    if (failure.backtrace) members.set('backtrace', JSON.stringify(failure.backtrace));
  }
  if (failure === null) for (const key of FAILURE_FIELDS) members.delete(key);
  if (claim) members.set('claim', JSON.stringify(claim));
  if (claim === null) members.delete('claim');
  return writeMembers(members);
}

/** What stands in an entry under `args`, to the byte: the arguments as JSON text. */
export function argsTextOf(raw: Raw): string {
  return jsonMembers(textOf(raw)).get('args') ?? 'null';
}

/**
 * An entry for the dead jobs that carries something that is not a job, so that gocraft/work can list it, too.
 * Its arguments are `{ raw }`, with `encoding: "base64"` beside it where the bytes are not UTF-8.
 */
export function envelope(
  raw: Raw,
  { jobName, reason, now }: { jobName: string; reason: string; now: number },
): string {
  const isText = typeof raw === 'string' || isUtf8(raw);
  const args = isText ? { raw: textOf(raw) } : { raw: raw.toString('base64'), encoding: 'base64' };
  const entry = newEntry({
    name: jobName,
    id: newId(),
    enqueuedAt: now,
    argsText: JSON.stringify(args),
  });
  return rewriteEntry(entry, { failure: { fails: 1, error: reason, at: now } }) as string;
}

function writeMembers(members: ReadonlyMap<string, string>): string {
  let text = '';
  for (const key of FIELDS) {
    const value = members.get(key) ?? (key === 'id' ? '""' : undefined);
    if (value !== undefined) text += `,"${key}":${value}`;
  }
  for (const [key, value] of members) {
    if (!FIELDS.has(key)) text += `,${JSON.stringify(key)}:${value}`;
  }
  return `{${text.slice(1)}}`;
}

/**
 * Latin-1 gives every byte its own character and back, and leaves JSON's own characters what they are. What is UTF-8
 * goes as that: a key that is written with escapes has characters that Latin-1 lacks.
 */
function rewriteBytes(raw: Buffer, { enqueuedAt, failure, claim }: EntryChanges): Buffer {
  if (isUtf8(raw)) {
    return Buffer.from(rewriteEntry(raw.toString(), { enqueuedAt, failure, claim }));
  }
  const text = rewriteEntry(raw.toString('latin1'), {
    enqueuedAt,
    claim,
    failure: failure && {
      ...failure,
      error: Buffer.from(failure.error).toString('latin1'),
      backtrace: failure.backtrace && Buffer.from(failure.backtrace).toString('latin1'),
    },
  });
  return Buffer.from(text as string, 'latin1');
}

type Fields = Readonly<Record<string, unknown>>;

function parseObject(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UndecodableJobError(error instanceof Error ? error.message : String(error));
  }
  if (!isRecord(value)) throw new UndecodableJobError('it is not a JSON object');
  return value;
}

// These take values, not keys: to look up keys that are not known beforehand costs V8 several times as much.

function asString(member: unknown, key: string): string {
  const value = member ?? '';
  if (typeof value !== 'string') throw wrongType(key, 'a string');
  return value;
}

function asInteger(member: unknown, key: string): number {
  const value = member ?? 0;
  if (!Number.isInteger(value)) throw wrongType(key, 'a whole number');
  return value as number;
}

function asBoolean(member: unknown, key: string): boolean {
  const value = member ?? false;
  if (typeof value !== 'boolean') throw wrongType(key, 'true or false');
  return value;
}

function asArgs(member: unknown): Readonly<Record<string, unknown>> | null {
  const value = member ?? null;
  if (value !== null && !isRecord(value)) throw wrongType('args', 'an object or null');
  return value;
}

function asClaim(member: unknown): JobEntry['claim'] {
  return member === 'held' || member === 'kept' || member === 'released' ? member : undefined;
}

function wrongType(key: string, wanted: string): UndecodableJobError {
  return new UndecodableJobError(`its "${key}" is not ${wanted}`);
}
