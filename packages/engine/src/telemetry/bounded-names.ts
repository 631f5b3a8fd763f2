import { MAX_NAMES, OTHER_NAMES } from '../metrics/recorder.js';

/** Makes a function that returns each job name as it is, and `(other)` for new names once there were `most`. */
export function boundedNames(most = MAX_NAMES): (jobName: string) => string {
  const names = new Set<string>();
  return (jobName) => {
    if (names.has(jobName)) return jobName;
    if (names.size >= most) return OTHER_NAMES;
    names.add(jobName);
    return jobName;
  };
}
