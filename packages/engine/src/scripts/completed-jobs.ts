import { MAX_PACKED } from '../redis/packed.js';

/** A job that needs no further writes: it only leaves the in-progress list. */
export interface CompletedJob {
  /** The name of the queue it was fetched from. */
  readonly jobName: string;
  /** The entry exactly as it was fetched. For a long entry, or one that is not text, see `completeLong`. */
  readonly raw: string;
}

/** Completed jobs of one name, in the order in which they ended. */
export interface CompletedGroup {
  readonly jobName: string;
  readonly positions: number[];
  readonly entries: string[];
  size: number;
}

/** Groups completed jobs by name. Each group is short enough to be packed. */
export function groupsOf(jobs: readonly CompletedJob[]): CompletedGroup[] {
  const groups: CompletedGroup[] = [];
  const last = new Map<string, CompletedGroup>();
  jobs.forEach(({ jobName, raw }, position) => {
    let group = last.get(jobName);
    if (!group || group.size + raw.length > MAX_PACKED) {
      group = { jobName, positions: [], entries: [], size: 0 };
      groups.push(group);
      last.set(jobName, group);
    }
    group.positions.push(position);
    group.entries.push(raw);
    group.size += raw.length;
  });
  return groups;
}
