import { MAX_NAMES, OTHER_NAMES } from '../metrics/recorder.js';

/** A function that gives each job name back, until there were too many to count each; then `(other)` for new ones. */
export function boundedNames(most = MAX_NAMES): (jobName: string) => string {
  const names = new Set<string>();
  return (jobName) => {
    if (names.has(jobName)) return jobName;
    if (names.size >= most) return OTHER_NAMES;
    names.add(jobName);
    return jobName;
  };
}
