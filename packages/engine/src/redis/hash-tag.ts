/**
 * Whether keys that begin with the namespace lie in one slot of a Cluster: its first `{` and the first `}` after it have
 * something between them.
 */
export function hasHashTag(namespace: string): boolean {
  const open = namespace.indexOf('{');
  return open !== -1 && namespace.indexOf('}', open) > open + 1;
}

/** A namespace with a hash tag, in place of one that has none. */
export function tagged(namespace: string | undefined): string {
  if (namespace !== undefined && hasHashTag(namespace)) return namespace;
  const bare = (namespace ?? '').replace(/[{}]/g, '');
  return `{${bare === '' ? 'work' : bare}}`;
}
