/**
 * Returns whether keys with this namespace as their prefix lie in one slot of a Cluster: its first `{` and the next `}`
 * must enclose at least one character.
 */
export function hasHashTag(namespace: string): boolean {
  const open = namespace.indexOf('{');
  return open !== -1 && namespace.indexOf('}', open) > open + 1;
}

/** Returns the namespace, with a hash tag added if it has none. */
export function tagged(namespace: string | undefined): string {
  if (namespace !== undefined && hasHashTag(namespace)) return namespace;
  const bare = (namespace ?? '').replace(/[{}]/g, '');
  return `{${bare === '' ? 'work' : bare}}`;
}
