import { InvalidOptionError } from '@nestcraft/engine';
import { UnknownJobSelectionError } from '../base/errors.js';

/** Selects the jobs that a process runs among those that its application handles. */
export interface JobSelection {
  /**
   * The only jobs that this process runs, by name; `*` matches any characters. The application does not start if a name
   * or pattern matches no handler. Default: all.
   */
  readonly only?: readonly string[] | undefined;
  /** The jobs that this process does not run, in the same form as `only`. Default: none. */
  readonly except?: readonly string[] | undefined;
}

/**
 * Returns the application's jobs that this process runs, according to the options `only` and `except`.
 *
 * @throws UnknownJobSelectionError for a name or pattern that matches nothing
 * @throws InvalidOptionError for anything but a list, and if no job is left
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

/** Checks that names are a list: from the environment they often arrive as one string. @throws InvalidOptionError */
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
