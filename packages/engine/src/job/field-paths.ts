import type { JobArgsIssue } from '../base/standard-schema.js';

type Leaf = string | number | bigint | boolean | symbol | null | undefined | Date | Method;
type Method = (...args: never) => unknown;
// The compiler would follow a recursive type without end.
type MaxDepth = 5;

/**
 * A path to a member of a job's arguments: its name, or the names that lead to it, joined by dots, such as
 * `card.number`. It goes through objects only: a list is one member.
 */
export type FieldPath<
  Args,
  Depth extends readonly unknown[] = [],
> = Depth['length'] extends MaxDepth
  ? never
  : Args extends Leaf | readonly unknown[]
    ? never
    : {
        [Key in keyof Args & string]-?:
          Key | `${Key}.${FieldPath<NonNullable<Args[Key]>, [...Depth, unknown]>}`;
      }[keyof Args & string];

const HIDDEN = 'is invalid (the message is hidden, because it may quote an encrypted field)';

/** Returns the names that a path consists of. */
export function namesIn(path: string): string[] {
  return path.split('.');
}

/** Returns whether a value is a list of paths, each once. */
export function areFieldPaths(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || new Set(value).size !== value.length) return false;
  return value.every((path) => typeof path === 'string' && !namesIn(path).includes(''));
}

/** Hides the messages of issues that may quote a value at one of the paths. */
export function hideFields(
  issues: readonly JobArgsIssue[],
  paths: readonly string[],
): readonly JobArgsIssue[] {
  if (paths.length === 0) return issues;
  const hidden = paths.map((path) => `args.${path}`);
  return issues.map((issue) =>
    hidden.some((path) => isWithin(issue.path, path) || isWithin(path, issue.path))
      ? { ...issue, message: HIDDEN }
      : issue,
  );
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`);
}
