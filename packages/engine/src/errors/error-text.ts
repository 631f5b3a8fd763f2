import { cutText } from '../base/cut-text.js';
import { errorTree, type ErrorTree } from './error-tree.js';

const MAX_BYTES = 8 * 1024;
const MAX_STACK_BYTES = 16 * 1024;
// Limits how much of the text nested errors may take, together and each, so that none hides the others.
const SHARE_OF_PARTS = 1 / 2;
const SHARE_OF_PART = 1 / 8;

/**
 * Returns the stored text of a thrown value, at most 8 KiB: its class, code and message on the first line, its causes
 * and nested errors below. Never throws, whatever was thrown.
 *
 * ```text
 * TypeError: fetch failed
 * caused by: connect ECONNREFUSED 127.0.0.1:1
 * ```
 */
export function errorText(thrown: unknown, maxBytes = MAX_BYTES): string {
  return textOf(errorTree(thrown), maxBytes);
}

/** Returns the same text on one line, for the middle of a message or a log line. Never throws. */
export function errorLine(thrown: unknown, maxBytes = MAX_BYTES): string {
  return oneLine(errorText(thrown, maxBytes));
}

/**
 * Returns where an error came from, at most 16 KiB: its stack without the message, followed by the stacks of its
 * causes; `undefined` if there is no stack. Never throws.
 */
export function backtraceText(thrown: unknown, maxBytes = MAX_STACK_BYTES): string | undefined {
  const tree = errorTree(thrown);
  return hasFrames(tree) ? backtraceOf(tree, maxBytes) : undefined;
}

/**
 * Returns an error as it is logged, at most 24 KiB: its text and its backtrace; `undefined` if there is no stack. Never
 * throws.
 */
export function errorStack(thrown: unknown): string | undefined {
  const tree = errorTree(thrown);
  if (!hasFrames(tree)) return undefined;
  return `${cutText(tree.headline, MAX_BYTES)}\n${backtraceOf(tree, MAX_STACK_BYTES)}`;
}

/** Joins the lines of a text, so that an error message cannot pass for lines of the log. */
export function oneLine(text: string): string {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('; ');
}

function textOf(tree: ErrorTree, maxBytes: number): string {
  const parts = partsOf(tree, maxBytes * SHARE_OF_PART, false);
  return joined(tree.headline, parts, maxBytes);
}

function backtraceOf(tree: ErrorTree, maxBytes: number): string {
  return joined(tree.frames, partsOf(tree, maxBytes * SHARE_OF_PART, true), maxBytes);
}

/** Gives the first text the room that the parts leave. */
function joined(first: string, parts: readonly string[], maxBytes: number): string {
  if (parts.length === 0) return cutText(first, maxBytes);
  const below = cutText(parts.join('\n'), maxBytes * SHARE_OF_PARTS);
  if (first === '') return below;
  return `${cutText(first, maxBytes - Buffer.byteLength(below) - 1)}\n${below}`;
}

/** Returns one text for each nested error. */
function partsOf(tree: ErrorTree, maxBytes: number, withFrames: boolean): string[] {
  const partOf = (part: ErrorTree, lead: string, indent = ''): string => {
    const own = [part.headline, ...(withFrames && part.frames !== '' ? [part.frames] : [])];
    const text = [cutText(own.join('\n'), maxBytes), ...partsOf(part, maxBytes, withFrames)];
    return lead + text.join('\n').replaceAll('\n', `\n${indent}`);
  };
  const errors = tree.errors.map((one) => partOf(one, '- ', '  '));
  const more = tree.more > 0 ? [`- and ${tree.more} more`] : [];
  const { cause } = tree;
  if (!cause) return [...errors, ...more];
  const isCovered = isCoveredBy(tree, cause, withFrames);
  const causes = isCovered ? partsOf(cause, maxBytes, withFrames) : [partOf(cause, 'caused by: ')];
  return [...errors, ...more, ...causes];
}

/** Returns whether an error stands for its cause or quotes it, so that printing the cause would repeat it. */
function isCoveredBy(error: ErrorTree, cause: ErrorTree, withFrames: boolean): boolean {
  return error.standsForCause || (!withFrames && quotes(error.headline, cause.headline));
}

/** Matches messages such as `Giving up: no such file`. */
function quotes(headline: string, cause: string): boolean {
  return headline === cause || headline.includes(`: ${cause.replace(/\.$/, '')}`);
}

function hasFrames({ frames, errors, cause }: ErrorTree): boolean {
  return frames !== '' || errors.some(hasFrames) || (cause !== undefined && hasFrames(cause));
}
