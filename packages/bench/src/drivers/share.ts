/** The `index`th of `parts` even shares of `total`, but at least 1. */
export function share(total: number, parts: number, index: number): number {
  return Math.max(1, Math.floor(total / parts) + (index < total % parts ? 1 : 0));
}

/** Jobs by their names, in the order of the names. */
export function byName<Job extends { readonly name: string }>(
  jobs: readonly Job[],
): Map<string, Job[]> {
  const groups = new Map<string, Job[]>();
  for (const job of jobs) {
    const group = groups.get(job.name);
    if (group) group.push(job);
    else groups.set(job.name, [job]);
  }
  return groups;
}
