import { InvalidOptionError } from '@nestcraft/engine';
import { UnknownJobSelectionError } from '../base/errors.js';

/** The jobs that a process runs, of those that its application handles. */
export interface JobSelection {
  /**
   * The only jobs that this process runs, by name; `*` stands for any letters. A name or a pattern that fits no handler
   * of the application keeps it from starting. Default: all.
   */
  readonly only?: readonly string[] | undefined;
  /** The jobs that this process does not run; as in `only`. Default: none. */
  readonly except?: readonly string[] | undefined;
}

/**
 * Which of the application's jobs this process runs, by the options `only` and `except`.
 *
 * @throws UnknownJobSelectionError for what fits none; InvalidOptionError for what is no list, and where
 * no job is left
 */
export function selectedJobs(
  jobNames: readonly string[],
  { only, except = [] }: JobSelection,
): Set<string> {
  assertNames('only', only);
  assertNames('except', except);
  if (only?.length === 0) {
    throw new InvalidOptionError('only', only, 'left out, or name a job; or use role: "enqueuer"');
  }
  const selected = new Set(only ? matches('only', only, jobNames) : jobNames);
  for (const name of matches('except', except, jobNames)) selected.delete(name);
  if (selected.size === 0 && except.length > 0) {
    throw new InvalidOptionError(
      'except',
      except,
      'such that a job is left; or use role: "enqueuer"',
    );
  }
  return selected;
}

/** They often come from the environment, as one text. @throws InvalidOptionError */
export function assertNames(option: 'only' | 'except', names: unknown = []): void {
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return;
  throw new InvalidOptionError(option, names, 'a list of job names');
}

function matches(
  option: 'only' | 'except',
  patterns: readonly string[],
  jobNames: readonly string[],
): string[] {
  return patterns.flatMap((pattern) => {
    const expression = expressionOf(pattern);
    const fits = jobNames.filter((name) => expression.test(name));
    if (fits.length === 0) throw new UnknownJobSelectionError(option, pattern, jobNames);
    return fits;
  });
}

function expressionOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
