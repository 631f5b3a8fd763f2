import type { JobArgsIssue } from '../base/standard-schema.js';
import { errorLine } from './error-text.js';

// The number of issues that a message lists. The error holds them all.
const MAX_SHOWN_ISSUES = 20;

/** Names the jobs of a call: `job "a"`, or `5 jobs ("a", "b")`. */
export function jobList(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  const shown = distinct
    .slice(0, 3)
    .map((name) => `"${name}"`)
    .join(', ');
  return names.length === 1
    ? `job ${shown}`
    : `${names.length} jobs (${shown}${distinct.length > 3 ? ', …' : ''})`;
}

/** Lists the issues of arguments, for a message. */
export function issuesText(issues: readonly JobArgsIssue[]): string {
  const first = issues.slice(0, MAX_SHOWN_ISSUES).map(({ path, message }) => `${path}: ${message}`);
  const left = issues.length - first.length;
  return [...first, ...(left > 0 ? [`and ${left} more`] : [])].join('; ');
}

/** Returns the cause without its full stop, for the middle of a sentence. */
export function reasonOf(cause: unknown): string {
  return errorLine(cause).replace(/\.$/, '');
}
