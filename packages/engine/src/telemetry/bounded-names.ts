import { MAX_NAMES, OTHER_NAMES } from '../metrics/recorder.js';

/** Makes a function that returns the first `most` job names unchanged, and `(other)` for further ones. */
export function boundedNames(most = MAX_NAMES): (jobName: string) => string {
  const names = new Set<string>();
  return (jobName) => {
    if (names.has(jobName)) return jobName;
    if (names.size >= most) return OTHER_NAMES;
    names.add(jobName);
    return jobName;
  };
}
