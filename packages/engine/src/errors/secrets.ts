const NESTED = ['cause', 'lastNodeError', 'previousErrors', 'errors'] as const;

/**
 * Takes the arguments of its command out of an error of ioredis, and out of those that it holds: passwords, and the
 * arguments of jobs. Whoever prints an error whole, as Nest does, would have them in its log.
 */
export function hideSecrets(error: unknown, depth = 0): void {
  if (typeof error !== 'object' || error === null || depth > 5) return;
  const { command } = error as { command?: { name?: string; args?: unknown } };
  if (command?.args) (error as { command: unknown }).command = { name: command.name };
  for (const name of NESTED) {
    const nested = (error as Record<string, unknown>)[name];
    for (const one of Array.isArray(nested) ? nested : [nested]) hideSecrets(one, depth + 1);
  }
}

/** What was given as an address, which may be no URL at all, without the password in it. */
export function withoutPassword(address: string): string {
  return address
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/i, '$1***@')
    .replaceAll(/([?&]password=)[^&]*/gi, '$1***');
}

/** A text without the passwords of the URLs in it. */
export function withoutPasswords(text: string): string {
  if (!text.includes('://')) return text;
  return text
    .replaceAll(/:\/\/[^\s/?#]*@/g, '://***@')
    .replaceAll(/([?&]password=)[^&\s]*/gi, '$1***');
}
