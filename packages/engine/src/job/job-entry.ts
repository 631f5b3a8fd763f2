import { isUtf8 } from 'node:buffer';
import { UndecodableJobError } from '../errors/errors.js';
import { newId } from '../base/id.js';
import { jsonMembers } from './json-members.js';
import { isRecord } from '../base/objects.js';
import { textOf, type Raw } from '../redis/raw.js';

/** A job as recorded in its Redis entry. Times are in whole seconds since the epoch; 0 means never. */
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
  /** The stack of the last error. Unknown to gocraft/work, whose readers ignore it. */
  readonly backtrace?: string | undefined;
  /**
   * The claim of a unique job that this engine has started: `held` until the job is done or dead, `kept` until it is
   * done, or `released`. Unknown to gocraft/work, whose readers ignore it.
   */
  readonly claim?: 'held' | 'kept' | 'released' | undefined;
  /** A process has died while running the job. Unknown to gocraft/work, whose readers ignore it. */
  readonly reaped?: true | undefined;
}

/** A failure as recorded in an entry. The time is in seconds since the epoch. */
export interface EntryFailure {
  readonly fails: number;
  readonly error: string;
  readonly at: number;
  readonly backtrace?: string | undefined;
}

/** Changes to an entry. The arguments never change. */
export interface EntryChanges {
  readonly enqueuedAt?: number;
  /** `null` deletes all failures. */
  readonly failure?: EntryFailure | null | undefined;
  /** `null` deletes the mark. */
  readonly claim?: 'held' | null | undefined;
}

// The member order of gocraft/work.
const FIELDS = new Set([
  ...['name', 'id', 't', 'args', 'unique', 'unique_key'],
  ...['fails', 'err', 'failed_at'],
]);

const FAILURE_FIELDS = ['fails', 'err', 'failed_at', 'backtrace'];

/** The parts of a new job, except its name. */
export interface NewEntry {
  /** In the format of `newId`. */
  readonly id: string;
  readonly enqueuedAt: number;
  /** The arguments as JSON text. */
  readonly argsText: string;
  /** The key of its claim, if the job is unique. */
  readonly uniqueKey?: string | undefined;
}

/** Returns a function that writes the entries of new jobs of one name, with the same members as gocraft/work. */
export function entryWriter(name: string): (job: NewEntry) => string {
  // join() yields a flat string; the result of a template would be flattened again for every entry.
  const head = ['{"name":', JSON.stringify(name), ',"id":"'].join('');
  return ({ id, enqueuedAt, argsText, uniqueKey }) => {
    const unique =
      uniqueKey === undefined ? '' : `,"unique":true,"unique_key":${JSON.stringify(uniqueKey)}`;
    return `${head}${id}","t":${enqueuedAt},"args":${argsText}${unique}}`;
  };
}

/** Returns the entry of a new job. */
export function newEntry(job: NewEntry & { readonly name: string }): string {
  return entryWriter(job.name)(job);
}

/**
 * Parses an entry as strictly as Go's decoder: gocraft/work can decode every entry that this accepts.
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
 * Returns the entry with `changes`. Everything else is preserved byte for byte, in particular the arguments and foreign
 * members.
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

/** Returns an entry's arguments as JSON, byte for byte. */
export function argsTextOf(raw: Raw): string {
  return jsonMembers(textOf(raw)).get('args') ?? 'null';
}

/**
 * Returns an entry for the dead jobs that wraps an invalid job, so that gocraft/work can list it. Its arguments are `{
 * raw }`, plus `encoding: "base64"` if the bytes are not UTF-8.
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
 * Rewrites an entry of bytes. Latin-1 maps every byte to one character and back, and preserves the characters of JSON's
 * own syntax. Valid UTF-8 is rewritten as UTF-8, because an escaped key may contain characters that Latin-1 lacks.
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

// These functions take values instead of keys: V8 needs several times as long to look up dynamic keys.

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
